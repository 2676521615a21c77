// Which calls are made again after which failures, and when.

import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, test, vi } from "vitest";

import { ConnectionError, PriceOS, RateLimitError, ServerError } from "../../src/index.js";
import type { FetchFunction } from "../../src/index.js";
import { outcomeOf, parseRetryAfter, retryDelay } from "../../src/http/retry.js";
import { CALLS } from "./calls.js";
import { ANYTHING, KEY, failure, useServer } from "./server.js";

const server = useServer();

describe("after an attempt that may have been done", () => {
  test.each(CALLS)("$name: again is $repeatable", async ({ call, repeatable }) => {
    server.replies("reset", ANYTHING);
    const outcome = await call(server.client()).then(
      () => "answered",
      (error: unknown) => error,
    );
    if (repeatable) expect(outcome).toBe("answered");
    else expect(outcome).toBeInstanceOf(ConnectionError);
    expect(server.received).toHaveLength(repeatable ? 2 : 1);
    expect(server.received[1]?.body).toEqual(repeatable ? server.received[0]?.body : undefined);
  });

  test.each([502, 504])("a gateway's %d is one", async (status) => {
    server.replies({ status, text: "<html>" });
    const grant = server.client().bonuses.create({ customerId: "c1", featureKey: "f", amount: 1 });
    await expect(grant).rejects.toThrow(ServerError);
    expect(server.received).toHaveLength(1);
    await expect(server.client().customers.create({ customerId: "c1" })).rejects.toThrow(ServerError);
    expect(server.received).toHaveLength(4);
  });

  test("a 503 that says so is one", async () => {
    const reply = failure(503, "unavailable", { error: "the connection was lost: it may have been made, or not" });
    server.replies(reply);
    const grant = server.client().bonuses.create({ customerId: "c1", featureKey: "f", amount: 1 });
    await expect(grant).rejects.toThrow(ServerError);
    expect(server.received).toHaveLength(1);
    await expect(server.client().customers.create({ customerId: "c1" })).rejects.toThrow(ServerError);
    expect(server.received).toHaveLength(4);
  });
});

describe("after an attempt that was not done", () => {
  test.each(CALLS)("$name is made again", async ({ call }) => {
    for (const reply of [failure(429, "rate_limited"), failure(503, "unavailable")]) {
      server.reset();
      server.replies(reply, ANYTHING);
      await call(server.client());
      expect(server.received).toHaveLength(2);
    }
  });

  test("where the server cannot be reached, everything is", async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, "close");
    for (const host of ["127.0.0.1", "localhost"]) {
      const fetch = vi.fn<FetchFunction>((url, init) => globalThis.fetch(url, init));
      const client = new PriceOS(KEY, { baseUrl: `http://${host}:${port}`, fetch });
      await expect(client.products.create({ name: "Pro" })).rejects.toThrow(/ECONNREFUSED/);
      expect(fetch).toHaveBeenCalledTimes(3);
    }
  });
});

test.each([400, 401, 403, 404, 405, 408, 409, 413, 415, 500, 501])("a %d is final", async (status) => {
  server.replies(failure(status, "whatever"));
  await expect(server.client().features.list()).rejects.toMatchObject({ status });
  expect(server.received).toHaveLength(1);
});

describe("a request without an answer", () => {
  const system = (code: string, syscall: string) => Object.assign(new Error(code), { code, syscall });
  const refused = system("ECONNREFUSED", "connect");
  const lost = system("ECONNRESET", "read");

  test.each([
    ["the host has no address", system("ENOTFOUND", "getaddrinfo"), "nothing_done"],
    ["the host's addresses cannot be had now", system("EAI_AGAIN", "getaddrinfo"), "nothing_done"],
    ["it took too long to connect", Object.assign(new Error(), { code: "UND_ERR_CONNECT_TIMEOUT" }), "nothing_done"],
    ["none of several addresses took the connection", new AggregateError([refused, refused]), "nothing_done"],
    ["one of several addresses lost it", new AggregateError([refused, lost]), "unknown"],
    ["the connection was lost", lost, "unknown"],
    ["the other side closed", Object.assign(new Error(), { code: "UND_ERR_SOCKET" }), "unknown"],
    ["nobody says why", undefined, "unknown"],
  ])("because %s", (_why, cause, outcome) => {
    const error = new ConnectionError("no answer", { cause: new TypeError("fetch failed", { cause }) });
    expect(outcomeOf(error)).toBe(outcome);
  });

  test("because of a mistake in the program is not made again", () => {
    expect(outcomeOf(new TypeError("x is not a function"))).toBe("final");
  });
});

