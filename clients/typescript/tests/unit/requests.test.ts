// What goes over the wire.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

import { PriceOS, Tollgate, VERSION } from "../../src/index.js";
import { CALLS } from "./calls.js";
import { KEY, useServer } from "./server.js";

const server = useServer();
const customerId = "c1";
const featureKey = "exports";

describe("every call", () => {
  test.each(CALLS)("$name", async ({ call, request, body }) => {
    await call(server.client());
    const [received] = server.received;
    expect(`${received?.method} ${received?.path}`).toBe(request);
    expect(received?.body).toEqual(body);
    expect(received?.headers["x-api-key"]).toBe(KEY);
    expect(received?.headers["user-agent"]).toBe(`tollgate-typescript/${VERSION}`);
    expect(received?.headers["content-type"]).toBe(body === undefined ? undefined : "application/json");
    expect(received?.headers.authorization).toBeUndefined();
  });

  test("is in the table above", () => {
    const client = server.client();
    const written = Object.entries(client).flatMap(([noun, resource]) =>
      Object.getOwnPropertyNames(Object.getPrototypeOf(resource)).map((verb) => `${noun}.${verb}`),
    );
    const paging = ["customers.listAll", "usage.iterateEvents"];
    const tested = new Set(CALLS.map(({ name }) => name.split(" ")[0]));
    const untested = written.filter((name) => !name.endsWith(".constructor") && !tested.has(name));
    expect(untested.sort()).toEqual(paging);
  });
});

test("the two names are one class", () => {
  expect(PriceOS).toBe(Tollgate);
});

test("the version is that of the package", () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(manifest).toMatchObject({ name: "tollgate", version: VERSION });
});

test("an ID reaches the server as it was given", async () => {
  const ids = ["a/b", "a?b#c", "%2e", "...", "ä\u{1F600}", " ", "a+b", "\\", "a;b", "user@example.org"];
  for (const id of ids) await server.client().customers.get(id);
  expect(server.received.map(({ path }) => decodeURIComponent(path.split("/").at(-1) ?? ""))).toEqual(ids);
});

test("an ID that no path can hold is refused and nothing is sent", async () => {
  const client = server.client();
  for (const id of ["", ".", "..", "\ud800"]) {
    await expect(client.customers.delete(id)).rejects.toThrow(/^customerId /);
    await expect(client.customers.update({ customerId: id })).rejects.toThrow(TypeError);
    await expect(client.usage.deleteEvent(id)).rejects.toThrow(/^eventId /);
    await expect(client.bonuses.delete(id)).rejects.toThrow(/^bonusId /);
  }
  await expect(client.customers.get(undefined as unknown as string)).rejects.toThrow(/^customerId must be a string/);
  expect(server.received).toEqual([]);
});

test("a number that JSON does not know is refused by the name of its field and nothing is sent", async () => {
  const client = server.client();
  const events = [
    { customerId, featureKey },
    { customerId, featureKey, amount: -Infinity },
  ];
  const refused: [Promise<unknown>, string][] = [
    [client.usage.track({ customerId, featureKey, amount: NaN }), "amount must be a finite number, not NaN"],
    [client.usage.set({ customerId, featureKey, used: Infinity }), "used must be a finite number, not Infinity"],
    [client.usage.trackBatch({ events }), "events[1].amount must be a finite number, not -Infinity"],
    [
      client.usage.listEvents({ customerId, featureKey, customRange: { start: NaN, end: 1 } }),
      "customRange.start must be a finite number, not NaN",
    ],
    [client.customers.list({ limit: NaN }), "limit must be a finite number, not NaN"],
  ];
  for (const [call, message] of refused) await expect(call).rejects.toThrow(new TypeError(message));
  expect(server.received).toEqual([]);
});

test("numbers are sent as they are", async () => {
  const amounts = [0, -0.000000001, 1e15, 12.345678901, 0.1 + 0.2];
  for (const amount of amounts) await server.client().usage.track({ customerId, featureKey, amount });
  expect(server.received.map(({ body }) => (body as { amount: number }).amount)).toEqual(amounts);
});

test("what is undefined is left out, and the caller's object stays as it is", async () => {
  const params = { customerId, name: undefined, email: null };
  await server.client().customers.update(params);
  expect(server.received[0]?.body).toEqual({ email: null });
  expect(params).toEqual({ customerId, name: undefined, email: null });
});
