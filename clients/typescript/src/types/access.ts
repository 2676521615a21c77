import type { ResetInterval } from "./features.js";

/** May the customer use it, yes or no. */
export interface BooleanAccess {
  type: "boolean";
  hasAccess: boolean;
}

/** A limit whose usage the application counts itself. */
export interface UntrackedLimitAccess {
  type: "limit";
  /** Whether the customer has the feature at all; stays true when the limit is used up. */
  hasAccess: boolean;
  /** Without bonuses. Null when unlimited, 0 without access. */
  limit: number | null;
  isUnlimited: boolean;
}

/** A limit whose usage Tollgate counts. */
export interface TrackedLimitAccess extends UntrackedLimitAccess {
  usage: UsageState;
}

/** A limit of which the types do not say whether its usage is counted. */
export interface LimitAccess extends UntrackedLimitAccess {
  /** Absent where the feature does not track usage. */
  usage?: UsageState;
}

/** An access entry of any kind; `type` tells which. */
export type FeatureAccess = BooleanAccess | LimitAccess;

/** Where a customer stands in the current usage window. */
export interface UsageState {
  /** The sum of the window's events, never below 0. */
  used: number;
  /** What is left of the limit, without bonuses; null when unlimited. */
  remaining: number | null;
  /** What is left of the unexpired bonuses. */
  bonusRemaining: number;
  /** What was consumed of the unexpired bonuses. */
  bonusUsed: number;
  /** Nothing is left, neither of the limit nor of the bonuses. */
  hasReachedLimit: boolean;
  /** When the window ends, Unix ms; null where it never does. */
  nextReset: number | null;
  /** When the window began, Unix ms; null for features that never reset. */
  lastReset: number | null;
}

/** The access entry of one feature, from its definition. */
export type AccessEntry<Definition> = Definition extends { type: "boolean" }
  ? BooleanAccess
  : Definition extends { type: "limit"; tracksUsage: infer Tracks }
    ? boolean extends Tracks
      ? LimitAccess
      : Tracks extends true
        ? TrackedLimitAccess
        : UntrackedLimitAccess
    : FeatureAccess;

/** Feature key -> access entry, for every feature that is not archived. */
export type FeatureAccessMap<Features> = { [Key in keyof Features]: AccessEntry<Features[Key]> };

/** Feature key -> access entry with the reasons for it. */
export type ExplainedAccessMap<Features> = { [Key in keyof Features]: Explained<AccessEntry<Features[Key]>> };

/** An access entry with the reasons for it. */
export type Explained<Entry> = Entry extends { type: "limit" }
  ? Entry & { explanation: Explanation<LimitGrant> }
  : Entry & { explanation: Explanation<BooleanGrant> };

/** What a product or an override gives of a boolean feature. */
export interface BooleanGrant {
  hasAccess: boolean;
}

/** What a product or an override gives of a limit feature. */
export interface LimitGrant {
  hasAccess: boolean;
  /** Null when unlimited. */
  limit: number | null;
  isUnlimited: boolean;
}

/** All that an access entry was computed from: it can be recomputed from this alone. */
export interface Explanation<Grant = LimitGrant> {
  /** Every active product of the customer, also one that grants nothing. */
  products: ExplainedProduct<Grant>[];
  /** The override that replaces what the products give, if there is one. */
  override: ExplainedOverride<Grant> | null;
  /** The unexpired bonuses. */
  bonuses: ExplainedBonus[];
  /** Null for features without tracked usage. */
  window: ExplainedWindow | null;
}

export type ExplainedProduct<Grant = LimitGrant> = Grant & {
  productKey: string;
  version: number;
  source: "subscription" | "assigned" | "default";
  subscriptionId: string | null;
  /** Multiplies the limit of a Stripe product; 1 for custom products. */
  quantity: number;
};

export type ExplainedOverride<Grant = LimitGrant> = Grant & {
  overrideId: string;
  reason: string | null;
  /** Unix ms. */
  expiresAt: number | null;
};

export interface ExplainedBonus {
  bonusId: string;
  amount: number;
  remainingAmount: number;
  /** Unix ms. */
  expiresAt: number | null;
}

/** The current usage window. For features that never reset all but `interval` is null. */
export interface ExplainedWindow {
  /** Unix ms, inclusive. */
  start: number | null;
  /** Unix ms, exclusive. */
  end: number | null;
  interval: ResetInterval;
  /** The instant from which windows are counted, Unix ms. */
  anchor: number | null;
  anchorSource: "subscription" | "usage_started_at" | "customer_created" | "calendar" | null;
}
