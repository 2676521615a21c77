// What a client and a call can be told, where it comes from when they are not, and what is refused.

import type { FetchFunction } from "./http/attempt.js";

export const DEFAULT_BASE_URL = "http://127.0.0.1:4242";
export const DEFAULT_TIMEOUT_MS = 10_000;
export const DEFAULT_RETRIES = 2;

/** The longest that a timer can run. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
const MAX_RETRIES = 10;

export interface TollgateOptions {
  /** Default: the environment's `TOLLGATE_BASE_URL` or `PRICEOS_BASE_URL`, else `http://127.0.0.1:4242`. */
  baseUrl?: string | undefined;
  /** Default: the global `fetch`. */
  fetch?: FetchFunction | undefined;
  /** How long each attempt may take, in ms: 1 to 2^31 - 1, default 10,000. */
  timeout?: number | undefined;
  /** How often a call that failed is made again, where that is safe: 0 to 10, default 2. */
  retries?: number | undefined;
}

/** For one call, in place of the client's own. */
export interface RequestOptions {
  /** Ends the call, which then rejects with the signal's reason. What was sent may have been done. */
  signal?: AbortSignal | undefined;
  /** How long each attempt may take, in ms: 1 to 2^31 - 1. */
  timeout?: number | undefined;
  /** How often to try again, where that is safe: 0 to 10. */
  retries?: number | undefined;
}

export interface Settings {
  apiKey: string;
  /** Without a slash at its end. */
  baseUrl: string;
  fetch: FetchFunction;
  timeout: number;
  retries: number;
}

export function resolveSettings(apiKey: string | undefined, options: TollgateOptions): Settings {
  return {
    apiKey: checkApiKey(apiKey ?? environment("TOLLGATE_API_KEY", "PRICEOS_API_KEY")),
    baseUrl: checkBaseUrl(options.baseUrl ?? environment("TOLLGATE_BASE_URL", "PRICEOS_BASE_URL") ?? DEFAULT_BASE_URL),
    // Looked up at each call, for those who replace the global one later.
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    timeout: checkTimeout(options.timeout ?? DEFAULT_TIMEOUT_MS),
    retries: checkRetries(options.retries ?? DEFAULT_RETRIES),
  };
}

export function checkTimeout(timeout: number): number {
  if (timeout >= 1 && timeout <= MAX_TIMEOUT_MS) return timeout;
  throw new RangeError(`timeout must be 1 to ${MAX_TIMEOUT_MS} ms, not ${timeout}`);
}

export function checkRetries(retries: number): number {
  if (Number.isInteger(retries) && retries >= 0 && retries <= MAX_RETRIES) return retries;
  throw new RangeError(`retries must be a whole number from 0 to ${MAX_RETRIES}, not ${retries}`);
}

/** Never says the key: what fetch would say of a bad header does. */
function checkApiKey(apiKey: string | undefined): string {
  if (apiKey === undefined) throw new TypeError("no API key: pass one, or set TOLLGATE_API_KEY or PRICEOS_API_KEY");
  const key = typeof apiKey === "string" ? apiKey.trim() : "";
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new TypeError("the API key is empty or has characters that no key has");
}

function checkBaseUrl(baseUrl: string): string {
  let url: URL;
  try {
    url = new URL(baseUrl);
  } catch {
    throw new TypeError(`baseUrl is not a URL: ${baseUrl}`);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new TypeError("baseUrl must be http or https");
  if (url.username || url.password) throw new TypeError("baseUrl cannot hold a user or a password");
  if (url.search || url.hash) throw new TypeError("baseUrl cannot hold a query or a fragment");
  return url.href.replace(/\/+$/, "");
}

/** The first of these that is set to something. */
function environment(...names: string[]): string | undefined {
  return names.map((name) => globalThis.process?.env[name]).find((value) => value !== undefined && value !== "");
}
