// A client without generated types: every string is a feature key, and `type` tells the entries apart.

import { PriceOS, Tollgate } from "tollgate";
import type { FeatureAccess, FeatureKey, TrackedFeatureKey } from "tollgate";

import { holds } from "./exact.js";
import type { Same } from "./exact.js";

const priceos = new PriceOS("sk_test_x");
const customerId = "customer_123";

// The two names are one class.
const tollgate: Tollgate = priceos;
holds<Same<typeof Tollgate, typeof PriceOS>>();

export async function access(): Promise<number | null> {
  const map = await tollgate.features.getAccess(customerId);
  const entry = map["anything"];
  holds<Same<typeof entry, FeatureAccess | undefined>>();
  // @ts-expect-error there may be no such feature
  entry.hasAccess;
  if (entry?.type !== "limit") {
    // @ts-expect-error a boolean feature has no limit
    entry?.limit;
    return null;
  }
  // @ts-expect-error it may be untracked
  entry.usage.used;
  return entry.usage?.remaining ?? entry.limit;
}

export async function explained(explain: boolean): Promise<void> {
  const entry = (await priceos.features.getAccess(customerId, { explain: true }))["exports"];
  entry?.explanation.override?.reason;
  if (entry?.type === "limit") entry.explanation.products[0]?.limit;
  const either = (await priceos.features.getAccess(customerId, { explain }))["exports"];
  either?.hasAccess;
}

export async function everything(): Promise<void> {
  await priceos.usage.track({ customerId, featureKey: "anything" });
  await priceos.usage.consume({ customerId, featureKey: "anything", amount: 2 });
  await priceos.bonuses.create({ customerId, featureKey: "anything", amount: 1 });
  await priceos.overrides.create({ customerId, featureKey: "anything", hasAccess: true, limit: 1 });
  const featureAccess = [{ featureKey: "anything", hasAccess: true, isUnlimited: true }];
  await priceos.products.create({ name: "Pro", featureAccess });
}

// Code that is written once for clients with and without types.
export async function isAllowed<F extends Record<string, { type: "boolean" }>>(
  client: Tollgate<F>,
  featureKey: FeatureKey<F>,
): Promise<boolean> {
  const map = await client.features.getAccess(customerId);
  return map[featureKey].hasAccess;
}
holds<Same<TrackedFeatureKey<Record<string, { type: "limit"; tracksUsage: true }>>, string>>();
