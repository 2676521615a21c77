// When a call is made again, and how long it waits for that.

import { ConnectionError, TollgateError } from "../errors.js";

const BASE_DELAY_MS = 250;
const MAX_DELAY_MS = 8_000;
/** A server that asks for a longer wait is not asked again by this call. */
const MAX_RETRY_AFTER_MS = 30_000;

/**
 * What a failed attempt tells: `final`, the same would happen again; `nothing_done`, the server refused it or was never
 * reached; `unknown`, it may have been done.
 */
export type Outcome = "final" | "nothing_done" | "unknown";

export function outcomeOf(error: unknown): Outcome {
  if (!(error instanceof TollgateError)) return "final";
  switch (error.status) {
    case undefined:
      return error instanceof ConnectionError && neverConnected(error.cause) ? "nothing_done" : "unknown";
    case 429:
      return "nothing_done";
    case 503:
      return saysItMayBeDone(error) ? "unknown" : "nothing_done";
    case 502:
    case 504:
      return "unknown";
    default:
      return "final";
  }
}

/**
 * How long to wait before the retry of this number (from 0), in ms: exponential with full jitter, after what the server
 * asked for. Undefined: not at all.
 */
export function retryDelay(retry: number, retryAfter: number | undefined): number | undefined {
  if (retryAfter !== undefined && retryAfter > MAX_RETRY_AFTER_MS) return undefined;
  const ceiling = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** retry);
  return (retryAfter ?? 0) + Math.random() * ceiling;
}

/** `Retry-After` in ms from now, from seconds or an HTTP date; undefined where it is neither. */
export function parseRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The one 503 that does not mean "nothing was done": PostgreSQL went away in the middle of a commit, for long. */
function saysItMayBeDone(error: TollgateError): boolean {
  return error.message.includes("may have been made");
}

/** Whether the failure is one of looking up the host or of opening the connection. */
function neverConnected(cause: unknown): boolean {
  const { syscall, code, errors } = describe(innermost(cause));
  if (Array.isArray(errors) && errors.length > 0) return errors.every(neverConnected);
  return syscall === "connect" || syscall === "getaddrinfo" || code === "UND_ERR_CONNECT_TIMEOUT";
}

/** What fetch throws says "fetch failed", and has the reason as its cause. */
function innermost(error: unknown): unknown {
  const { cause } = describe(error);
  return cause === undefined ? error : innermost(cause);
}

function describe(error: unknown): { cause?: unknown; syscall?: unknown; code?: unknown; errors?: unknown } {
  return typeof error === "object" && error !== null ? error : {};
}
