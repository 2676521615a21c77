// The page of the PriceOS documentation that everything began with: its calls, as they stand there, and what it says.

import { expect, test } from "vitest";

import { PriceOS } from "../../src/index.js";
import { expectRefusal } from "./catalog.js";
import { live } from "./server.js";

live("custom products as PriceOS documents them", (tollgate) => {
  test("are assigned when a customer is created or at any time after, and removed again", async () => {
    const priceos = new PriceOS(tollgate.key, { baseUrl: tollgate.baseUrl });
    await priceos.products.create({ name: "Basic" });
    {
      const customer = await priceos.customers.create({
        customerId: "customer_123",
        customProductKeys: ["custom_basic"],
      });
      expect(customer.products).toMatchObject([{ key: "custom_basic", name: "Basic", type: "custom" }]);
      expect(customer.usageStartedAt).toBe(customer.created);
    }
    {
      const customer = await priceos.customers.update({
        customerId: "customer_123",
        customProductKeys: [],
      });
      expect(customer.products).toEqual([]);
    }
    {
      const customer = await priceos.customers.update({
        customerId: "customer_123",
        customProductKeys: ["custom_basic"],
      });
      expect(customer.products).toMatchObject([{ key: "custom_basic" }]);
    }
  });

  test("can be the default of everyone who has no product, and then are not assigned and have one version", async () => {
    const priceos = tollgate.client();
    await priceos.features.create({ featureKey: "sso", name: "SSO", type: "boolean" });
    const featureAccess = [{ featureKey: "sso", hasAccess: true }];
    const free = await priceos.products.create({ name: "Free", isDefault: true, featureAccess });
    await priceos.products.create({ name: "Paid" });

    const without = await priceos.customers.create({ customerId: "customer_free" });
    expect(without.products).toMatchObject([{ key: free.key, isDefault: true, type: "custom" }]);
    expect(without.featureAccess).toEqual({ sso: { type: "boolean", hasAccess: true } });

    const having = await priceos.customers.create({ customerId: "customer_paid", customProductKeys: ["custom_paid"] });
    expect(having.products).toMatchObject([{ key: "custom_paid", isDefault: false }]);
    expect(having.featureAccess).toEqual({ sso: { type: "boolean", hasAccess: false } });

    const assigned = priceos.customers.create({ customerId: "customer_x", customProductKeys: [free.key] });
    await expectRefusal(assigned, 400, "not_assignable");
    const second = priceos.products.setFeatureAccess({ productKey: free.key, featureAccess, newVersion: true });
    await expectRefusal(second, 400, "invalid_parameter");
  });
});
