// The client gives an event a name of its own where the caller gives none, so that a repeat of a request whose answer
// was lost is told from a second event.

import { randomUUID } from "node:crypto";

/** Parameters with an event key, and whether it is the client's. */
export interface Keyed<Params> {
  params: Params & { eventKey: string };
  keyIsOurs: boolean;
}

export function withEventKey<Params extends { eventKey?: string | undefined }>(params: Params): Keyed<Params> {
  const eventKey = params.eventKey ?? randomUUID();
  return { params: { ...params, eventKey }, keyIsOurs: eventKey !== params.eventKey };
}

/**
 * That a key is taken which this very call made up says that an earlier attempt of the call was applied, which is what
 * the caller wants to know.
 */
export function isOurOwnRepeat(keyIsOurs: boolean, result: { applied: boolean; reason?: string | null }): boolean {
  return keyIsOurs && !result.applied && result.reason === "duplicate_event_key";
}
