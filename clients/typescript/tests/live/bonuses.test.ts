import { expect, test } from "vitest";

import type { PriceOS } from "../../src/index.js";
import {
  MINUTE_MS,
  UUID,
  booleanFeature,
  customerWith,
  customerWithLimit,
  entryOf,
  expectRefusal,
  limitFeature,
} from "./catalog.js";
import type { Subject } from "./catalog.js";
import { live } from "./server.js";

live("bonuses", (tollgate) => {
  /** `[used, remaining, bonusRemaining, bonusUsed]` */
  async function standing(client: PriceOS, subject: Subject): Promise<(number | null)[]> {
    const { used, remaining, bonusRemaining, bonusUsed } = (await entryOf(client, subject)).usage;
    return [used, remaining, bonusRemaining, bonusUsed];
  }

  test("last over windows until usage above the limit consumes them", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 100);
    const now = Date.now();
    // A month begins where the anchor is put; its events come after.
    const beginMonth = (minutesAgo: number) =>
      client.customers.update({
        customerId: subject.customerId,
        usageStartedAt: now - minutesAgo * MINUTE_MS,
      });
    const use = (amount: number, minutesAgo: number) =>
      client.usage.track({ ...subject, amount, occurredAt: now - minutesAgo * MINUTE_MS });

    await beginMonth(60);
    const granted = await client.bonuses.create({ ...subject, amount: 50, reason: "sorry" });
    expect(granted).toEqual({ bonusId: expect.stringMatching(UUID), remainingAmount: 50, counterRemaining: 50 });
    await use(50, 50);
    expect(await standing(client, subject)).toEqual([50, 50, 50, 0]);

    await beginMonth(40);
    expect(await standing(client, subject)).toEqual([0, 100, 50, 0]);
    await use(120, 30);
    expect(await standing(client, subject)).toEqual([120, 0, 30, 20]);
    expect(await entryOf(client, subject)).toMatchObject({ limit: 100, usage: { hasReachedLimit: false } });

    await beginMonth(20);
    expect(await standing(client, subject)).toEqual([0, 100, 30, 20]);
    expect(await client.bonuses.list(subject)).toMatchObject({
      bonuses: [{ bonusId: granted.bonusId, amount: 50, remainingAmount: 30, reason: "sorry" }],
    });
    await use(140, 10);
    expect((await entryOf(client, subject)).usage).toMatchObject({ bonusRemaining: 0, hasReachedLimit: true });
  });

  test("are given back by a correction, last consumed first, and never more than the window took", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    const soon = Date.now() + 60 * MINUTE_MS;
    const never = await client.bonuses.create({ ...subject, amount: 5 });
    const early = await client.bonuses.create({ ...subject, amount: 5, expiresAt: soon });
    const left = async () => {
      const { bonuses } = await client.bonuses.list(subject);
      return [early, never].map(({ bonusId }) => bonuses.find((each) => each.bonusId === bonusId)?.remainingAmount);
    };
    await client.usage.track({ ...subject, amount: 17 });
    expect(await left()).toEqual([0, 3]);
    await client.usage.track({ ...subject, amount: -3 });
    expect(await left()).toEqual([1, 5]);
    await client.usage.set({ ...subject, used: 0 });
    expect(await left()).toEqual([5, 5]);
    // A grant counts whole, whatever was used above the limit before it.
    await client.usage.set({ ...subject, used: 40 });
    const { counterRemaining } = await client.bonuses.create({ ...subject, amount: 10 });
    expect(counterRemaining).toBe(10);
  });

  test("that are expired count no more and stay listed", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    const { bonusId } = await client.bonuses.create({ ...subject, amount: 5, expiresAt: Date.now() - 1 });
    expect(await standing(client, subject)).toEqual([0, 10, 0, 0]);
    expect(await client.bonuses.list(subject)).toMatchObject({ bonuses: [{ bonusId, remainingAmount: 5 }] });
    expect(await client.bonuses.update({ bonusId, expiresAt: null })).toMatchObject({ counterRemaining: 5 });
    expect(await standing(client, subject)).toEqual([0, 10, 5, 0]);
  });

  test("are changed, not below what was consumed, and deleted while nothing was", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    const { bonusId } = await client.bonuses.create({ ...subject, amount: 5, metadata: { by: "us" } });
    const changed = await client.bonuses.update({ bonusId, amount: 8, reason: "more" });
    expect(changed).toMatchObject({
      bonus: { bonusId, amount: 8, remainingAmount: 8, reason: "more", metadata: { by: "us" } },
      counterRemaining: 8,
    });
    expect((await client.bonuses.update({ bonusId, metadata: null })).bonus.metadata ?? {}).toEqual({});
    await client.usage.track({ ...subject, amount: 13 });
    const below = client.bonuses.update({ bonusId, amount: 2 });
    await expect(below).rejects.toMatchObject({ status: expect.toSatisfy((status) => [400, 409].includes(status)) });
    await expectRefusal(client.bonuses.delete(bonusId), 409, "bonus_consumed");

    const other = await client.bonuses.create({ ...subject, amount: 4 });
    expect(other.counterRemaining).toBe(9);
    expect(await client.bonuses.delete(other.bonusId)).toEqual({ deleted: true, counterRemaining: 5 });
    await expectRefusal(client.bonuses.delete(other.bonusId), 404, "bonus_not_found");
    await expectRefusal(client.bonuses.update({ bonusId: other.bonusId }), 404, "bonus_not_found");
  });

  test("are shown on the customer, and listed by feature", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    const { customerId } = subject;
    const featureKey = await limitFeature(client);
    await client.bonuses.create({ ...subject, amount: 1 });
    await client.bonuses.create({ customerId, featureKey, amount: 2 });
    const { bonuses } = await client.bonuses.list({ customerId });
    expect(bonuses.map(({ amount }) => amount).sort()).toEqual([1, 2]);
    expect((await client.bonuses.list({ customerId, featureKey })).bonuses).toMatchObject([{ amount: 2, featureKey }]);
    expect((await client.customers.get(customerId))?.bonuses).toHaveLength(2);
    // A bonus alone gives no access.
    expect((await client.features.getAccess(customerId))[featureKey]).toMatchObject({
      hasAccess: false,
      limit: 0,
      usage: { bonusRemaining: 2, hasReachedLimit: false },
    });
  });

  test("are of customers that exist and features that are tracked, and more than nothing", async () => {
    const client = tollgate.client();
    const customerId = await customerWith(client);
    const featureKey = await limitFeature(client);
    for (const key of [await booleanFeature(client), await limitFeature(client, { tracksUsage: false })]) {
      const call = client.bonuses.create({ customerId, featureKey: key, amount: 1 });
      await expectRefusal(call, 400, "invalid_parameter", "featureKey");
    }
    const nobody = client.bonuses.create({ customerId: "nobody", featureKey, amount: 1 });
    await expectRefusal(nobody, 404, "customer_not_found");
    const nothing = client.bonuses.create({ customerId, featureKey, amount: 0 });
    await expectRefusal(nothing, 400, "invalid_parameter", "amount");
  });
});
