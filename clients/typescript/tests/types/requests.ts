// What can be said in requests, and what contradicts itself, whatever the features are.

import { PriceOS } from "tollgate";
import type { FetchFunction, TollgateOptions } from "tollgate";

const priceos = new PriceOS();
const customerId = "customer_123";
const featureKey = "exports";

// The calls of the PriceOS documentation, as they stand there.
export async function documented(): Promise<void> {
  {
    const customer = await priceos.customers.create({
      customerId: "customer_123",
      customProductKeys: ["custom_basic"],
    });
    console.log(customer.products);
  }
  {
    const customer = await priceos.customers.update({
      customerId: "customer_123",
      customProductKeys: [],
    });
    console.log(customer.usageStartedAt);
  }
}

export async function customers(name: string | undefined): Promise<void> {
  await priceos.customers.create({ customerId, name, email: null });
  await priceos.customers.update({ customerId, name });
  // @ts-expect-error the update names its customer
  await priceos.customers.update({ name: "Mina" });
  // @ts-expect-error get takes the ID alone
  await priceos.customers.get({ customerId });
  // @ts-expect-error there is no such field
  await priceos.customers.create({ customerId, nmae: "Mina" });

  const plain = (await priceos.customers.list()).customers[0];
  // @ts-expect-error not asked for
  plain?.bonuses;
  const full = (await priceos.customers.list({ include: ["bonuses", "featureAccess"] })).customers[0];
  full?.bonuses[0]?.remainingAmount;
  full?.featureAccess["exports"]?.hasAccess;
  for await (const customer of priceos.customers.listAll({ include: ["bonuses"], productKey: "pro" })) {
    customer.bonuses.length;
    // @ts-expect-error not asked for
    customer.featureAccess;
    // @ts-expect-error spelled as on the wire
    customer.environment;
    const environment: "test" | "live" = customer.enviroment;
    console.log(environment);
  }
  // @ts-expect-error there is no such part
  await priceos.customers.list({ include: ["usage"] });
}

export async function usage(): Promise<void> {
  const customRange = { start: 1, end: 2 };
  await priceos.usage.listEvents({ customerId, featureKey, period: "previous", limit: 10, offset: 20 });
  await priceos.usage.listEvents({ customerId, featureKey, customRange });
  // @ts-expect-error one of the two
  await priceos.usage.listEvents({ customerId, featureKey, period: "current", customRange });
  // @ts-expect-error there is no such period
  await priceos.usage.listEvents({ customerId, featureKey, period: "next" });
  // @ts-expect-error a range has two ends
  await priceos.usage.listEvents({ customerId, featureKey, customRange: { start: 1 } });
  for await (const event of priceos.usage.iterateEvents({ customerId, featureKey })) event.amount.toFixed();
  // @ts-expect-error it starts at the first
  priceos.usage.iterateEvents({ customerId, featureKey, offset: 5 });

  await priceos.usage.deleteEvents({ eventIds: ["a"] });
  await priceos.usage.deleteEvents({ customerId, period: "current" });
  // @ts-expect-error by IDs or by customer
  await priceos.usage.deleteEvents({ eventIds: ["a"], customerId, period: "current" });
  // @ts-expect-error by IDs or by customer
  await priceos.usage.deleteEvents({ period: "current" });
  await priceos.usage.updateEvent({ eventId: "a", eventKey: null, metadata: null });

  const { results } = await priceos.usage.trackBatch({ events: [] });
  for (const entry of results) {
    if (entry.success) entry.result.applied;
    else console.log(entry.error, entry.code === "missing_parameter");
    // @ts-expect-error only a failed one has an error
    entry.error;
  }
}

export async function features(): Promise<void> {
  await priceos.features.create({
    name: "Exports",
    featureKey,
    type: "limit",
    tracksUsage: true,
    usageResetInterval: "month",
  });
  // @ts-expect-error a boolean feature has no usage
  await priceos.features.create({ name: "SSO", featureKey: "sso", type: "boolean", tracksUsage: true });
  // @ts-expect-error there is no such interval
  await priceos.features.create({ name: "Exports", featureKey, type: "limit", usageResetInterval: "quarter" });
  // @ts-expect-error a key never changes
  await priceos.features.update({ featureKey, newKey: "x" });
}

export async function products(): Promise<void> {
  const featureAccess = [{ featureKey, hasAccess: true, limit: 3 }];
  await priceos.products.setFeatureAccess({ productKey: "pro", featureAccess, version: 2 });
  // @ts-expect-error an old version in place, or a new one
  await priceos.products.setFeatureAccess({ productKey: "pro", featureAccess, version: 2, newVersion: true });
  const product = await priceos.products.get("pro");
  if (product.type === "stripe") product.stripeProductId.startsWith("prod_");
  // @ts-expect-error null for custom products
  product.stripeProductId.length;
}

const controller = new AbortController();
export const call = priceos.features.list({ signal: controller.signal, timeout: 100, retries: 0 });

// The global fetch fits, and so does a function of a test.
export const options: TollgateOptions = { fetch };
export const fake: FetchFunction = async () => ({ status: 200, headers: { get: () => null }, text: async () => "{}" });
