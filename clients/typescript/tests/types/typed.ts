// A client that knows its features refuses what cannot be, and knows what each entry has.

import { PriceOS, Tollgate } from "tollgate";
import type {
  BooleanAccess,
  BooleanFeatureKey,
  BooleanGrant,
  Explanation,
  FeatureKey,
  LimitFeatureKey,
  LimitGrant,
  TrackedFeatureKey,
  TrackedLimitAccess,
  UntrackedLimitAccess,
} from "tollgate";

import { holds } from "./exact.js";
import type { Same } from "./exact.js";
import type { MyFeatures } from "./priceos.types.js";

const priceos = new PriceOS<MyFeatures>(process.env["PRICEOS_API_KEY"], { baseUrl: "http://127.0.0.1:4242" });
const customerId = "customer_123";

holds<Same<FeatureKey<MyFeatures>, "sso" | "exports" | "seats">>();
holds<Same<BooleanFeatureKey<MyFeatures>, "sso">>();
holds<Same<LimitFeatureKey<MyFeatures>, "exports" | "seats">>();
holds<Same<TrackedFeatureKey<MyFeatures>, "exports">>();

export async function access(): Promise<void> {
  const map = await priceos.features.getAccess(customerId);
  holds<Same<typeof map.sso, BooleanAccess>>();
  holds<Same<typeof map.exports, TrackedLimitAccess>>();
  holds<Same<typeof map.seats, UntrackedLimitAccess>>();

  const left: number | null = map.exports.usage.remaining;
  const seats: number | null = map.seats.limit;
  // @ts-expect-error remaining is null when unlimited
  const surely: number = map.exports.usage.remaining;
  // @ts-expect-error a boolean feature has no limit
  map.sso.limit;
  // @ts-expect-error the application counts its seats itself
  map.seats.usage;
  // @ts-expect-error there is no such feature
  map.ssso;
  console.log(left, seats, surely);

  const customer = await priceos.customers.get(customerId);
  // @ts-expect-error the customer may not exist
  customer.featureAccess;
  holds<Same<NonNullable<typeof customer>["featureAccess"]["exports"], TrackedLimitAccess>>();
  holds<Same<NonNullable<typeof customer>["bonuses"][number]["featureKey"], "exports">>();
}

export async function explained(): Promise<void> {
  const map = await priceos.features.getAccess(customerId, { explain: true, timeout: 500 });
  holds<Same<typeof map.sso.explanation, Explanation<BooleanGrant>>>();
  holds<Same<typeof map.exports.explanation, Explanation<LimitGrant>>>();
  map.exports.usage.used;
  map.seats.explanation.products[0]?.limit;
  // @ts-expect-error a boolean feature has no limit, of a product neither
  map.sso.explanation.products[0]?.limit;

  const plain = await priceos.features.getAccess(customerId, { explain: false });
  // @ts-expect-error not asked for
  plain.exports.explanation;
}

export async function usage(): Promise<void> {
  await priceos.usage.track({ customerId, featureKey: "exports" });
  await priceos.usage.track({ customerId, featureKey: "exports", amount: -2.5, occurredAt: 1, metadata: { job: "7" } });
  await priceos.usage.set({ customerId, featureKey: "exports", used: 3 });
  await priceos.usage.consume({ customerId, featureKey: "exports" });
  await priceos.usage.trackBatch({ events: [{ customerId, featureKey: "exports" }] });

  // @ts-expect-error misspelled
  await priceos.usage.track({ customerId, featureKey: "exprots" });
  // @ts-expect-error a boolean feature has no usage
  await priceos.usage.track({ customerId, featureKey: "sso" });
  // @ts-expect-error an untracked feature has no usage
  await priceos.usage.track({ customerId, featureKey: "seats" });
  // @ts-expect-error as track
  await priceos.usage.set({ customerId, featureKey: "seats", used: 1 });
  // @ts-expect-error as track
  await priceos.usage.consume({ customerId, featureKey: "sso" });
  // @ts-expect-error as track
  await priceos.usage.trackBatch({ events: [{ customerId, featureKey: "seats" }] });
  // @ts-expect-error as track
  await priceos.usage.listEvents({ customerId, featureKey: "seats" });
  // @ts-expect-error the total wanted must be said
  await priceos.usage.set({ customerId, featureKey: "exports" });
  // @ts-expect-error metadata is strings
  await priceos.usage.track({ customerId, featureKey: "exports", metadata: { job: 7 } });
  // @ts-expect-error an instant is a number of ms
  await priceos.usage.track({ customerId, featureKey: "exports", occurredAt: new Date() });
}

