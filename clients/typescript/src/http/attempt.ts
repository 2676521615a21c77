// One request and its answer, within a time.

import { ConnectionError, TimeoutError } from "../errors.js";
import type { Answer } from "./answer.js";

/** The part of `fetch` that the client uses: the global one fits, and so does undici's. */
export type FetchFunction = (url: string, init: FetchInit) => Promise<FetchResponse>;

export interface FetchInit {
  method: string;
  headers: Record<string, string>;
  body?: string;
  redirect: "manual";
  signal: AbortSignal;
}

export interface FetchResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

export interface Request {
  url: string;
  init: Omit<FetchInit, "signal">;
}

/**
 * Rejects with a `TimeoutError` after `timeout` ms, with the signal's own reason when the caller aborts, and with a
 * `ConnectionError` for whatever else keeps an answer away.
 */
export async function attempt(
  fetch: FetchFunction,
  { url, init }: Request,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort();
  signal?.addEventListener("abort", abort, { once: true });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    abort();
  }, timeout);
  try {
    const response = await fetch(url, { ...init, signal: controller.signal });
    const text = await response.text();
    return { status: response.status, header: (name) => response.headers.get(name), text };
  } catch (cause) {
    signal?.throwIfAborted();
    const request = `${init.method} ${new URL(url).pathname}`;
    if (timedOut) throw new TimeoutError(`no answer to ${request} within ${timeout} ms`, { cause });
    throw new ConnectionError(`no answer to ${request}: ${reasonOf(cause)}`, { cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** Resolves after `ms`; rejects with the signal's reason when the caller aborts. */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

/** fetch itself says no more than "fetch failed"; its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return reasonOf(error.cause);
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return error.message || code || error.name;
}
