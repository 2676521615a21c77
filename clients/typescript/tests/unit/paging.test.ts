// The two iterators ask for a page when they need it, and give each thing once.

import { expect, test } from "vitest";

import type { Reply } from "./server.js";
import { failure, useServer } from "./server.js";

const server = useServer();
const filter = { customerId: "c1", featureKey: "exports" };

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function customers(ids: string[], nextCursor: string | null): Reply {
  return { json: { customers: ids.map((customerId) => ({ customerId })), nextCursor } };
}

function events(ids: string[], hasMore: boolean): Reply {
  return { json: { usageEvents: ids.map((id) => ({ id })), hasMore } };
}

test("customers.listAll follows the cursor with the same filter to the end", async () => {
  server.replies(customers(["a", "b"], "two"), customers([], "three"), customers(["c"], null));
  const all = await collect(server.client().customers.listAll({ search: "x", limit: 2, include: ["bonuses"] }));
  expect(all.map(({ customerId }) => customerId)).toEqual(["a", "b", "c"]);
  expect(server.received.map(({ path }) => path)).toEqual([
    "/v1/customers?search=x&limit=2&include=bonuses",
    "/v1/customers?search=x&limit=2&include=bonuses&cursor=two",
    "/v1/customers?search=x&limit=2&include=bonuses&cursor=three",
  ]);
});

test("customers.listAll starts where its cursor says and asks for no page that nobody wants", async () => {
  server.replies(customers(["a", "b"], "two"));
  for await (const customer of server.client().customers.listAll({ cursor: "one" })) {
    expect(customer.customerId).toBe("a");
    break;
  }
  expect(server.received.map(({ path }) => path)).toEqual(["/v1/customers?cursor=one"]);
});

test("usage.iterateEvents goes on by what it got", async () => {
  server.replies(events(["5", "4"], true), events(["3", "2"], true), events(["1"], false));
  const all = await collect(server.client().usage.iterateEvents({ ...filter, limit: 2, period: "current" }));
  expect(all.map(({ id }) => id)).toEqual(["5", "4", "3", "2", "1"]);
  expect(server.received.map(({ body }) => body)).toEqual(
    [0, 2, 4].map((offset) => ({ ...filter, limit: 2, period: "current", offset })),
  );
});

test("usage.iterateEvents gives an event once that new ones have pushed to the next page", async () => {
  server.replies(events(["5", "4"], true), events(["4", "3"], true), events(["2"], false));
  const all = await collect(server.client().usage.iterateEvents(filter));
  expect(all.map(({ id }) => id)).toEqual(["5", "4", "3", "2"]);
});

test("usage.iterateEvents ends where there is nothing, whatever is promised", async () => {
  server.replies(events([], true));
  expect(await collect(server.client().usage.iterateEvents(filter))).toEqual([]);
  expect(server.received).toHaveLength(1);
});

test("a page that fails ends the iteration with its error, after what came before", async () => {
  server.replies(customers(["a"], "two"), failure(400, "invalid_parameter"));
  const given: unknown[] = [];
  const iterate = async () => {
    for await (const { customerId } of server.client().customers.listAll()) given.push(customerId);
  };
  await expect(iterate()).rejects.toMatchObject({ code: "invalid_parameter" });
  expect(given).toEqual(["a"]);
});
