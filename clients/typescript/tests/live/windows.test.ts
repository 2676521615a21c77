// When usage starts anew. The clock is the server's own and cannot be moved, so anchors and events are put into the past.

import { expect, test } from "vitest";

import type { ResetInterval } from "../../src/index.js";
import { DAY_MS, MINUTE_MS, customerWithLimit, entryOf } from "./catalog.js";
import { live } from "./server.js";

/** So many months after an instant, on its day or the month's last. */
function addMonths(anchor: number, months: number): number {
  const date = new Date(anchor);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  return date.setUTCDate(Math.min(day, lastDay));
}

function addIntervals(anchor: number, interval: ResetInterval, count: number): number {
  switch (interval) {
    case "day":
      return anchor + count * DAY_MS;
    case "week":
      return anchor + 7 * count * DAY_MS;
    case "month":
      return addMonths(anchor, count);
    default:
      return addMonths(anchor, 12 * count);
  }
}

interface Window {
  lastReset: number;
  nextReset: number;
}

function windowAt(now: number, anchor: number, interval: ResetInterval): Window {
  let count = 0;
  while (addIntervals(anchor, interval, count + 1) <= now) count += 1;
  return {
    lastReset: addIntervals(anchor, interval, count),
    nextReset: addIntervals(anchor, interval, count + 1),
  };
}

live("billing periods", (tollgate) => {
  test.each([
    ["day", 2.3],
    ["week", 10],
    ["month", 40],
    ["year", 400],
  ] as const)("of a %s are counted from usageStartedAt", async (usageResetInterval, daysAgo) => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10, { usageResetInterval });
    const usageStartedAt = Date.now() - Math.round(daysAgo * DAY_MS);
    const { customerId } = subject;
    expect(await client.customers.update({ customerId, usageStartedAt })).toMatchObject({ usageStartedAt });
    const window = windowAt(Date.now(), usageStartedAt, usageResetInterval);
    const { lastReset, nextReset } = (await entryOf(client, subject)).usage;
    expect({ lastReset, nextReset }).toEqual(window);

    // The last instant before the window, and its first.
    await client.usage.track({ ...subject, amount: 3, occurredAt: window.lastReset - 1 });
    expect((await entryOf(client, subject)).usage).toMatchObject({ used: 0, remaining: 10 });
    await client.usage.track({ ...subject, amount: 4, occurredAt: window.lastReset });
    expect((await entryOf(client, subject)).usage).toMatchObject({ used: 4, remaining: 6 });
    const previous = await client.usage.listEvents({ ...subject, period: "previous" });
    expect(previous.usageEvents).toMatchObject([{ amount: 3 }]);
  });

  test("end with a shorter month and come back to their day", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    const usageStartedAt = Date.UTC(2024, 0, 31, 12);
    await client.customers.update({ customerId: subject.customerId, usageStartedAt });
    const before = windowAt(Date.now(), usageStartedAt, "month");
    const { lastReset, nextReset } = (await entryOf(client, subject)).usage;
    const after = windowAt(Date.now(), usageStartedAt, "month");
    expect([before, after]).toContainEqual({ lastReset, nextReset });
  });

  test("are counted from the customer's creation where nothing is said", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    const created = (await client.customers.get(subject.customerId))?.created ?? NaN;
    expect((await entryOf(client, subject)).usage).toMatchObject({
      lastReset: created,
      nextReset: addMonths(created, 1),
    });
  });

  test("that are moved have the usage of their new window", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10);
    const now = Date.now();
    const anchor = (minutesAgo: number) =>
      client.customers.update({
        customerId: subject.customerId,
        usageStartedAt: now - minutesAgo * MINUTE_MS,
      });
    await anchor(60);
    await client.usage.track({ ...subject, amount: 3, occurredAt: now - 50 * MINUTE_MS });
    await client.usage.track({ ...subject, amount: 4, occurredAt: now - 30 * MINUTE_MS });
    expect((await entryOf(client, subject)).usage.used).toBe(7);
    await anchor(40);
    expect((await entryOf(client, subject)).usage.used).toBe(4);
    await anchor(60);
    expect((await entryOf(client, subject)).usage.used).toBe(7);
  });
});

live("calendar windows", (tollgate) => {
  test.each(["day", "week", "month", "year"] as const)("of a %s begin for everyone at once", async (interval) => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10, { usageResetInterval: interval, usageResetAnchor: "calendar" });
    // Midnight UTC on a Monday, and on a first of January.
    const anchor = interval === "week" ? Date.UTC(2024, 0, 1) : Date.UTC(2020, 0, 1);
    const before = windowAt(Date.now(), anchor, interval);
    const { lastReset, nextReset } = (await entryOf(client, subject)).usage;
    const after = windowAt(Date.now(), anchor, interval);
    expect([before, after]).toContainEqual({ lastReset, nextReset });
  });
});

live("usage that is never reset", (tollgate) => {
  test("has one window, and nothing before it", async () => {
    const client = tollgate.client();
    const subject = await customerWithLimit(client, 10, { usageResetInterval: "never" });
    await client.usage.track({ ...subject, amount: 3, occurredAt: Date.UTC(2001, 0, 1) });
    await client.usage.track({ ...subject, amount: 4 });
    expect((await entryOf(client, subject)).usage).toMatchObject({ used: 7, lastReset: null, nextReset: null });
    expect((await client.usage.listEvents({ ...subject, period: "current" })).total).toBe(2);
    expect((await client.usage.listEvents({ ...subject, period: "previous" })).total).toBe(0);
  });
});
