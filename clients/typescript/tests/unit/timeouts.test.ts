// A call ends in time, and when its caller says so.

import { getEventListeners } from "node:events";
import { describe, expect, test, vi } from "vitest";
import type { Mock } from "vitest";

import { pause } from "../../src/http/attempt.js";
import { ConnectionError, TimeoutError } from "../../src/index.js";
import type { FetchFunction } from "../../src/index.js";
import { ANYTHING, failure, useServer } from "./server.js";

const server = useServer();

/** Without a network, so that a slow machine cannot make the second one late too. */
function answersSecondRequest(): Mock<FetchFunction> {
  const fetch = vi.fn<FetchFunction>();
  fetch.mockImplementationOnce(
    (_url, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  );
  return fetch.mockResolvedValue({ status: 200, headers: { get: () => null }, text: async () => "[]" });
}

describe("a timeout", () => {
  test("is an error of its own, of the connection's kind, that says the time", async () => {
    server.replies("hang");
    const error: unknown = await server
      .client({ timeout: 50, retries: 0 })
      .features.list()
      .catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({
      name: "TimeoutError",
      status: undefined,
      message: "no answer to GET /v1/features within 50 ms",
    });
    expect((error as Error).cause).toBeDefined();
  });

  test("holds for the body too", async () => {
    server.replies("stall");
    await expect(server.client().features.list({ timeout: 50, retries: 0 })).rejects.toThrow(TimeoutError);
  });

  test("is each attempt's, and the call is made again", async () => {
    const fetch = answersSecondRequest();
    expect(await server.client({ timeout: 20, fetch }).features.list()).toEqual([]);
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  test("does not make a grant again", async () => {
    const fetch = answersSecondRequest();
    const grant = server
      .client({ timeout: 20, fetch })
      .bonuses.create({ customerId: "c1", featureKey: "f", amount: 1 });
    await expect(grant).rejects.toThrow(TimeoutError);
    expect(fetch).toHaveBeenCalledOnce();
  });
});

describe("a caller's signal", () => {
  test("that was given before the call lets nothing be sent", async () => {
    const reason = new Error("not any more");
    await expect(server.client().features.list({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.received).toEqual([]);
  });

  test("ends a request that is under way, with its own reason, and it is not made again", async () => {
    server.replies("hang");
    const controller = new AbortController();
    const call = server.client().features.list({ signal: controller.signal });
    await vi.waitFor(() => expect(server.received).toHaveLength(1));
    controller.abort();
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
    expect(server.received).toHaveLength(1);
  });

  test("ends a wait for the next try", async () => {
    server.replies({ ...(failure(429, "rate_limited") as object), headers: { "retry-after": "25" } });
    const controller = new AbortController();
    const reason = new Error("enough");
    const call = server.client().features.list({ signal: controller.signal });
    await vi.waitFor(() => expect(server.received).toHaveLength(1));
    setTimeout(() => controller.abort(reason), 20);
    await expect(call).rejects.toBe(reason);
  });

  test("leaves no timer behind, which would keep the program running", async () => {
    vi.useFakeTimers();
    try {
      const controller = new AbortController();
      const waiting = pause(1_000, controller.signal);
      expect(vi.getTimerCount()).toBe(1);
      controller.abort();
      await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test("that serves many calls keeps nothing of them", async () => {
    const { signal } = new AbortController();
    server.replies(failure(503, "unavailable"), ANYTHING);
    for (let call = 0; call < 3; call += 1) await server.client().features.list({ signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});
