import { expect, test } from "vitest";

import type { TrackUsageParams, UsageEvent } from "../../src/index.js";
import {
  DAY_MS,
  MINUTE_MS,
  UUID,
  booleanFeature,
  customerWith,
  customerWithLimit,
  entryOf,
  expectRefusal,
  fresh,
  limitFeature,
} from "./catalog.js";
import { live } from "./server.js";

const NOBODY = "00000000-0000-4000-8000-000000000000";

live("tracked usage", (tollgate) => {
  test("counts one where no amount is said, and is exact", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    expect(await client.usage.track(subject)).toMatchObject({
      applied: true,
      used: 1,
      eventId: expect.stringMatching(UUID),
    });
    for (const amount of [0.1, 0.2, -0.000000001, 0]) await client.usage.track({ ...subject, amount });
    expect((await entryOf(client, subject)).usage).toMatchObject({ used: 1.299999999, remaining: 8.700000001 });
  });

  test("does not stop at the limit and is never shown below nothing", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    expect(await client.usage.track({ ...subject, amount: 10 })).toMatchObject({ used: 10 });
    expect((await entryOf(client, subject)).usage).toMatchObject({ remaining: 0, hasReachedLimit: true });
    expect(await client.usage.track({ ...subject, amount: 5 })).toMatchObject({ applied: true, used: 15 });
    const entry = await entryOf(client, subject);
    expect(entry).toMatchObject({ hasAccess: true, limit: 10, usage: { used: 15, remaining: 0 } });
    expect(await client.usage.track({ ...subject, amount: -20 })).toMatchObject({ used: 0 });
    expect((await entryOf(client, subject)).usage).toMatchObject({ used: 0, remaining: 10 });
    // The total below was kept.
    expect(await client.usage.track({ ...subject, amount: 7 })).toMatchObject({ used: 2 });
  });

  test("is applied once for a key of a customer and feature", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    const first = await client.usage.track({ ...subject, amount: 3, eventKey: "job" });
    const again = await client.usage.track({ ...subject, amount: 4, eventKey: "job" });
    expect(again).toEqual({ applied: false, used: 3, eventId: first.eventId, reason: "duplicate_event_key" });
    const other = { ...subject, customerId: await customerWith(client) };
    expect(await client.usage.track({ ...other, eventKey: "job" })).toMatchObject({ applied: true, used: 1 });
    const empty = client.usage.track({ ...subject, eventKey: "" });
    await expectRefusal(empty, 400, "invalid_parameter", "eventKey");
  });

  test("is not kept for features without it", async () => {
    const client = tollgate.client();
    const customerId = fresh("customer");
    for (const featureKey of [await booleanFeature(client), await limitFeature(client, { tracksUsage: false })]) {
      const answer = await client.usage.track({ customerId, featureKey });
      expect(answer).toMatchObject({ applied: false, used: null, reason: "not_tracked" });
      expect(await client.usage.set({ customerId, featureKey, used: 3 })).toMatchObject({
        applied: false,
        used: null,
        adjustment: 0,
        reason: "not_tracked",
      });
    }
    await expectRefusal(client.usage.track({ customerId, featureKey: "nothing" }), 404, "feature_not_found");
  });

  test("refuses amounts, times and metadata that cannot be, and creates nobody then", async () => {
    const client = tollgate.client();
    const featureKey = await limitFeature(client);
    const customerId = fresh("customer");
    const refused: [Partial<TrackUsageParams>, string][] = [
      [{ amount: 0.1234567891 }, "amount"],
      [{ amount: 1.1e15 }, "amount"],
      [{ occurredAt: Date.now() + 6 * MINUTE_MS }, "occurredAt"],
      [{ occurredAt: Date.UTC(1999, 11, 31) }, "occurredAt"],
    ];
    for (const [more, param] of refused) {
      await expectRefusal(client.usage.track({ customerId, featureKey, ...more }), 400, "invalid_parameter", param);
    }
    const numbers = { job: 7 } as unknown as Record<string, string>;
    const call = client.usage.track({ customerId, featureKey, metadata: numbers });
    await expect(call).rejects.toMatchObject({ status: 400, param: expect.stringMatching(/^metadata/) });
    expect(await client.customers.get(customerId)).toBeNull();
  });

  test("belongs to the window of its time; a little ahead is now", async () => {
    const client = tollgate.client();
    const featureKey = await limitFeature(client);
    const customerId = fresh("customer");
    const usageStartedAt = Date.now() - 40 * DAY_MS;
    // The first thing heard of the customer is old.
    await client.usage.track({ customerId, featureKey, amount: 5, occurredAt: usageStartedAt });
    expect((await client.customers.get(customerId))?.usageStartedAt).toBe(usageStartedAt);
    expect(await client.usage.track({ customerId, featureKey, amount: 2 })).toMatchObject({ used: 2 });
    const ahead = Date.now() + 4 * MINUTE_MS;
    const { eventId, used } = await client.usage.track({ customerId, featureKey, amount: 1, occurredAt: ahead });
    expect(used).toBe(3);
    expect((await client.usage.getEvent(eventId ?? "")).occurredAt).toBeLessThan(ahead);
    const amounts = async (period: "current" | "previous") =>
      (await client.usage.listEvents({ customerId, featureKey, period })).usageEvents.map(({ amount }) => amount);
    expect(await amounts("current")).toEqual([1, 2]);
    expect(await amounts("previous")).toEqual([5]);
  });
});

