// Keys that the client gives to events, and what a repeat that finds its own key is told.

import { describe, expect, test } from "vitest";

import { ConnectionError } from "../../src/index.js";
import type { PriceOS } from "../../src/index.js";
import { failure, useServer } from "./server.js";

const server = useServer();
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const event = { customerId: "c1", featureKey: "exports" };
const applied = { applied: true, used: 5, eventId: "e1", reason: null };
const duplicate = { applied: false, used: 5, eventId: "e1", reason: "duplicate_event_key" };

interface Sent {
  eventKey: string;
  events: { eventKey: string }[];
}

function sent(index = 0): Sent {
  return server.received[index]?.body as Sent;
}

describe.each([
  ["track", (client: PriceOS, eventKey?: string) => client.usage.track({ ...event, eventKey })],
  ["set", (client: PriceOS, eventKey?: string) => client.usage.set({ ...event, used: 5, eventKey })],
  ["consume", (client: PriceOS, eventKey?: string) => client.usage.consume({ ...event, eventKey })],
])("%s", (_name, call) => {
  test("gets a key of its own for each call", async () => {
    server.replies({ json: applied });
    await call(server.client());
    await call(server.client());
    expect(sent(0).eventKey).toMatch(UUID);
    expect(sent(1).eventKey).toMatch(UUID);
    expect(sent(0).eventKey).not.toBe(sent(1).eventKey);
  });

  test("keeps that key when it is made again", async () => {
    server.replies("reset", failure(503, "unavailable"), { json: applied });
    expect(await call(server.client())).toEqual(applied);
    expect(server.received).toHaveLength(3);
    expect(new Set([0, 1, 2].map((index) => sent(index).eventKey)).size).toBe(1);
  });

  test("keeps the caller's key, also an empty one, which the server refuses", async () => {
    server.replies({ json: applied });
    await call(server.client(), "job-7");
    await call(server.client(), "");
    expect([sent(0).eventKey, sent(1).eventKey]).toEqual(["job-7", ""]);
  });

  test("says what the server says of a key of the caller's, on a repeat too", async () => {
    server.replies("reset", { json: duplicate });
    expect(await call(server.client(), "job-7")).toEqual(duplicate);
  });
});

describe("a repeat that finds the client's own key", () => {
  test("was applied, says track", async () => {
    server.replies("reset", { json: duplicate });
    expect(await server.client().usage.track(event)).toEqual(applied);
  });

  test("was applied, says consume", async () => {
    const rest = { allowed: true, remaining: 5, bonusRemaining: 0, limit: 10, isUnlimited: false };
    server.replies("reset", { json: { ...duplicate, ...rest } });
    expect(await server.client().usage.consume(event)).toEqual({ ...applied, ...rest });
  });

  test("was applied, says set, and finds the adjustment at its event", async () => {
    server.replies(
      "reset",
      { json: { ...duplicate, adjustment: 0 } },
      { json: { id: "e1", amount: -3, occurredAt: 1, source: "usage_set_adjustment" } },
    );
    expect(await server.client().usage.set({ ...event, used: 5 })).toEqual({ ...applied, adjustment: -3 });
    expect(server.received[2]?.path).toBe("/v1/usage/events/e1");
  });

  test("stays what the server said, where the event of a set is deleted already", async () => {
    const answer = { ...duplicate, adjustment: 0 };
    server.replies("reset", { json: answer }, failure(404, "event_not_found"));
    expect(await server.client().usage.set({ ...event, used: 5 })).toEqual(answer);
  });

  test("is not known to be right while the event of a set cannot be read", async () => {
    server.replies({ json: { ...duplicate, adjustment: 0 } }, "reset");
    await expect(server.client().usage.set({ ...event, used: 5 })).rejects.toThrow(ConnectionError);
  });

  test("was applied, says a batch, entry by entry", async () => {
    const failed = { success: false, error: "no", code: "missing_parameter", param: "featureKey" };
    const untracked = { applied: false, used: null, eventId: null, reason: "not_tracked" };
    const results = [
      { success: true, result: duplicate },
      { success: true, result: duplicate },
      failed,
      { success: true, result: untracked },
    ];
    server.replies("reset", { json: { results, hasErrors: true } });
    const events = [event, { ...event, eventKey: "job-7" }, event, event];
    expect(await server.client().usage.trackBatch({ events })).toEqual({
      results: [{ success: true, result: applied }, results[1], failed, results[3]],
      hasErrors: true,
    });
  });

  test("says nothing else in another's place", async () => {
    for (const reason of ["not_tracked", "no_access", "limit_reached"]) {
      const denied = { ...duplicate, reason };
      server.replies({ json: denied });
      expect(await server.client().usage.track(event)).toEqual(denied);
    }
  });
});

test("a batch gets a key for each event that has none, the same when it is made again", async () => {
  server.replies("reset", { json: { results: [], hasErrors: false } });
  const events = [event, { ...event, eventKey: "job-7" }, event];
  await server.client().usage.trackBatch({ events });
  const keys = sent(0).events.map(({ eventKey }) => eventKey);
  expect(keys).toEqual([expect.stringMatching(UUID), "job-7", expect.stringMatching(UUID)]);
  expect(keys[0]).not.toBe(keys[2]);
  expect(sent(1)).toEqual(sent(0));
  expect(events).toEqual([event, { ...event, eventKey: "job-7" }, event]);
});
