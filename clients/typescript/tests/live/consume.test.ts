import { expect, test } from "vitest";

import { booleanFeature, customerWith, customerWithLimit, entryOf, expectRefusal, limitFeature } from "./catalog.js";
import { live } from "./server.js";

live("consume", (tollgate) => {
  test("records what fits whole into limit and bonus, and nothing else", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    await client.bonuses.create({ ...subject, amount: 2 });
    const first = await client.usage.consume({ ...subject, amount: 9 });
    expect(first).toMatchObject({
      allowed: true,
      applied: true,
      used: 9,
      remaining: 1,
      bonusRemaining: 2,
      limit: 10,
      isUnlimited: false,
      eventId: expect.any(String),
      reason: null,
    });
    const denied = await client.usage.consume({ ...subject, amount: 3.5 });
    expect(denied).toMatchObject({ allowed: false, applied: false, used: 9, reason: "limit_reached", eventId: null });
    expect(await client.usage.consume({ ...subject, amount: 3 })).toMatchObject({
      allowed: true,
      used: 12,
      remaining: 0,
      bonusRemaining: 0,
    });
    expect(await client.usage.consume(subject)).toMatchObject({ allowed: false, reason: "limit_reached" });
    expect((await client.usage.listEvents(subject)).total).toBe(2);
  });

  test("never gives more than there is, however many ask at once", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    await client.bonuses.create({ ...subject, amount: 5 });
    const answers = await Promise.all(Array.from({ length: 40 }, () => client.usage.consume(subject)));
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(15);
    expect((await entryOf(client, subject)).usage).toMatchObject({ used: 15, bonusRemaining: 0, bonusUsed: 5 });
  });

  test("has no bound where the limit has none", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 1);
    await client.overrides.create({ ...subject, hasAccess: true, isUnlimited: true });
    expect(await client.usage.consume({ ...subject, amount: 1e9 })).toMatchObject({
      allowed: true,
      used: 1e9,
      remaining: null,
      limit: null,
      isUnlimited: true,
    });
  });

  test("with a key that names a recorded event answers it again; a denial leaves the key free", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    const consume = (amount: number) => client.usage.consume({ ...subject, amount, eventKey: "job" });
    expect(await consume(11)).toMatchObject({ allowed: false });
    const { eventId } = await consume(4);
    expect(await consume(5)).toMatchObject({
      allowed: true,
      applied: false,
      eventId,
      used: 4,
      remaining: 6,
      reason: "duplicate_event_key",
    });
    const tracked = await client.usage.track({ ...subject, eventKey: "track" });
    const repeat = await client.usage.consume({ ...subject, eventKey: "track" });
    expect(repeat).toMatchObject({ allowed: true, applied: false, eventId: tracked.eventId });
  });

  test("says why not: no access, not tracked", async () => {
    const client = tollgate.client();
    const customerId = await customerWith(client);
    const featureKey = await limitFeature(client);
    expect(await client.usage.consume({ customerId, featureKey })).toMatchObject({
      allowed: false,
      applied: false,
      reason: "no_access",
      limit: 0,
      eventId: null,
    });
    for (const key of [await booleanFeature(client), await limitFeature(client, { tracksUsage: false })]) {
      expect(await client.usage.consume({ customerId, featureKey: key })).toMatchObject({
        allowed: false,
        applied: false,
        used: null,
        remaining: null,
        limit: null,
        bonusRemaining: 0,
        isUnlimited: false,
        reason: "not_tracked",
      });
    }
    await expectRefusal(client.usage.consume({ customerId, featureKey: "nothing" }), 404, "feature_not_found");
    for (const amount of [0, -1]) {
      await expectRefusal(client.usage.consume({ customerId, featureKey, amount }), 400, "invalid_parameter", "amount");
    }
  });
});
