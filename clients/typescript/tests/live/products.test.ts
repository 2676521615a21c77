import { expect, test } from "vitest";

import { booleanFeature, customProduct, customerWith, expectRefusal, fresh, limitFeature } from "./catalog.js";
import { live } from "./server.js";

live("custom products", (tollgate) => {
  test("are created by name alone, with a key made of it", async () => {
    const client = tollgate.client();
    const product = await client.products.create({ name: "Team Plan" });
    expect(product).toMatchObject({
      id: expect.any(String),
      key: "custom_team_plan",
      name: "Team Plan",
      type: "custom",
      isDefault: false,
      version: 1,
      stripeProductId: null,
      prices: [],
      metadata: {},
      isArchived: false,
    });
    expect((await client.products.create({ name: "Team plan" })).key).toBe("custom_team_plan_2");
    expect((await client.products.create({ name: "Team plan" })).key).toBe("custom_team_plan_3");
    expect((await client.products.create({ name: "Team plan", key: "team" })).key).toBe("team");
    await expectRefusal(client.products.create({ name: "Other", key: "team" }), 409, "key_taken");
    expect(await client.products.get("custom_team_plan")).toEqual(product);
    await expectRefusal(client.products.get("nothing"), 404, "product_not_found");
  });

  test("say for every feature what they give of it", async () => {
    const client = tollgate.client();
    const [sso, exports, seats] = [
      await booleanFeature(client),
      await limitFeature(client),
      await limitFeature(client, { tracksUsage: false }),
    ];
    const { key, featureAccess } = await client.products.create({
      name: fresh("product"),
      featureAccess: [
        { featureKey: sso, hasAccess: true },
        { featureKey: exports, hasAccess: true, limit: 12.5 },
      ],
    });
    const exportsEntry = { featureKey: exports, name: exports, type: "limit", hasAccess: true, limit: 12.5 };
    const none = { featureKey: seats, name: seats, type: "limit", hasAccess: false, limit: 0, isUnlimited: false };
    expect(featureAccess).toContainEqual({ featureKey: sso, name: sso, type: "boolean", hasAccess: true });
    expect(featureAccess).toContainEqual({ ...exportsEntry, isUnlimited: false });
    expect(featureAccess).toContainEqual(none);

    // What is left out stays as it is.
    const change = { featureKey: exports, hasAccess: true, isUnlimited: true };
    const changed = await client.products.setFeatureAccess({ productKey: key, featureAccess: [change] });
    expect(changed.featureAccess).toContainEqual({ ...exportsEntry, limit: null, isUnlimited: true });
    expect(changed.featureAccess).toContainEqual({ featureKey: sso, name: sso, type: "boolean", hasAccess: true });
    expect(changed.version).toBe(1);
  });

  test("refuse access that says nothing, or is of nothing", async () => {
    const client = tollgate.client();
    const featureKey = await limitFeature(client);
    const productKey = await customProduct(client);
    const set = (entry: { featureKey: string; hasAccess: boolean; limit?: number }) =>
      client.products.setFeatureAccess({ productKey, featureAccess: [entry] });
    await expectRefusal(set({ featureKey: "nothing", hasAccess: true }), 400, "invalid_parameter");
    await expectRefusal(set({ featureKey, hasAccess: true, limit: -1 }), 400, "invalid_parameter");
  });

  test("are listed by name, and changed", async () => {
    const client = tollgate.client();
    const productKey = await customProduct(client);
    const product = await client.products.update({ productKey, name: "zz", metadata: { tier: "2" } });
    expect(product).toMatchObject({ key: productKey, name: "zz", metadata: { tier: "2" } });
    expect(await client.products.update({ productKey, metadata: null })).toMatchObject({ name: "zz", metadata: {} });
    const names = (await client.products.list()).map(({ name }) => name);
    // The others are product_1, product_2 …; how capitals are sorted is nobody's business here.
    expect(names.filter((name) => /^[a-z]/.test(name)).at(-1)).toBe("zz");
    await expectRefusal(client.products.update({ productKey: "nothing" }), 404, "product_not_found");
    await expectRefusal(client.products.update({ productKey, name: "" }), 400, "invalid_parameter", "name");
  });

  test("that are archived stay with those who have them, and nobody else gets them", async () => {
    const client = tollgate.client();
    const featureKey = await booleanFeature(client);
    const productKey = await customProduct(client, { featureKey, hasAccess: true });
    const holder = await customerWith(client, productKey);
    await client.products.update({ productKey, isArchived: true });

    const keys = async (archived: boolean) => (await client.products.list({ archived })).map(({ key }) => key);
    expect(await keys(false)).not.toContain(productKey);
    expect(await keys(true)).toContain(productKey);
    expect((await client.features.getAccess(holder))[featureKey]).toMatchObject({ hasAccess: true });
    const other = fresh("customer");
    await expect(client.customers.create({ customerId: other, customProductKeys: [productKey] })).rejects.toThrow();
    expect(await client.customers.get(other)).toBeNull();
  });
});

