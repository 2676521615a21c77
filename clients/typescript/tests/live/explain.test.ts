// An explained entry holds all it was computed from.

import { expect, test } from "vitest";

import {
  DAY_MS,
  booleanFeature,
  customProduct,
  customerWith,
  customerWithLimit,
  entryOf,
  limitFeature,
} from "./catalog.js";
import { live } from "./server.js";

live("an explanation", (tollgate) => {
  test("names every product, the override, the bonuses and the window", async () => {
    const client = tollgate.client();
    const featureKey = await limitFeature(client);
    const some = await customProduct(client, { featureKey, hasAccess: true, limit: 4 });
    const more = await customProduct(client, { featureKey, hasAccess: true, limit: 6 });
    const none = await customProduct(client);
    const customerId = await customerWith(client, some, more, none);
    const usageStartedAt = Date.now() - 10 * DAY_MS;
    await client.customers.update({ customerId, usageStartedAt });
    const { bonusId } = await client.bonuses.create({ customerId, featureKey, amount: 3 });
    await client.bonuses.create({ customerId, featureKey, amount: 9, expiresAt: Date.now() - 1 });

    const explained = async () => {
      const entry = (await client.features.getAccess(customerId, { explain: true }))[featureKey];
      if (entry?.type !== "limit") return expect.fail("a limit feature has a limit entry");
      return entry;
    };
    const entry = await explained();
    expect(entry).toMatchObject(await entryOf(client, { customerId, featureKey }));
    const product = { version: 1, source: "assigned", subscriptionId: null, quantity: 1 };
    expect(entry.explanation.products).toHaveLength(3);
    for (const [productKey, hasAccess, limit] of [
      [some, true, 4],
      [more, true, 6],
      [none, false, 0],
    ] as const) {
      const row = { ...product, productKey, hasAccess, limit, isUnlimited: false };
      expect(entry.explanation.products).toContainEqual(row);
    }
    expect(entry.explanation.override).toBeNull();
    expect(entry.explanation.bonuses).toEqual([{ bonusId, amount: 3, remainingAmount: 3, expiresAt: null }]);
    expect(entry.explanation.window).toEqual({
      start: usageStartedAt,
      end: entry.usage?.nextReset,
      interval: "month",
      anchor: usageStartedAt,
      anchorSource: "usage_started_at",
    });
    const sum = entry.explanation.products.reduce((total, { limit, quantity }) => total + (limit ?? NaN) * quantity, 0);
    expect(entry.limit).toBe(sum);

    const override = { hasAccess: true, limit: 7, reason: "a deal" };
    const { overrideId } = await client.overrides.create({ customerId, featureKey, ...override });
    expect(await explained()).toMatchObject({
      limit: 7,
      explanation: {
        products: [{}, {}, {}],
        override: { overrideId, expiresAt: null, isUnlimited: false, ...override },
      },
    });
  });

  test("has no window where nothing is counted, and an empty one where nothing is reset", async () => {
    const client = tollgate.client();
    const [sso, seats] = [await booleanFeature(client), await limitFeature(client, { tracksUsage: false })];
    const subject = await customerWithLimit(client, 1, { usageResetInterval: "never" });
    const calendar = await limitFeature(client, { usageResetAnchor: "calendar" });
    const access = await client.features.getAccess(subject.customerId, { explain: true });
    expect(access[sso]?.explanation.window).toBeNull();
    expect(access[seats]?.explanation.window).toBeNull();
    expect(access[subject.featureKey]?.explanation.window).toEqual({
      start: null,
      end: null,
      interval: "never",
      anchor: null,
      anchorSource: null,
    });
    expect(access[calendar]?.explanation.window).toMatchObject({ interval: "month", anchorSource: "calendar" });
  });

  test("tells the default product, and an anchor that is the customer's creation", async () => {
    const client = tollgate.client();
    const featureKey = await limitFeature(client);
    const productKey = await customProduct(client, { featureKey, hasAccess: true, limit: 2 });
    await client.products.update({ productKey, isDefault: true });
    const customerId = await customerWith(client);
    const created = (await client.customers.get(customerId))?.created;
    const access = await client.features.getAccess(customerId, { explain: true });
    expect(access[featureKey]?.explanation).toMatchObject({
      products: [{ productKey, source: "default", version: 1, quantity: 1, hasAccess: true, limit: 2 }],
      window: { start: created, anchor: created, anchorSource: "customer_created" },
    });
  });

  test("is there only when asked for", async () => {
    const client = tollgate.client();
    const { customerId, featureKey } = await customerWithLimit(client, 1);
    expect((await client.features.getAccess(customerId))[featureKey]).not.toHaveProperty("explanation");
    const unexplained = await client.features.getAccess(customerId, { explain: false });
    expect(unexplained[featureKey]).not.toHaveProperty("explanation");
  });
});
