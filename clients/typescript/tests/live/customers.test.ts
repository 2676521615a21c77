import { expect, test } from "vitest";

import type { Customer } from "../../src/index.js";
import {
  booleanFeature,
  customProduct,
  customerWith,
  customerWithLimit,
  expectRefusal,
  fresh,
  limitFeature,
} from "./catalog.js";
import { live } from "./server.js";

live("customers", (tollgate) => {
  test("are created by an ID alone, changed, and deleted", async () => {
    const client = tollgate.client();
    const customerId = fresh("customer");
    const before = Date.now();
    const customer = await client.customers.create({ customerId });
    expect(customer).toMatchObject({ customerId, hasPaymentMethod: false, enviroment: "test", bonuses: [] });
    expect(customer.stripeCustomerId ?? null).toBeNull();
    expect(customer.name ?? null).toBeNull();
    expect(customer.created).toBeGreaterThanOrEqual(before - 1_000);
    expect(customer.usageStartedAt).toBe(customer.created);

    const named = await client.customers.update({ customerId, name: "Mina", email: "mina@example.org" });
    expect(named).toMatchObject({ name: "Mina", email: "mina@example.org" });
    // What is left out stays; null and an empty string clear.
    const cleared = await client.customers.update({ customerId, email: "" });
    expect(cleared.name).toBe("Mina");
    expect(cleared.email ?? null).toBeNull();
    expect((await client.customers.update({ customerId, name: null })).name ?? null).toBeNull();

    expect(await client.customers.delete(customerId)).toEqual({ deleted: true, customerId });
    expect(await client.customers.get(customerId)).toBeNull();
    await expectRefusal(client.customers.delete(customerId), 404, "customer_not_found");
    await expectRefusal(client.customers.update({ customerId, name: "x" }), 404, "customer_not_found");
  });

  test("that exist get the fields that a create gives, and keep the others", async () => {
    const client = tollgate.client();
    const [one, two] = [await customProduct(client), await customProduct(client)];
    const customerId = fresh("customer");
    const first = await client.customers.create({ customerId, name: "Mina", customProductKeys: [one] });
    const again = await client.customers.create({ customerId, email: "m@example.org", customProductKeys: [two] });
    expect(again).toMatchObject({ name: "Mina", email: "m@example.org", created: first.created });
    expect(again.products.map(({ key }) => key)).toEqual([two]);
  });

  test("are created by asking for their access and by tracking, and not by get", async () => {
    const client = tollgate.client();
    const featureKey = await limitFeature(client);
    const [asked, tracked, consumed] = [fresh("customer"), fresh("customer"), fresh("customer")];
    expect(await client.customers.get(asked)).toBeNull();
    await client.features.getAccess(asked);
    await client.usage.track({ customerId: tracked, featureKey });
    await client.usage.consume({ customerId: consumed, featureKey });
    for (const customerId of [asked, tracked, consumed]) {
      expect(await client.customers.get(customerId)).toMatchObject({ customerId });
    }
  });

  test("may have any characters in their ID", async () => {
    const client = tollgate.client();
    for (const customerId of ["a/b", "a b+c?d#e", "%2F", "ä\u{1F600}", "user@example.org"]) {
      await client.customers.create({ customerId });
      expect(await client.customers.get(customerId)).toMatchObject({ customerId });
      await client.features.getAccess(customerId);
      expect(await client.customers.delete(customerId)).toEqual({ deleted: true, customerId });
    }
  });

  test("have the sum of their products: any yes, all limits together, unlimited above all", async () => {
    const client = tollgate.client();
    const [sso, seats, calls] = [
      await booleanFeature(client),
      await limitFeature(client, { tracksUsage: false }),
      await limitFeature(client),
    ];
    const limited = await customProduct(
      client,
      { featureKey: sso, hasAccess: true },
      { featureKey: seats, hasAccess: true, limit: 5 },
      { featureKey: calls, hasAccess: true, limit: 100 },
    );
    const other = await customProduct(client, { featureKey: seats, hasAccess: true, limit: 2.5 });
    const unlimited = await customProduct(client, { featureKey: calls, hasAccess: true, isUnlimited: true });
    const access = await client.features.getAccess(await customerWith(client, limited, other, unlimited));
    expect(access[sso]).toEqual({ type: "boolean", hasAccess: true });
    expect(access[seats]).toEqual({ type: "limit", hasAccess: true, limit: 7.5, isUnlimited: false });
    expect(access[calls]).toMatchObject({
      hasAccess: true,
      limit: null,
      isUnlimited: true,
      usage: { remaining: null, hasReachedLimit: false },
    });
  });

  test("show each product as they have it", async () => {
    const client = tollgate.client();
    const productKey = await customProduct(client);
    const customer = await client.customers.get(await customerWith(client, productKey, productKey));
    expect(customer?.products).toEqual([
      {
        id: expect.any(String),
        key: productKey,
        name: productKey,
        type: "custom",
        isDefault: false,
        status: "active",
        version: 1,
        metadata: {},
        canceledAt: null,
        startedAt: null,
        currentPeriodStart: null,
        currentPeriodEnd: null,
        prices: [],
      },
    ]);
  });

  test("stay as they are where a product cannot be assigned", async () => {
    const client = tollgate.client();
    const productKey = await customProduct(client);
    const customerId = await customerWith(client, productKey);
    const unknown = client.customers.update({ customerId, name: "x", customProductKeys: [productKey, "nothing"] });
    await expectRefusal(unknown, 400, "invalid_parameter", "customProductKeys[1]");
    const customer = await client.customers.get(customerId);
    expect(customer?.name ?? null).toBeNull();
    expect(customer?.products.map(({ key }) => key)).toEqual([productKey]);
  });

  test("take their usage, bonuses and overrides with them", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    const { customerId, featureKey } = subject;
    const { eventId } = await client.usage.track(subject);
    await client.bonuses.create({ ...subject, amount: 5 });
    await client.overrides.create({ ...subject, hasAccess: true, limit: 99 });
    await client.customers.delete(customerId);
    await expectRefusal(client.usage.getEvent(eventId ?? ""), 404, "event_not_found");
    await client.customers.create({ customerId });
    expect((await client.features.getAccess(customerId))[featureKey]).toMatchObject({
      limit: 0,
      usage: { used: 0, bonusRemaining: 0 },
    });
    expect(await client.overrides.list({ customerId })).toEqual({ overrides: [] });
  });

  test("are linked to Stripe's, again without harm, and to another one only by force", async () => {
    const client = tollgate.client();
    const customerId = await customerWith(client);
    const link = { customerId, stripeCustomerId: "cus_live1" };
    expect(await client.customers.link(link)).toMatchObject(link);
    expect(await client.customers.link(link)).toMatchObject(link);
    const other = { customerId, stripeCustomerId: "cus_live2" };
    await expectRefusal(client.customers.link(other), 409, "customer_linked");
    expect(await client.customers.link({ ...other, force: true })).toMatchObject(other);
  });

  test("is sent to pages of the server's own", async () => {
    const client = tollgate.client();
    const customerId = await customerWith(client);
    const productKey = await customProduct(client);
    await expectRefusal(client.customers.createCheckout(customerId, { productKey }), 400, "invalid_parameter");
    const { url } = await client.customers.createPortal(customerId, { returnUrl: "https://example.org" });
    const page = await fetch(url);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("https://example.org");
  });
});