live("usage that is set", (tollgate) => {
  test("is moved by the difference, of which there is an event", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 100);
    await client.usage.track({ ...subject, amount: 13 });
    const up = await client.usage.set({ ...subject, used: 30, metadata: { by: "audit" } });
    expect(up).toMatchObject({ applied: true, used: 30, adjustment: 17 });
    expect(await client.usage.getEvent(up.eventId ?? "")).toMatchObject({
      amount: 17,
      source: "usage_set_adjustment",
      metadata: { by: "audit" },
    });
    expect(await client.usage.set({ ...subject, used: 4.5 })).toMatchObject({ used: 4.5, adjustment: -25.5 });
  });

  test("stores nothing where nothing is to change, and leaves the key free", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 100);
    const set = (used: number) => client.usage.set({ ...subject, used, eventKey: "audit" });
    expect(await set(0)).toMatchObject({ applied: true, used: 0, adjustment: 0, eventId: null });
    expect(await set(6)).toMatchObject({ applied: true, used: 6, adjustment: 6 });
    expect(await set(9)).toMatchObject({ applied: false, used: 6, adjustment: 0, reason: "duplicate_event_key" });
    expect((await client.usage.listEvents(subject)).total).toBe(1);
  });

  test("reaches what is wanted from below nothing too", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 100);
    await client.usage.track({ ...subject, amount: -5 });
    expect(await client.usage.set({ ...subject, used: 2 })).toMatchObject({ used: 2, adjustment: 7 });
  });

  test("is of a customer that exists, and not negative", async () => {
    const client = tollgate.client();
    const { customerId, featureKey } = await customerWithLimit(client, 100);
    const unknown = client.usage.set({ customerId: "nobody", featureKey, used: 1 });
    await expectRefusal(unknown, 404, "customer_not_found");
    await expectRefusal(client.usage.set({ customerId, featureKey, used: -1 }), 400, "invalid_parameter", "used");
  });
});

live("a batch", (tollgate) => {
  test("answers each event in its place, and a bad one fails alone", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 100);
    const { customerId } = subject;
    const newcomer = fresh("customer");
    const events = [
      { ...subject, amount: 2, eventKey: "a" },
      { customerId } as typeof subject,
      { ...subject, amount: 5, eventKey: "a" },
      { customerId, featureKey: "nothing" },
      { ...subject, amount: 0.0000000001 },
      { ...subject, customerId: newcomer, amount: 3 },
    ];
    const { results, hasErrors } = await client.usage.trackBatch({ events });
    expect(hasErrors).toBe(true);
    expect(results).toMatchObject([
      { success: true, result: { applied: true, used: 2 } },
      { success: false, error: expect.any(String), code: "missing_parameter", param: "featureKey" },
      { success: true, result: { applied: false, used: 2, reason: "duplicate_event_key" } },
      { success: false, code: "feature_not_found" },
      { success: false, code: "invalid_parameter", param: "amount" },
      { success: true, result: { applied: true, used: 3 } },
    ]);
    expect(await client.customers.get(newcomer)).not.toBeNull();
    const good = await client.usage.trackBatch({ events: [subject, subject] });
    expect(good).toMatchObject({ hasErrors: false, results: [{ result: { used: 3 } }, { result: { used: 4 } }] });
  });

  test("has 1 to 100 events", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 1_000);
    await expectRefusal(client.usage.trackBatch({ events: [] }), 400, "invalid_parameter", "events");
    const events = Array.from({ length: 101 }, () => subject);
    await expectRefusal(client.usage.trackBatch({ events }), 400, "invalid_parameter", "events");
    expect((await client.usage.trackBatch({ events: events.slice(1) })).results).toHaveLength(100);
    expect((await entryOf(client, subject)).usage.used).toBe(100);
  });
});

