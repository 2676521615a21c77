// What a catch block can rely on.

import { ConflictError, ConnectionError, TimeoutError, TollgateError } from "tollgate";
import type { ErrorCode } from "tollgate";

export function explain(error: unknown): string {
  if (!(error instanceof TollgateError)) throw error;
  const status: number | undefined = error.status;
  const code: ErrorCode | undefined = error.code;
  // @ts-expect-error there is no such code
  if (error.code === "customer_missing") return "never";
  if (error instanceof ConflictError && error.code === "key_taken") return error.param ?? "key";
  const timeout: ConnectionError = new TimeoutError("late");
  return `${status} ${code} ${error.requestId} ${error.retryAfter} ${timeout.message}`;
}
