// Every call there is, with what goes over the wire for it and whether it may be made twice.

import type { PriceOS } from "../../src/index.js";

export interface Case {
  name: string;
  call: (client: PriceOS) => Promise<unknown>;
  request: string;
  body?: unknown;
  /** Whether it is made again when nobody knows if it was done. */
  repeatable: boolean;
}

const customerId = "c 1/ä";
const at = "c%201%2F%C3%A4";
const featureKey = "exports";
const eventKey = "job-7";
const productKey = "custom_pro";
const featureAccess = [{ featureKey, hasAccess: true, limit: 5 }];

export const CALLS: Case[] = [
  read("customers.get", (client) => client.customers.get(customerId), `GET /v1/customers/${at}`),
  read("customers.list", (client) => client.customers.list(), "GET /v1/customers"),
  read(
    "customers.list with a filter",
    (client) =>
      client.customers.list({ limit: 2, cursor: "a=&", search: "ä b", include: ["bonuses", "featureAccess"] }),
    "GET /v1/customers?limit=2&cursor=a%3D%26&search=%C3%A4+b&include=bonuses%2CfeatureAccess",
  ),
  write(
    "customers.create",
    (client) => client.customers.create({ customerId, customProductKeys: ["custom_basic"] }),
    "POST /v1/customers",
    { customerId, customProductKeys: ["custom_basic"] },
  ),
  write(
    "customers.update",
    (client) => client.customers.update({ customerId, name: null, customProductKeys: [] }),
    `PUT /v1/customers/${at}`,
    { name: null, customProductKeys: [] },
  ),
  write("customers.delete", (client) => client.customers.delete(customerId), `DELETE /v1/customers/${at}`),
  write(
    "customers.link",
    (client) => client.customers.link({ stripeCustomerId: "cus_1", customerId }),
    "POST /v1/customers/link",
    { stripeCustomerId: "cus_1", customerId },
  ),
  once(
    "customers.createCheckout",
    (client) => client.customers.createCheckout(customerId, { productKey: "team" }),
    `POST /v1/customers/${at}/checkout`,
    { productKey: "team" },
  ),
  once(
    "customers.createPortal",
    (client) => client.customers.createPortal(customerId),
    `POST /v1/customers/${at}/customer-portal`,
    {},
  ),
  read(
    "features.getAccess",
    (client) => client.features.getAccess(customerId),
    "GET /v1/feature-access?customerId=c+1%2F%C3%A4",
  ),
  read(
    "features.getAccess with explain",
    (client) => client.features.getAccess(customerId, { explain: true, retries: 1 }),
    "GET /v1/feature-access?customerId=c+1%2F%C3%A4&explain=true",
  ),
  once(
    "features.create",
    (client) => client.features.create({ featureKey, name: "Exports", type: "limit" }),
    "POST /v1/features",
    { featureKey, name: "Exports", type: "limit" },
  ),
  read("features.list", (client) => client.features.list(), "GET /v1/features"),
  write(
    "features.update",
    (client) => client.features.update({ featureKey: "a.b", isArchived: true }),
    "PUT /v1/features/a.b",
    { isArchived: true },
  ),
  read("products.get", (client) => client.products.get(productKey), "GET /v1/products/custom_pro"),
  read("products.list", (client) => client.products.list(), "GET /v1/products"),
  read(
    "products.list with archived",
    (client) => client.products.list({ archived: true }),
    "GET /v1/products?archived=true",
  ),
  once("products.create", (client) => client.products.create({ name: "Pro" }), "POST /v1/products", { name: "Pro" }),
  write(
    "products.update",
    (client) => client.products.update({ productKey, isDefault: true }),
    "PUT /v1/products/custom_pro",
    { isDefault: true },
  ),
  write(
    "products.setFeatureAccess",
    (client) => client.products.setFeatureAccess({ productKey, featureAccess, version: 1 }),
    "PUT /v1/products/custom_pro/feature-access",
    { featureAccess, version: 1 },
  ),
  once(
    "products.setFeatureAccess with a new version",
    (client) => client.products.setFeatureAccess({ productKey, featureAccess, newVersion: true }),
    "PUT /v1/products/custom_pro/feature-access",
    { featureAccess, newVersion: true },
  ),
  read("products.versions", (client) => client.products.versions(productKey), "GET /v1/products/custom_pro/versions"),
  once(
    "products.migrate",
    (client) => client.products.migrate({ productKey, fromVersion: 1, toVersion: 2 }),
    "POST /v1/products/custom_pro/migrate",
    { fromVersion: 1, toVersion: 2 },
  ),
  write(
    "products.migrate as a dry run",
    (client) => client.products.migrate({ productKey, fromVersion: 1, toVersion: 2, dryRun: true }),
    "POST /v1/products/custom_pro/migrate",
    { fromVersion: 1, toVersion: 2, dryRun: true },
  ),
  write(
    "usage.track",
    (client) => client.usage.track({ customerId, featureKey, amount: -0.5, eventKey }),
    "POST /v1/usage",
    { customerId, featureKey, amount: -0.5, eventKey },
  ),
  write(
    "usage.set",
    (client) => client.usage.set({ customerId, featureKey, used: 3, eventKey }),
    "POST /v1/usage/set",
    { customerId, featureKey, used: 3, eventKey },
  ),
  write(
    "usage.trackBatch",
    (client) => client.usage.trackBatch({ events: [{ customerId, featureKey, eventKey }] }),
    "POST /v1/usage/batch",
    { events: [{ customerId, featureKey, eventKey }] },
  ),
  write(
    "usage.consume",
    (client) => client.usage.consume({ customerId, featureKey, eventKey }),
    "POST /v1/usage/consume",
    { customerId, featureKey, eventKey },
  ),
  write(
    "usage.listEvents",
    (client) => client.usage.listEvents({ customerId, featureKey, period: "previous", offset: 2 }),
    "POST /v1/usage/events",
    { customerId, featureKey, period: "previous", offset: 2 },
  ),
  once("usage.deleteEvents", (client) => client.usage.deleteEvents({ customerId }), "POST /v1/usage/delete", {
    customerId,
  }),
  read("usage.getEvent", (client) => client.usage.getEvent("e1"), "GET /v1/usage/events/e1"),
  write(
    "usage.updateEvent",
    (client) => client.usage.updateEvent({ eventId: "e1", eventKey: null }),
    "PUT /v1/usage/events/e1",
    { eventKey: null },
  ),
  write("usage.deleteEvent", (client) => client.usage.deleteEvent("e1"), "DELETE /v1/usage/events/e1"),
  once(
    "bonuses.create",
    (client) => client.bonuses.create({ customerId, featureKey, amount: 10 }),
    "POST /v1/bonuses",
    { customerId, featureKey, amount: 10 },
  ),
  read(
    "bonuses.list",
    (client) => client.bonuses.list({ customerId: "c1", featureKey: null }),
    "GET /v1/bonuses?customerId=c1",
  ),
  write("bonuses.update", (client) => client.bonuses.update({ bonusId: "b1", amount: 4 }), "PUT /v1/bonuses/b1", {
    amount: 4,
  }),
  once("bonuses.delete", (client) => client.bonuses.delete("b1"), "DELETE /v1/bonuses/b1"),
  once(
    "overrides.create",
    (client) => client.overrides.create({ customerId, featureKey, hasAccess: true, isUnlimited: true }),
    "POST /v1/overrides",
    { customerId, featureKey, hasAccess: true, isUnlimited: true },
  ),
  read("overrides.list", (client) => client.overrides.list({ customerId: "c1" }), "GET /v1/overrides?customerId=c1"),
  write(
    "overrides.update",
    (client) => client.overrides.update({ overrideId: "o1", expiresAt: null }),
    "PUT /v1/overrides/o1",
    { expiresAt: null },
  ),
  write("overrides.delete", (client) => client.overrides.delete("o1"), "DELETE /v1/overrides/o1"),
];

function read(name: string, call: Case["call"], request: string): Case {
  return { name, call, request, repeatable: true };
}

function write(name: string, call: Case["call"], request: string, body?: unknown): Case {
  return { name, call, request, body, repeatable: true };
}

function once(name: string, call: Case["call"], request: string, body?: unknown): Case {
  return { name, call, request, body, repeatable: false };
}