describe("the number of tries", () => {
  test("is three by default", async () => {
    server.replies(failure(503, "unavailable"));
    await expect(server.client().features.list()).rejects.toThrow(ServerError);
    expect(server.received).toHaveLength(3);
  });

  test("is what the client says, and the call before it", async () => {
    server.replies(failure(503, "unavailable"));
    await expect(server.client({ retries: 1 }).features.list()).rejects.toThrow(ServerError);
    await expect(server.client({ retries: 1 }).features.list({ retries: 4 })).rejects.toThrow(ServerError);
    await expect(server.client({ retries: 4 }).features.list({ retries: 0 })).rejects.toThrow(ServerError);
    expect(server.received).toHaveLength(2 + 5 + 1);
  });
});

describe("a deletion whose answer was lost", () => {
  const CASES = [
    ["customer_not_found", (client: PriceOS) => client.customers.delete("c1"), { deleted: true, customerId: "c1" }],
    ["override_not_found", (client: PriceOS) => client.overrides.delete("o1"), { deleted: true, overrideId: "o1" }],
    ["event_not_found", (client: PriceOS) => client.usage.deleteEvent("e1"), { deletedCount: 1 }],
  ] as const;

  test.each(CASES)("finds nothing the second time, and that is its success: %s", async (code, call, answer) => {
    server.replies("reset", failure(404, code));
    expect(await call(server.client())).toEqual(answer);
  });

  test.each(CASES)("finds nothing after it was not done, and that is an error: %s", async (code, call) => {
    server.replies(failure(503, "unavailable"), failure(404, code));
    await expect(call(server.client())).rejects.toMatchObject({ status: 404, code });
  });

  test.each(CASES)("finds another kind of nothing, and that is an error: not %s", async (_code, call) => {
    server.replies("reset", failure(404, "not_found"));
    await expect(call(server.client())).rejects.toMatchObject({ status: 404 });
  });
});

describe("the wait", () => {
  test("is random, up to a bound that doubles and ends", () => {
    for (const [retry, bound] of [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000].entries()) {
      vi.spyOn(Math, "random").mockReturnValue(0);
      expect(retryDelay(retry, undefined)).toBe(0);
      vi.spyOn(Math, "random").mockReturnValue(0.5);
      expect(retryDelay(retry, undefined)).toBe(bound / 2);
    }
  });

  test("comes after what the server asks for, unless that is too long", () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    expect(retryDelay(0, 2_000)).toBe(2_125);
    expect(retryDelay(0, 30_000)).toBe(30_125);
    expect(retryDelay(0, 30_001)).toBeUndefined();
  });

  test("is read from seconds or a date", () => {
    const now = Date.UTC(2026, 0, 1);
    expect(parseRetryAfter("3", now)).toBe(3_000);
    expect(parseRetryAfter("0", now)).toBe(0);
    expect(parseRetryAfter("Thu, 01 Jan 2026 00:00:07 GMT", now)).toBe(7_000);
    expect(parseRetryAfter("Wed, 31 Dec 2025 00:00:00 GMT", now)).toBe(0);
    expect(parseRetryAfter("soon", now)).toBeUndefined();
    expect(parseRetryAfter(null, now)).toBeUndefined();
  });

  test("is the server's in a call", async () => {
    // Only the pause is cut short; the timer of an attempt runs as it should.
    const asked: number[] = [];
    const real = globalThis.setTimeout;
    vi.spyOn(globalThis, "setTimeout").mockImplementation(((run: () => void, ms = 0) => {
      asked.push(ms);
      return real(run, ms === 7_000 ? 0 : ms);
    }) as typeof setTimeout);
    server.replies({ ...(failure(429, "rate_limited") as object), headers: { "retry-after": "7" } }, ANYTHING);
    await server.client().features.list();
    expect(asked.filter((ms) => ms === 7_000)).toHaveLength(1);
    expect(server.received).toHaveLength(2);
  });

  test("is left to the caller where it is too long", async () => {
    server.replies({ ...(failure(429, "rate_limited") as object), headers: { "retry-after": "3600" } });
    const error: unknown = await server
      .client()
      .features.list()
      .catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({ retryAfter: 3_600_000 });
    expect(server.received).toHaveLength(1);
  });
});
