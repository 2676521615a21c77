import type { AnyFeatures, FeatureKey } from "./definitions.js";
import type { FeatureAccessParams } from "./products.js";

/** Replaces what a customer's products give of one feature, until it expires or is deleted. */
export interface Override<Features = AnyFeatures> {
  overrideId: string;
  customerId: string;
  featureKey: FeatureKey<Features>;
  hasAccess: boolean;
  /** Null when unlimited, and for boolean features. */
  limit: number | null;
  isUnlimited: boolean;
  reason: string | null;
  /** Unix ms; null: never. */
  expiresAt: number | null;
  /** Unix ms. */
  createdAt: number;
  /** Unix ms. */
  updatedAt: number;
}

/** A second one for the same customer and feature replaces the first and keeps its ID. */
export type CreateOverrideParams<Features = AnyFeatures> = FeatureAccessParams<Features> & {
  customerId: string;
  reason?: string | null | undefined;
  /** Unix ms; default: never. */
  expiresAt?: number | null | undefined;
};

export interface ListOverridesParams {
  customerId: string;
}

/** Live and expired ones. */
export interface ListOverridesResult<Features = AnyFeatures> {
  overrides: Override<Features>[];
}

/** What is left out stays as it is. A later `expiresAt` revives an expired override. */
export interface UpdateOverrideParams {
  overrideId: string;
  hasAccess?: boolean | undefined;
  limit?: number | null | undefined;
  isUnlimited?: boolean | undefined;
  reason?: string | null | undefined;
  /** Unix ms; null: never. */
  expiresAt?: number | null | undefined;
}

export interface DeleteOverrideResult {
  deleted: true;
  overrideId: string;
}