export async function bonusesAndOverrides(): Promise<void> {
  await priceos.bonuses.create({ customerId, featureKey: "exports", amount: 50 });
  // @ts-expect-error bonuses are for tracked limits
  await priceos.bonuses.create({ customerId, featureKey: "seats", amount: 50 });
  // @ts-expect-error bonuses are for tracked limits
  await priceos.bonuses.list({ customerId, featureKey: "sso" });

  await priceos.overrides.create({ customerId, featureKey: "seats", hasAccess: true, limit: 5, reason: "a deal" });
  await priceos.overrides.create({ customerId, featureKey: "sso", hasAccess: false });
  // @ts-expect-error a boolean feature has no limit
  await priceos.overrides.create({ customerId, featureKey: "sso", hasAccess: true, limit: 5 });
  // @ts-expect-error misspelled
  await priceos.overrides.create({ customerId, featureKey: "seat", hasAccess: true, limit: 5 });
}

export async function features(): Promise<void> {
  await priceos.features.update({ featureKey: "sso", name: "Single sign-on" });
  // @ts-expect-error misspelled
  await priceos.features.update({ featureKey: "saml", name: "Single sign-on" });
  // A new feature is not in the types yet.
  await priceos.features.create({ featureKey: "audit_log", name: "Audit log", type: "boolean" });
}

export async function products(): Promise<void> {
  const access = [
    { featureKey: "sso", hasAccess: true },
    { featureKey: "exports", hasAccess: true, isUnlimited: true },
  ] as const;
  await priceos.products.setFeatureAccess({ productKey: "custom_pro", featureAccess: [...access], newVersion: true });
  // @ts-expect-error a boolean feature has no limit
  await priceos.products.create({ name: "Pro", featureAccess: [{ featureKey: "sso", hasAccess: true, limit: 1 }] });
  // @ts-expect-error misspelled
  await priceos.products.create({ name: "Pro", featureAccess: [{ featureKey: "seat", hasAccess: true, limit: 1 }] });
  const product = await priceos.products.get("pro");
  for (const entry of product.featureAccess) {
    if (entry.type === "boolean") holds<Same<typeof entry.featureKey, "sso">>();
    else holds<Same<typeof entry.featureKey, "exports" | "seats">>();
  }
}

// A type alias serves as well as an interface, and a quoted key as well as an identifier.
type Quoted = {
  "api-calls.v2": { type: "limit"; tracksUsage: true };
  "2fa": { type: "boolean" };
  "7": { type: "boolean" };
};
holds<Same<TrackedFeatureKey<Quoted>, "api-calls.v2">>();
holds<Same<BooleanFeatureKey<Quoted>, "2fa" | "7">>();

export async function quoted(): Promise<void> {
  const tollgate = new Tollgate<Quoted>();
  await tollgate.usage.track({ customerId, featureKey: "api-calls.v2" });
  (await tollgate.features.getAccess(customerId))["2fa"].hasAccess;
}

// A Tollgate that has no features yet.
interface Empty {}
holds<Same<FeatureKey<Empty>, never>>();

// @ts-expect-error no feature is of this kind
export type Wrong = PriceOS<{ sso: { type: "switch" } }>;
// @ts-expect-error a limit says whether it is tracked
export type Unsaid = PriceOS<{ seats: { type: "limit" } }>;
