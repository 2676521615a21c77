export type FeatureType = "boolean" | "limit";

export type ResetInterval = "never" | "day" | "week" | "month" | "year";

/**
 * Where usage windows begin: `billing_period` at the customer's own anchor, `calendar` for all customers at once, in UTC,
 * weeks on Monday.
 */
export type ResetAnchor = "billing_period" | "calendar";

export interface Feature {
  id: string;
  featureKey: string;
  name: string;
  description: string | null;
  type: FeatureType;
  tracksUsage: boolean;
  usageResetInterval: ResetInterval;
  usageResetAnchor: ResetAnchor;
  isArchived: boolean;
  archivedAt: string | null;
  archivedReason: string | null;
}

export type CreateFeatureParams = CreateBooleanFeatureParams | CreateLimitFeatureParams;

interface NewFeature {
  name: string;
  /** Letters, digits, `_`, `-` and `.`; never changes. */
  featureKey: string;
  description?: string | null | undefined;
}

export interface CreateBooleanFeatureParams extends NewFeature {
  type: "boolean";
  tracksUsage?: false | undefined;
}

export interface CreateLimitFeatureParams extends NewFeature {
  type: "limit";
  /** Whether Tollgate counts the usage; default false. */
  tracksUsage?: boolean | undefined;
  /** Default `never`. */
  usageResetInterval?: ResetInterval | undefined;
  /** Default `calendar`. */
  usageResetAnchor?: ResetAnchor | undefined;
}

/** What is left out stays as it is. A feature's key and type never change. */
export interface UpdateFeatureParams<Key extends string = string> {
  featureKey: Key;
  name?: string | undefined;
  description?: string | null | undefined;
  /** True hides the feature from access maps and keeps its data. */
  isArchived?: boolean | undefined;
  archivedReason?: string | null | undefined;
}
