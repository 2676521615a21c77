import { expect, test } from "vitest";

import { MINUTE_MS, booleanFeature, customProduct, customerWith, customerWithLimit, expectRefusal } from "./catalog.js";
import { live } from "./server.js";

live("overrides", (tollgate) => {
  test("replace what the products give, for one customer, until they are deleted", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    const { customerId, featureKey } = subject;
    const entry = async () => (await client.features.getAccess(customerId))[featureKey];
    const override = await client.overrides.create({ ...subject, hasAccess: true, limit: 3, reason: "abuse" });
    expect(override).toEqual({
      overrideId: expect.any(String),
      customerId,
      featureKey,
      hasAccess: true,
      limit: 3,
      isUnlimited: false,
      reason: "abuse",
      expiresAt: null,
      createdAt: expect.any(Number),
      updatedAt: expect.any(Number),
    });
    expect(await entry()).toMatchObject({ hasAccess: true, limit: 3, usage: { remaining: 3 } });

    // A second one takes its place and keeps its ID.
    const { overrideId } = override;
    const second = await client.overrides.create({ ...subject, hasAccess: true, isUnlimited: true });
    expect(second).toMatchObject({ overrideId, limit: null, isUnlimited: true });
    expect(await entry()).toMatchObject({ isUnlimited: true, limit: null, usage: { remaining: null } });
    expect(await client.overrides.list({ customerId })).toEqual({ overrides: [second] });

    await client.overrides.update({ overrideId, hasAccess: false });
    expect(await entry()).toMatchObject({ hasAccess: false, limit: 0, isUnlimited: false });
    expect(await client.overrides.delete(overrideId)).toEqual({ deleted: true, overrideId });
    expect(await entry()).toMatchObject({ hasAccess: true, limit: 10 });
    expect(await client.overrides.list({ customerId })).toEqual({ overrides: [] });
    await expectRefusal(client.overrides.delete(overrideId), 404, "override_not_found");
  });

  test("grant and deny a boolean feature, and leave others alone", async () => {
    const client = tollgate.client();
    const featureKey = await booleanFeature(client);
    const productKey = await customProduct(client, { featureKey, hasAccess: true });
    const [denied, granted] = [await customerWith(client, productKey), await customerWith(client)];
    const other = await customerWith(client, productKey);
    await client.overrides.create({ customerId: denied, featureKey, hasAccess: false });
    await client.overrides.create({ customerId: granted, featureKey, hasAccess: true });
    const has = async (customerId: string) => (await client.features.getAccess(customerId))[featureKey]?.hasAccess;
    expect([await has(denied), await has(granted), await has(other)]).toEqual([false, true, true]);
  });

  test("that are expired do nothing, stay listed, and come back with a later end", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    const { customerId, featureKey } = subject;
    const limit = async () => (await client.features.getAccess(customerId))[featureKey];
    const expiresAt = Date.now() - 1;
    const { overrideId } = await client.overrides.create({ ...subject, hasAccess: true, limit: 99, expiresAt });
    expect(await limit()).toMatchObject({ limit: 10 });
    expect(await client.overrides.list({ customerId })).toMatchObject({ overrides: [{ overrideId, expiresAt }] });
    await client.overrides.update({ overrideId, expiresAt: Date.now() + 60 * MINUTE_MS });
    expect(await limit()).toMatchObject({ limit: 99 });
  });

  test("say what they give, of whom and of what", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    const nothing = client.overrides.create({ ...subject, hasAccess: true });
    await expect(nothing).rejects.toMatchObject({ status: 400 });
    const nobody = client.overrides.create({ ...subject, customerId: "nobody", hasAccess: false });
    await expectRefusal(nobody, 404, "customer_not_found");
    const unknown = client.overrides.create({ ...subject, featureKey: "nothing", hasAccess: false });
    await expectRefusal(unknown, 404, "feature_not_found");
    await expectRefusal(client.overrides.list({ customerId: "nobody" }), 404, "customer_not_found");
  });
});
