// The types that a CommonJS program gets, from the declarations beside the CommonJS build.

import tollgate = require("tollgate");
import { PriceOS, TollgateError } from "tollgate";

interface MyFeatures {
  exports: { type: "limit"; tracksUsage: true };
  sso: { type: "boolean" };
}

const priceos = new tollgate.PriceOS<MyFeatures>("sk_test_x");
const same: PriceOS<MyFeatures> = priceos;

async function main(): Promise<void> {
  const access = await same.features.getAccess("customer_123");
  access.exports.usage.used;
  // @ts-expect-error a boolean feature has no limit
  access.sso.limit;
  // @ts-expect-error a boolean feature has no usage
  await same.usage.track({ customerId: "customer_123", featureKey: "sso" });
}

main().catch((error: unknown) => error instanceof TollgateError && error.code);