live("usage events", (tollgate) => {
  async function threeEvents(): Promise<{ subject: { customerId: string; featureKey: string }; ids: string[] }> {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 100);
    const now = Date.now();
    // From now on, everything below is in the current window.
    await client.customers.update({ customerId: subject.customerId, usageStartedAt: now - 60 * MINUTE_MS });
    const ids: string[] = [];
    for (const [index, amount] of [1, 2, 4].entries()) {
      const occurredAt = now - (30 - index) * MINUTE_MS;
      const { eventId } = await client.usage.track({ ...subject, amount, occurredAt, eventKey: `job-${index}` });
      ids.push(eventId ?? "");
    }
    return { subject, ids };
  }

  test("are listed newest first, in pages and ranges", async () => {
    const client = tollgate.client();
    const { subject, ids } = await threeEvents();
    const page = await client.usage.listEvents({ ...subject, limit: 2, offset: 1 });
    expect(page).toMatchObject({ hasMore: false, offset: 1, limit: 2, total: 3 });
    expect(page.usageEvents.map(({ id }) => id)).toEqual([ids[1], ids[0]]);
    expect(page.usageEvents[0]).toMatchObject({ amount: 2, source: "usage", eventKey: "job-1" });
    const all: UsageEvent[] = [];
    for await (const event of client.usage.iterateEvents({ ...subject, limit: 1 })) all.push(event);
    expect(all.map(({ id }) => id)).toEqual([...ids].reverse());
    expect(await client.usage.getEvent(ids[2] ?? "")).toEqual(all[0]);

    const [last, middle, first] = all.map(({ occurredAt }) => occurredAt) as [number, number, number];
    const within = async (start: number, end: number) => {
      const list = await client.usage.listEvents({ ...subject, customRange: { start, end } });
      return list.usageEvents.map(({ id }) => id);
    };
    expect(await within(first, last)).toEqual([ids[1], ids[0]]);
    expect(await within(middle, last + 1)).toEqual([ids[2], ids[1]]);
    const backwards = client.usage.listEvents({ ...subject, customRange: { start: last, end: last } });
    await expect(backwards).rejects.toMatchObject({ status: 400 });
    const nobody = client.usage.listEvents({ ...subject, customerId: "nobody" });
    await expectRefusal(nobody, 404, "customer_not_found");
  });

  test("are edited, and the total follows", async () => {
    const client = tollgate.client();
    const { subject, ids } = await threeEvents();
    const [id, other] = ids as [string, string];
    const edited = await client.usage.updateEvent({ eventId: id, amount: 10.5, metadata: { why: "typo" } });
    expect(edited).toMatchObject({ id, amount: 10.5, eventKey: "job-0", metadata: { why: "typo" } });
    expect((await entryOf(client, subject)).usage.used).toBe(16.5);
    await client.usage.updateEvent({ eventId: id, occurredAt: Date.now() - 50 * DAY_MS });
    expect((await entryOf(client, subject)).usage.used).toBe(6);

    const taken = client.usage.updateEvent({ eventId: id, eventKey: "job-1" });
    await expectRefusal(taken, 409, "event_key_taken");
    const cleared = await client.usage.updateEvent({ eventId: other, eventKey: null, metadata: null });
    expect(cleared.eventKey ?? null).toBeNull();
    expect(await client.usage.updateEvent({ eventId: id, eventKey: "job-1" })).toMatchObject({ eventKey: "job-1" });
    await expectRefusal(client.usage.updateEvent({ eventId: NOBODY, amount: 1 }), 404, "event_not_found");
    await expectRefusal(client.usage.getEvent("no-uuid"), 404, "event_not_found");
  });

  test("are deleted one by one, by IDs, and by a filter, and their keys are free again", async () => {
    const client = tollgate.client();
    const { subject, ids } = await threeEvents();
    const [first, second, third] = ids as [string, string, string];
    expect(await client.usage.deleteEvent(first)).toEqual({ deletedCount: 1 });
    await expectRefusal(client.usage.deleteEvent(first), 404, "event_not_found");
    expect((await entryOf(client, subject)).usage.used).toBe(6);
    expect(await client.usage.track({ ...subject, eventKey: "job-0" })).toMatchObject({ applied: true, used: 7 });

    const eventIds = [second, second, NOBODY];
    expect(await client.usage.deleteEvents({ eventIds })).toEqual({ deletedCount: 1 });
    await expectRefusal(client.usage.deleteEvents({ eventIds: ["no-uuid"] }), 400, "invalid_parameter");
    const { occurredAt } = await client.usage.getEvent(third);
    const customRange = { start: occurredAt, end: occurredAt + 1 };
    expect(await client.usage.deleteEvents({ ...subject, customRange })).toEqual({ deletedCount: 1 });
    expect(await client.usage.deleteEvents({ ...subject, period: "current" })).toEqual({ deletedCount: 1 });
    expect((await entryOf(client, subject)).usage.used).toBe(0);
    await expectRefusal(client.usage.deleteEvents({ customerId: "nobody" }), 404, "customer_not_found");
  });
});
