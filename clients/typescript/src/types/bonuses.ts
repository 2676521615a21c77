import type { AnyFeatures, TrackedFeatureKey } from "./definitions.js";
import type { Metadata } from "./metadata.js";

/** A one-time extra amount of one feature, consumed only by usage above the limit. */
export interface Bonus<Features = AnyFeatures> {
  bonusId: string;
  featureKey: TrackedFeatureKey<Features>;
  amount: number;
  /** What was not consumed; an expired bonus keeps the number, and nobody can use it. */
  remainingAmount: number;
  /** Unix ms. */
  expiresAt?: number | null;
  reason?: string | null;
  metadata?: Metadata | null;
  /** Unix ms. */
  createdAt: number;
  /** Unix ms. */
  updatedAt: number;
}

export interface CreateBonusParams<Features = AnyFeatures> {
  /** Must exist. */
  customerId: string;
  featureKey: TrackedFeatureKey<Features>;
  /** More than 0, up to 10^15, at most 9 decimal places. */
  amount: number;
  /** Unix ms; default: never. */
  expiresAt?: number | undefined;
  reason?: string | null | undefined;
  metadata?: Metadata | undefined;
}

export interface CreateBonusResult {
  bonusId: string;
  remainingAmount: number;
  /** What is left of all bonuses of this customer and feature. */
  counterRemaining: number;
}

export interface ListBonusesParams<Features = AnyFeatures> {
  customerId: string;
  featureKey?: TrackedFeatureKey<Features> | null | undefined;
}

export interface ListBonusesResult<Features = AnyFeatures> {
  bonuses: Bonus<Features>[];
}

/** What is left out stays as it is. */
export interface UpdateBonusParams {
  bonusId: string;
  /** Not below what was consumed. */
  amount?: number | undefined;
  /** Unix ms; null: never. */
  expiresAt?: number | null | undefined;
  reason?: string | null | undefined;
  /** Null clears it. */
  metadata?: Metadata | null | undefined;
}

export interface UpdateBonusResult<Features = AnyFeatures> {
  bonus: Bonus<Features>;
  /** What is left of all bonuses of this customer and feature. */
  counterRemaining: number;
}

export interface DeleteBonusResult {
  deleted: true;
  /** What is left of the other bonuses of this customer and feature. */
  counterRemaining: number;
}