live("the list of customers", (tollgate) => {
  async function ids(customers: AsyncIterable<Pick<Customer, "customerId">>): Promise<unknown[]> {
    const all: unknown[] = [];
    for await (const { customerId } of customers) all.push(customerId);
    return all;
  }

  test("is newest first, in pages, and searched", async () => {
    const client = tollgate.client();
    const featureKey = await booleanFeature(client);
    const productKey = await customProduct(client, { featureKey, hasAccess: true });
    const made = ["ant", "bee", "cat", "dog", "eel"];
    for (const customerId of made) await client.customers.create({ customerId });
    await client.customers.update({ customerId: "bee", name: "Maja", email: "maja@example.org" });
    await client.customers.update({ customerId: "dog", customProductKeys: [productKey] });

    const first = await client.customers.list({ limit: 2 });
    expect(first.customers.map(({ customerId }) => customerId)).toEqual(["eel", "dog"]);
    expect(first.nextCursor).toEqual(expect.any(String));
    const second = await client.customers.list({ limit: 2, cursor: first.nextCursor ?? "" });
    expect(second.customers.map(({ customerId }) => customerId)).toEqual(["cat", "bee"]);
    expect(await ids(client.customers.listAll({ limit: 2 }))).toEqual([...made].reverse());
    expect((await client.customers.list()).nextCursor).toBeNull();

    expect(await ids(client.customers.listAll({ search: "MAJA@" }))).toEqual(["bee"]);
    expect(await ids(client.customers.listAll({ search: "a" }))).toEqual(["cat", "bee", "ant"]);
    expect(await ids(client.customers.listAll({ productKey }))).toEqual(["dog"]);
    await expectRefusal(client.customers.list({ limit: 0 }), 400, "invalid_parameter", "limit");
    await expectRefusal(client.customers.list({ limit: 101 }), 400, "invalid_parameter", "limit");

    const [plain] = (await client.customers.list({ productKey })).customers;
    expect(plain).not.toHaveProperty("featureAccess");
    expect(plain).not.toHaveProperty("bonuses");
    const [full] = (await client.customers.list({ productKey, include: ["featureAccess", "bonuses"] })).customers;
    expect(full?.featureAccess[featureKey]).toEqual({ type: "boolean", hasAccess: true });
    expect(full?.bonuses).toEqual([]);
    expect(full?.products).toMatchObject([{ key: productKey }]);
  });
});
