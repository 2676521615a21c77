// From an HTTP answer to a value or an error, whoever gave the answer.

import {
  AuthenticationError,
  ConflictError,
  ConnectionError,
  InvalidRequestError,
  NotFoundError,
  RateLimitError,
  ServerError,
  TollgateError,
} from "../errors.js";
import type { ErrorCode, ErrorDetails } from "../errors.js";
import { parseRetryAfter } from "./retry.js";

export interface Answer {
  status: number;
  header: (name: string) => string | null;
  text: string;
}

/** The answer's JSON, or what went wrong as an exception. */
export function readAnswer(answer: Answer): object {
  const body = parseObject(answer.text);
  if (answer.status >= 200 && answer.status < 300) {
    if (body !== undefined) return body;
    throw new ConnectionError(
      `the answer (${answer.status}) is not JSON: is baseUrl the address of a Tollgate?`,
      detailsOf(answer, undefined),
    );
  }
  if (answer.status >= 300 && answer.status < 400) {
    throw new ConnectionError(
      `the answer is a redirect (${answer.status}) to ${answer.header("location") ?? "nowhere"}, which is not followed: ` +
        "baseUrl must be the address of Tollgate itself",
      detailsOf(answer, undefined),
    );
  }
  throw errorOf(answer, body as ErrorBody | undefined);
}

interface ErrorBody {
  error?: unknown;
  code?: unknown;
  param?: unknown;
  requestId?: unknown;
}

function errorOf(answer: Answer, body: ErrorBody | undefined): TollgateError {
  const message = textOf(body?.error) ?? `the server answered ${answer.status}, without an error of Tollgate's`;
  return new (errorClass(answer.status))(message, detailsOf(answer, body));
}

function errorClass(status: number): typeof TollgateError {
  if (status >= 500) return ServerError;
  switch (status) {
    case 401:
    case 403:
      return AuthenticationError;
    case 404:
      return NotFoundError;
    case 409:
      return ConflictError;
    case 429:
      return RateLimitError;
    default:
      return InvalidRequestError;
  }
}

function detailsOf(answer: Answer, body: ErrorBody | undefined): ErrorDetails {
  return {
    status: answer.status,
    code: textOf(body?.code) as ErrorCode | undefined,
    param: textOf(body?.param),
    requestId: textOf(body?.requestId) ?? answer.header("request-id") ?? undefined,
    retryAfter: parseRetryAfter(answer.header("retry-after"), Date.now()),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Undefined for everything else than a JSON object or array: a proxy's page, an answer that was cut off. */
function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
