import type { ErrorCode } from "../errors.js";
import type { AnyFeatures, TrackedFeatureKey } from "./definitions.js";
import type { Metadata } from "./metadata.js";

/** Why usage was not applied, or not allowed. */
export type UsageReason = "duplicate_event_key" | "not_tracked" | "no_access" | "limit_reached";

export interface TrackUsageParams<Features = AnyFeatures> {
  /** Created if unknown. */
  customerId: string;
  featureKey: TrackedFeatureKey<Features>;
  /** Default 1. Negative amounts correct; at most 9 decimal places, magnitude up to 10^15. */
  amount?: number | undefined;
  /**
   * Names the event: a second one of this customer, feature and key is not applied. The client makes one up where it is
   * left out.
   */
  eventKey?: string | undefined;
  /** Unix ms; default: now. From 2000-01-01 to five minutes ahead, which counts as now. */
  occurredAt?: number | undefined;
  metadata?: Metadata | undefined;
}

export interface TrackUsageResult {
  applied: boolean;
  /** The current window's total; null where the feature does not track usage. */
  used: number | null;
  /** Of a duplicate, the first event's. */
  eventId?: string | null;
  /** Why it was not applied. */
  reason?: UsageReason | null;
}

export interface SetUsageParams<Features = AnyFeatures> {
  /** Must exist. */
  customerId: string;
  featureKey: TrackedFeatureKey<Features>;
  /** The total wanted for the current window, 0 or more. */
  used: number;
  /** Names the adjustment; the client makes one up where it is left out. */
  eventKey?: string | undefined;
  metadata?: Metadata | undefined;
}

export interface SetUsageResult extends TrackUsageResult {
  /** By how much the total was moved. */
  adjustment: number;
}

export interface TrackUsageBatchParams<Features = AnyFeatures> {
  /** 1 to 100. */
  events: TrackUsageParams<Features>[];
}

export interface TrackUsageBatchResult {
  /** One for each event, in the order of the request. */
  results: BatchEntryResult[];
  /** Whether any event failed. */
  hasErrors: boolean;
}

/** An event of a batch fails alone. */
export type BatchEntryResult =
  | { success: true; result: TrackUsageResult }
  | {
      success: false;
      error: string;
      code: ErrorCode;
      /** The field at fault, as a path inside the event. */
      param?: string | null;
    };

export interface ConsumeUsageParams<Features = AnyFeatures> {
  /** Created if unknown. */
  customerId: string;
  featureKey: TrackedFeatureKey<Features>;
  /** More than 0; default 1. At most 9 decimal places, up to 10^15. */
  amount?: number | undefined;
  /** Names the event; the client makes one up where it is left out. */
  eventKey?: string | undefined;
  metadata?: Metadata | undefined;
}

/** Null and 0 stand in `used`, `remaining`, `limit` and `bonusRemaining` where the feature does not track usage. */
export interface ConsumeUsageResult {
  /** Whether the amount fits whole into what is left; if not, nothing was recorded. */
  allowed: boolean;
  /** Whether this call recorded it: not so where the event key was used before. */
  applied: boolean;
  used: number | null;
  /** Null when unlimited. */
  remaining: number | null;
  bonusRemaining: number;
  /** Null when unlimited. */
  limit: number | null;
  isUnlimited: boolean;
  eventId: string | null;
  reason: UsageReason | null;
}

export interface UsageEvent {
  id: string;
  amount: number;
  /** Unix ms. */
  occurredAt: number;
  /** `usage_set_adjustment` for the difference that `usage.set` recorded. */
  source: "usage" | "usage_set_adjustment";
  eventKey?: string | null;
  metadata?: Metadata | null;
}

/** A window of the feature: for features that never reset, current is everything and previous nothing. */
export type UsagePeriod = "current" | "previous";

/** `[start, end)`, Unix ms. */
export interface TimeRange {
  start: number;
  end: number;
}

/** At most one of the two. */
export type UsageRange =
  { period?: UsagePeriod | undefined; customRange?: undefined } | { period?: undefined; customRange: TimeRange };

export type IterateEventsParams<Features = AnyFeatures> = {
  customerId: string;
  featureKey: TrackedFeatureKey<Features>;
  /** The size of a page: 1 to 1000, default 100. */
  limit?: number | undefined;
} & UsageRange;

export type ListEventsParams<Features = AnyFeatures> = IterateEventsParams<Features> & {
  /** How many events to skip, default 0. */
  offset?: number | undefined;
};

/** Newest `occurredAt` first. */
export interface UsageEventPage {
  usageEvents: UsageEvent[];
  hasMore: boolean;
  offset: number;
  limit: number;
  /** How many events there are on all pages. */
  total: number;
}

/** What is left out stays as it is. */
export interface UpdateEventParams {
  eventId: string;
  amount?: number | undefined;
  /** Unix ms. */
  occurredAt?: number | undefined;
  /** Null clears it. */
  eventKey?: string | null | undefined;
  /** Null clears it. */
  metadata?: Metadata | null | undefined;
}

/** Either by IDs, or all of a customer that the filter names. */
export type DeleteEventsParams<Features = AnyFeatures> =
  | {
      /** 1 to 1000; unknown and repeated ones are not counted. */
      eventIds: string[];
      customerId?: undefined;
      featureKey?: undefined;
      period?: undefined;
      customRange?: undefined;
    }
  | ({
      eventIds?: undefined;
      customerId: string;
      /** Default: every feature. */
      featureKey?: TrackedFeatureKey<Features> | null | undefined;
    } & UsageRange);

export interface DeleteEventsResult {
  deletedCount: number;
}
