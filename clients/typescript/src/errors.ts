// One class for each thing that a caller can do about a failure.

/** What the server says was wrong, for programs. */
export type ErrorCode =
  | "unauthorized"
  | "invalid_json"
  | "missing_parameter"
  | "invalid_parameter"
  | "unknown_parameter"
  | "not_assignable"
  | "feature_archived"
  | "stripe_managed"
  | "customer_not_found"
  | "feature_not_found"
  | "product_not_found"
  | "version_not_found"
  | "bonus_not_found"
  | "override_not_found"
  | "event_not_found"
  | "not_found"
  | "method_not_allowed"
  | "key_taken"
  | "event_key_taken"
  | "customer_linked"
  | "bonus_consumed"
  | "default_product_conflict"
  | "stripe_customer"
  | "payload_too_large"
  | "unsupported_media_type"
  | "rate_limited"
  | "internal"
  | "not_implemented"
  | "unavailable";

/** What is known of a failure beside its message. */
export interface ErrorDetails {
  status?: number | undefined;
  code?: ErrorCode | undefined;
  param?: string | undefined;
  requestId?: string | undefined;
  retryAfter?: number | undefined;
  cause?: unknown;
}

/** Any failure of a call. Arguments that cannot be sent are a `TypeError` instead, before anything is sent. */
export class TollgateError extends Error {
  override readonly name: string = "TollgateError";
  /** The HTTP status; undefined where there was no answer. */
  readonly status: number | undefined;
  /** Undefined where the answer was not Tollgate's. A newer server may say codes that are not in the type. */
  readonly code: ErrorCode | undefined;
  /** The path of the field at fault, where it is one. */
  readonly param: string | undefined;
  /** Names the request in the server's log. */
  readonly requestId: string | undefined;
  /** How long the server asks to wait before the next try, in ms. */
  readonly retryAfter: number | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.status = details.status;
    this.code = details.code;
    this.param = details.param;
    this.requestId = details.requestId;
    this.retryAfter = details.retryAfter;
  }
}

/** 401: the API key is missing, unknown or revoked; 403 of something in between. Mend the key. */
export class AuthenticationError extends TollgateError {
  override readonly name = "AuthenticationError";
}

/** 400 and what no other class stands for among 4xx: the request is wrong as it is. `param` says where. */
export class InvalidRequestError extends TollgateError {
  override readonly name = "InvalidRequestError";
}

/** 404: what the call names does not exist. */
export class NotFoundError extends TollgateError {
  override readonly name = "NotFoundError";
}

/** 409: the request is right, but not as things stand: a key is taken, a bonus consumed. */
export class ConflictError extends TollgateError {
  override readonly name = "ConflictError";
}

/** 429: too many requests; nothing was done. Try again later. */
export class RateLimitError extends TollgateError {
  override readonly name = "RateLimitError";
}

/** 5xx: the server failed, is not available (503), or cannot do this yet (501). */
export class ServerError extends TollgateError {
  override readonly name = "ServerError";
}

/**
 * No answer of Tollgate's: the network failed (`cause` says how), or something in between answered in its place
 * (`status` says what). A write may have been done or not.
 */
export class ConnectionError extends TollgateError {
  override readonly name: string = "ConnectionError";
}

/** No answer in time. A write may have been done or not. */
export class TimeoutError extends ConnectionError {
  override readonly name = "TimeoutError";
}
