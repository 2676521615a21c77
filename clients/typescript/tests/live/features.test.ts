import { expect, test } from "vitest";

import { booleanFeature, customerWith, customerWithLimit, expectRefusal, fresh, limitFeature } from "./catalog.js";
import { live } from "./server.js";

live("features", (tollgate) => {
  test("are created with defaults for what is left out", async () => {
    const client = tollgate.client();
    expect(await client.features.create({ featureKey: "sso", name: "SSO", type: "boolean" })).toEqual({
      id: expect.any(String),
      featureKey: "sso",
      name: "SSO",
      description: null,
      type: "boolean",
      tracksUsage: false,
      usageResetInterval: "never",
      usageResetAnchor: "calendar",
      isArchived: false,
      archivedAt: null,
      archivedReason: null,
    });
    const exports = await client.features.create({
      featureKey: "exports.v2",
      name: "Exports",
      description: "How many a week",
      type: "limit",
      tracksUsage: true,
      usageResetInterval: "week",
      usageResetAnchor: "billing_period",
    });
    expect(exports).toMatchObject({
      description: "How many a week",
      type: "limit",
      tracksUsage: true,
      usageResetInterval: "week",
      usageResetAnchor: "billing_period",
    });
    const list = await client.features.list();
    expect(list).toContainEqual(exports);
    expect(list.map(({ featureKey }) => featureKey)).toContain("sso");
  });

  test("have keys that nobody else has, and that never change", async () => {
    const client = tollgate.client();
    const featureKey = await booleanFeature(client);
    await expectRefusal(client.features.create({ featureKey, name: "Again", type: "limit" }), 409, "key_taken");
    const updated = await client.features.update({ featureKey, name: "New name", description: "New words" });
    expect(updated).toMatchObject({ featureKey, name: "New name", description: "New words" });
    expect(await client.features.update({ featureKey, description: null })).toMatchObject({
      name: "New name",
      description: null,
    });
    await expectRefusal(client.features.update({ featureKey: "nothing", name: "x" }), 404, "feature_not_found");
  });

  test("that are boolean have no usage", async () => {
    const client = tollgate.client();
    const boolean = { featureKey: fresh("switch"), name: "Switch", type: "boolean" } as const;
    const tracked = { ...boolean, tracksUsage: true } as unknown as typeof boolean;
    await expectRefusal(client.features.create(tracked), 400, "invalid_parameter", "tracksUsage");
    expect(await client.features.create({ ...boolean, tracksUsage: false })).toMatchObject({ tracksUsage: false });
  });

  test("refuse a key with other characters, and an empty name", async () => {
    const client = tollgate.client();
    const odd = client.features.create({ featureKey: "no spaces", name: "x", type: "boolean" });
    await expectRefusal(odd, 400, "invalid_parameter", "featureKey");
    const nameless = client.features.create({ featureKey: fresh("switch"), name: "", type: "boolean" });
    await expectRefusal(nameless, 400, "invalid_parameter", "name");
  });

  test("are all in the access map, each with what its kind has", async () => {
    const client = tollgate.client();
    const [sso, seats] = [await booleanFeature(client), await limitFeature(client, { tracksUsage: false })];
    const tracked = await limitFeature(client, { usageResetInterval: "never" });
    const access = await client.features.getAccess(await customerWith(client));
    expect(access[sso]).toEqual({ type: "boolean", hasAccess: false });
    expect(access[seats]).toEqual({ type: "limit", hasAccess: false, limit: 0, isUnlimited: false });
    expect(access[tracked]).toEqual({
      type: "limit",
      hasAccess: false,
      limit: 0,
      isUnlimited: false,
      usage: {
        used: 0,
        remaining: 0,
        bonusRemaining: 0,
        bonusUsed: 0,
        hasReachedLimit: true,
        nextReset: null,
        lastReset: null,
      },
    });
  });

  test("that are archived are hidden from access and refuse writes, and keep their data", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    const { customerId, featureKey } = subject;
    const { eventId } = await client.usage.track({ ...subject, amount: 4 });

    const archived = await client.features.update({ featureKey, isArchived: true, archivedReason: "not sold" });
    expect(archived).toMatchObject({ isArchived: true, archivedReason: "not sold", archivedAt: expect.any(String) });
    expect(await client.features.list()).toContainEqual(archived);
    expect(await client.features.getAccess(customerId)).not.toHaveProperty(featureKey);
    await expectRefusal(client.usage.track(subject), 400, "feature_archived");
    await expectRefusal(client.usage.consume(subject), 400, "feature_archived");
    await expectRefusal(client.bonuses.create({ ...subject, amount: 1 }), 400, "feature_archived");
    // History can be mended.
    await client.usage.updateEvent({ eventId: eventId ?? "", amount: 3 });

    expect(await client.features.update({ featureKey, isArchived: false })).toMatchObject({ isArchived: false });
    expect((await client.features.getAccess(customerId))[featureKey]).toMatchObject({ limit: 10, usage: { used: 3 } });
  });
});