live("versions of products", (tollgate) => {
  test("leave customers with what they have; in place changes reach them at once", async () => {
    const client = tollgate.client();
    const featureKey = await limitFeature(client, { tracksUsage: false });
    const access = (limit: number) => [{ featureKey, hasAccess: true, limit }];
    const productKey = await customProduct(client, ...access(10));
    const old = await customerWith(client, productKey);
    const limitOf = async (customerId: string) =>
      (await client.features.getAccess(customerId))[featureKey] as { limit: number };

    const second = await client.products.setFeatureAccess({
      productKey,
      featureAccess: access(20),
      newVersion: true,
    });
    expect(second.version).toBe(2);
    const young = await customerWith(client, productKey);
    expect([await limitOf(old), await limitOf(young)]).toMatchObject([{ limit: 10 }, { limit: 20 }]);
    // Who is given the same product again keeps the version.
    const again = await client.customers.update({ customerId: old, customProductKeys: [productKey] });
    expect(again.products).toMatchObject([{ key: productKey, version: 1 }]);

    await client.products.setFeatureAccess({ productKey, featureAccess: access(25) });
    await client.products.setFeatureAccess({ productKey, featureAccess: access(11), version: 1 });
    expect([await limitOf(old), await limitOf(young)]).toMatchObject([{ limit: 11 }, { limit: 25 }]);

    const versions = await client.products.versions(productKey);
    expect(versions.map(({ version, customerCount }) => [version, customerCount])).toEqual([
      [2, 1],
      [1, 1],
    ]);
    expect(versions[1]?.featureAccess).toContainEqual(expect.objectContaining({ featureKey, limit: 11 }));
    expect(versions[0]?.createdAt).toBeGreaterThan(0);
  });

  test("are left by a migration, which a dry run tells without doing it", async () => {
    const client = tollgate.client();
    const featureKey = await limitFeature(client);
    const kept = await booleanFeature(client);
    const productKey = await customProduct(
      client,
      { featureKey, hasAccess: true, limit: 10 },
      { featureKey: kept, hasAccess: true },
    );
    const customers = [await customerWith(client, productKey), await customerWith(client, productKey)];
    const featureAccess = [{ featureKey, hasAccess: true, isUnlimited: true }];
    await client.products.setFeatureAccess({ productKey, featureAccess, newVersion: true });
    const migration = { productKey, fromVersion: 1, toVersion: 2 };
    const change = {
      featureKey,
      before: { type: "limit", hasAccess: true, limit: 10, isUnlimited: false },
      after: { type: "limit", hasAccess: true, limit: null, isUnlimited: true },
    };

    const dry = await client.products.migrate({ ...migration, dryRun: true });
    expect(dry.migratedCount).toBe(2);
    expect(dry.changes).toHaveLength(2);
    for (const customerId of customers) expect(dry.changes).toContainEqual({ customerId, ...change });
    expect((await client.products.versions(productKey))[1]?.customerCount).toBe(2);

    const one = await client.products.migrate({ ...migration, customerIds: [customers[0] ?? ""] });
    expect(one).toEqual({ migratedCount: 1, changes: [{ customerId: customers[0], ...change }] });
    expect((await client.products.migrate(migration)).migratedCount).toBe(1);
    expect((await client.products.versions(productKey)).map(({ customerCount }) => customerCount)).toEqual([2, 0]);
    expect((await client.features.getAccess(customers[1] ?? ""))[featureKey]).toMatchObject({ isUnlimited: true });

    await expectRefusal(client.products.migrate({ ...migration, toVersion: 9 }), 404, "version_not_found");
  });

  test("are changed in place or made, not both", async () => {
    const client = tollgate.client();
    const productKey = await customProduct(client);
    const both = { productKey, featureAccess: [], version: 1, newVersion: true } as unknown as { productKey: string };
    const call = client.products.setFeatureAccess({ featureAccess: [], ...both });
    await expect(call).rejects.toMatchObject({ status: 400 });
    const missing = client.products.setFeatureAccess({ productKey, featureAccess: [], version: 7 });
    await expectRefusal(missing, 404, "version_not_found");
  });
});

live("the default product", (tollgate) => {
  test("is one alone, for everyone without another, and never merged", async () => {
    const client = tollgate.client();
    const [basic, extra] = [await booleanFeature(client), await booleanFeature(client)];
    const first = await customProduct(client, { featureKey: basic, hasAccess: true });
    const paid = await customProduct(client, { featureKey: extra, hasAccess: true });
    const customerId = await customerWith(client);
    const access = async () => {
      const map = await client.features.getAccess(customerId);
      return [map[basic]?.hasAccess, map[extra]?.hasAccess];
    };
    expect(await access()).toEqual([false, false]);
    expect(await client.products.update({ productKey: first, isDefault: true })).toMatchObject({ isDefault: true });
    expect(await access()).toEqual([true, false]);
    await client.customers.update({ customerId, customProductKeys: [paid] });
    expect(await access()).toEqual([false, true]);
    await client.customers.update({ customerId, customProductKeys: [] });
    expect(await access()).toEqual([true, false]);

    // Another takes its place, in the same step.
    const second = await client.products.create({ name: fresh("product"), isDefault: true });
    expect(second.isDefault).toBe(true);
    expect(await client.products.get(first)).toMatchObject({ isDefault: false });
    expect(await access()).toEqual([false, false]);
    expect((await client.customers.get(customerId))?.products).toMatchObject([
      { key: second.key, isDefault: true, startedAt: null, currentPeriodStart: null, currentPeriodEnd: null },
    ]);

    await expectRefusal(
      client.products.update({ productKey: paid, isDefault: true, isArchived: true }),
      409,
      "default_product_conflict",
    );
    const archive = client.products.update({ productKey: second.key, isArchived: true });
    await expect(archive).rejects.toMatchObject({ status: expect.toSatisfy((status) => [400, 409].includes(status)) });
  });

  test("cannot be one that customers were given, or that has versions", async () => {
    const client = tollgate.client();
    const assigned = await customProduct(client);
    await customerWith(client, assigned);
    const versioned = await customProduct(client);
    await client.products.setFeatureAccess({ productKey: versioned, featureAccess: [], newVersion: true });
    for (const productKey of [assigned, versioned]) {
      const call = client.products.update({ productKey, isDefault: true });
      await expectRefusal(call, 409, "default_product_conflict");
    }
  });
});
