// A call: as many attempts as it may have, and one answer.

import { NotFoundError, TollgateError } from "../errors.js";
import type { ErrorCode } from "../errors.js";
import { checkRetries, checkTimeout } from "../options.js";
import type { RequestOptions, Settings } from "../options.js";
import { VERSION } from "../version.js";
import { readAnswer } from "./answer.js";
import { attempt, pause } from "./attempt.js";
import type { Request } from "./attempt.js";
import { encodeBody, encodeQuery } from "./encode.js";
import type { QueryValue } from "./encode.js";
import { outcomeOf, retryDelay } from "./retry.js";
import type { Outcome } from "./retry.js";

export interface Call {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** Its segments are encoded. */
  path: string;
  query?: Record<string, QueryValue>;
  body?: object;
  /** Whether doing it twice does no more than doing it once, so that it is made again when nobody knows if it was done. */
  repeatable: boolean;
  /** For a deletion: what a repeat is told of what the attempt before it has deleted, and what to answer then. */
  gone?: { code: ErrorCode; answer: object };
}

export class Transport {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** `Result` is what the server promises to answer; it is not checked here. */
  async send<Result>(call: Call, options: RequestOptions = {}): Promise<Result> {
    const { fetch } = this.#settings;
    const timeout = checkTimeout(options.timeout ?? this.#settings.timeout);
    const retries = checkRetries(options.retries ?? this.#settings.retries);
    const request = this.#request(call);
    let maybeDone = false;
    for (let retry = 0; ; retry += 1) {
      try {
        return readAnswer(await attempt(fetch, request, timeout, options.signal)) as Result;
      } catch (error) {
        if (maybeDone && call.gone && error instanceof NotFoundError && error.code === call.gone.code) {
          return call.gone.answer as Result;
        }
        const outcome = outcomeOf(error);
        const delay = retry < retries && mayRepeat(call, outcome) ? retryDelay(retry, retryAfterOf(error)) : undefined;
        if (delay === undefined) throw error;
        maybeDone ||= outcome === "unknown";
        await pause(delay, options.signal);
      }
    }
  }

  #request(call: Call): Request {
    const { baseUrl, apiKey } = this.#settings;
    const headers: Record<string, string> = {
      accept: "application/json",
      "user-agent": `tollgate-typescript/${VERSION}`,
      "x-api-key": apiKey,
    };
    const url = `${baseUrl}${call.path}${encodeQuery(call.query ?? {})}`;
    // A redirect would carry the key to wherever it points.
    const init = { method: call.method, headers, redirect: "manual" as const };
    if (call.body === undefined) return { url, init };
    headers["content-type"] = "application/json";
    return { url, init: { ...init, body: encodeBody(call.body) } };
  }
}

function mayRepeat(call: Call, outcome: Outcome): boolean {
  return outcome === "nothing_done" || (outcome === "unknown" && call.repeatable);
}

function retryAfterOf(error: unknown): number | undefined {
  return error instanceof TollgateError ? error.retryAfter : undefined;
}
