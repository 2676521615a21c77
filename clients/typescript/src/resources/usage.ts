import { NotFoundError } from "../errors.js";
import { segment } from "../http/encode.js";
import type { Transport } from "../http/transport.js";
import type { RequestOptions } from "../options.js";
import type {
  BatchEntryResult,
  ConsumeUsageParams,
  ConsumeUsageResult,
  DeleteEventsParams,
  DeleteEventsResult,
  IterateEventsParams,
  ListEventsParams,
  SetUsageParams,
  SetUsageResult,
  TrackUsageBatchParams,
  TrackUsageBatchResult,
  TrackUsageParams,
  TrackUsageResult,
  UpdateEventParams,
  UsageEvent,
  UsageEventPage,
} from "../types/usage.js";
import { isOurOwnRepeat, withEventKey } from "./event-key.js";

export class Usage<MyFeatures> {
  readonly #transport: Transport;

  /** @internal */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Records an event, whether or not the limit is reached; `consume` asks first. */
  async track(params: TrackUsageParams<MyFeatures>, options?: RequestOptions): Promise<TrackUsageResult> {
    const { params: body, keyIsOurs } = withEventKey(params);
    const result = await this.#post<TrackUsageResult>("/v1/usage", body, true, options);
    return isOurOwnRepeat(keyIsOurs, result) ? { ...result, applied: true, reason: null } : result;
  }

  /** Makes the current window's total what `used` says, by an event with the difference. */
  async set(params: SetUsageParams<MyFeatures>, options?: RequestOptions): Promise<SetUsageResult> {
    const { params: body, keyIsOurs } = withEventKey(params);
    const result = await this.#post<SetUsageResult>("/v1/usage/set", body, true, options);
    if (!isOurOwnRepeat(keyIsOurs, result) || !result.eventId) return result;
    const adjustment = await this.#amountOf(result.eventId, options);
    return adjustment === undefined ? result : { ...result, applied: true, reason: null, adjustment };
  }

  /** Records 1 to 100 events, each of which succeeds or fails alone. */
  async trackBatch(
    params: TrackUsageBatchParams<MyFeatures>,
    options?: RequestOptions,
  ): Promise<TrackUsageBatchResult> {
    const keyed = params.events.map((event) => withEventKey(event));
    const body = { ...params, events: keyed.map(({ params: event }) => event) };
    const answer = await this.#post<TrackUsageBatchResult>("/v1/usage/batch", body, true, options);
    const results = answer.results.map((entry, index): BatchEntryResult => {
      if (!entry.success || !isOurOwnRepeat(keyed[index]?.keyIsOurs === true, entry.result)) return entry;
      return { success: true, result: { ...entry.result, applied: true, reason: null } };
    });
    return { ...answer, results };
  }

  /**
   * Checks and records in one step: the amount is recorded only if it fits whole into what is left of the limit and the
   * bonuses. However many call at once, together they never get more than that.
   */
  async consume(params: ConsumeUsageParams<MyFeatures>, options?: RequestOptions): Promise<ConsumeUsageResult> {
    const { params: body, keyIsOurs } = withEventKey(params);
    const result = await this.#post<ConsumeUsageResult>("/v1/usage/consume", body, true, options);
    return isOurOwnRepeat(keyIsOurs, result) ? { ...result, applied: true, reason: null } : result;
  }

  /** One page, newest first; `iterateEvents` gives all of them. */
  async listEvents(params: ListEventsParams<MyFeatures>, options?: RequestOptions): Promise<UsageEventPage> {
    return this.#post("/v1/usage/events", params, true, options);
  }

  /**
   * Every event, newest first, a page at a time as they are asked for; `limit` is the size of a page. Events recorded
   * meanwhile may be left out, and every event deleted meanwhile can make it miss another.
   */
  async *iterateEvents(
    params: IterateEventsParams<MyFeatures>,
    options?: RequestOptions,
  ): AsyncGenerator<UsageEvent, void, undefined> {
    let offset = 0;
    // New events push those of the last page into this one.
    let given = new Set<string>();
    for (;;) {
      const { usageEvents, hasMore } = await this.listEvents({ ...params, offset }, options);
      for (const event of usageEvents) {
        if (!given.has(event.id)) yield event;
      }
      if (!hasMore || usageEvents.length === 0) return;
      given = new Set(usageEvents.map(({ id }) => id));
      offset += usageEvents.length;
    }
  }

  /** Deletes events by their IDs, or all that a filter names; totals follow. */
  async deleteEvents(params: DeleteEventsParams<MyFeatures>, options?: RequestOptions): Promise<DeleteEventsResult> {
    return this.#post("/v1/usage/delete", params, false, options);
  }

  async getEvent(eventId: string, options?: RequestOptions): Promise<UsageEvent> {
    return this.#transport.send({ method: "GET", path: eventPath(eventId), repeatable: true }, options);
  }

  /** Edits an event; totals follow. A key that another event has is a `ConflictError`. */
  async updateEvent(params: UpdateEventParams, options?: RequestOptions): Promise<UsageEvent> {
    const { eventId, ...body } = params;
    return this.#transport.send({ method: "PUT", path: eventPath(eventId), body, repeatable: true }, options);
  }

  /** Deletes an event; totals follow, and its key may be used again. */
  async deleteEvent(eventId: string, options?: RequestOptions): Promise<DeleteEventsResult> {
    const gone = { code: "event_not_found", answer: { deletedCount: 1 } } as const;
    return this.#transport.send({ method: "DELETE", path: eventPath(eventId), repeatable: true, gone }, options);
  }

  /** Undefined where somebody has deleted the event already. */
  async #amountOf(eventId: string, options: RequestOptions | undefined): Promise<number | undefined> {
    try {
      return (await this.getEvent(eventId, options)).amount;
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  #post<Result>(path: string, body: object, repeatable: boolean, options?: RequestOptions): Promise<Result> {
    return this.#transport.send({ method: "POST", path, body, repeatable }, options);
  }
}

function eventPath(eventId: string): string {
  return `/v1/usage/events/${segment("eventId", eventId)}`;
}
