import type { BooleanAccess, UntrackedLimitAccess } from "./access.js";
import type { AnyFeatures, BooleanFeatureKey, FeatureKey, LimitFeatureKey } from "./definitions.js";
import type { Metadata } from "./metadata.js";

/** A product of the catalog at its newest version; `type` tells where it comes from. */
export type Product<Features = AnyFeatures> = StripeProduct<Features> | CustomProduct<Features>;

interface ProductFields<Features> {
  id: string;
  key: string;
  name: string;
  /** At most one product is the default one: it applies to customers that have no other. */
  isDefault: boolean;
  version: number;
  prices: ProductPrice[];
  /** One entry for every feature that is not archived. */
  featureAccess: ProductFeatureAccess<Features>[];
  metadata: Metadata;
  isArchived: boolean;
}

/** Comes from Stripe and follows it. */
export interface StripeProduct<Features = AnyFeatures> extends ProductFields<Features> {
  type: "stripe";
  stripeProductId: string;
}

/** Assigned to customers through `customProductKeys`, or applied by default. */
export interface CustomProduct<Features = AnyFeatures> extends ProductFields<Features> {
  type: "custom";
  stripeProductId: null;
}

export interface ProductPrice {
  id: string;
  stripePriceId: string;
  currency: string;
  /** In the currency's minor unit; null where Stripe has no single amount. */
  unitAmount: number | null;
  /** Null for a price that is paid once. */
  recurringInterval: "day" | "week" | "month" | "year" | null;
  recurringIntervalCount: number | null;
  isActive: boolean;
  isDefault: boolean;
}

/** What a product version gives of one feature; `type` tells the kind. */
export type ProductFeatureAccess<Features = AnyFeatures> =
  ProductBooleanAccess<BooleanFeatureKey<Features>> | ProductLimitAccess<LimitFeatureKey<Features>>;

export interface ProductBooleanAccess<Key extends string = string> extends BooleanAccess {
  featureKey: Key;
  name: string;
}

export interface ProductLimitAccess<Key extends string = string> extends UntrackedLimitAccess {
  featureKey: Key;
  name: string;
}

/** What a product version shall give of one feature. */
export type FeatureAccessParams<Features = AnyFeatures> =
  BooleanAccessParams<BooleanFeatureKey<Features>> | LimitAccessParams<LimitFeatureKey<Features>>;

export interface BooleanAccessParams<Key extends string = string> {
  featureKey: Key;
  hasAccess: boolean;
}

/** With `hasAccess: true` either `limit` or `isUnlimited: true` is needed. */
export interface LimitAccessParams<Key extends string = string> {
  featureKey: Key;
  hasAccess: boolean;
  /** 0 to 10^15, at most 9 decimal places. */
  limit?: number | null | undefined;
  isUnlimited?: boolean | undefined;
}

export interface ListProductsParams {
  /** True to have archived products too; default false. */
  archived?: boolean | undefined;
}

export interface CreateProductParams<Features = AnyFeatures> {
  name: string;
  /** Unique. Default: `custom_` and the name in small letters, with `_2`, `_3` … where that is taken. */
  key?: string | undefined;
  metadata?: Metadata | undefined;
  /** Takes the place of the present default product. */
  isDefault?: boolean | undefined;
  /** What is left out has no access. */
  featureAccess?: FeatureAccessParams<Features>[] | undefined;
}

/** What is left out stays as it is. A Stripe product's name and archiving follow Stripe. */
export interface UpdateProductParams {
  productKey: string;
  name?: string | undefined;
  /** Null clears it. */
  metadata?: Metadata | null | undefined;
  isDefault?: boolean | undefined;
  /** True hides it from lists and new assignments; who has it keeps it. */
  isArchived?: boolean | undefined;
}

export type SetFeatureAccessParams<Features = AnyFeatures> = {
  productKey: string;
  /** Complete or partial: features that are left out stay as they are. */
  featureAccess: FeatureAccessParams<Features>[];
} & (
  | {
      /** True leaves those who have the product on the version they have; default false. */
      newVersion?: boolean | undefined;
      version?: undefined;
    }
  | {
      newVersion?: false | undefined;
      /** The version to change in place; default: the newest. */
      version?: number | undefined;
    }
);

export interface ProductVersion<Features = AnyFeatures> {
  version: number;
  /** Unix ms. */
  createdAt: number;
  customerCount: number;
  featureAccess: ProductFeatureAccess<Features>[];
}

export interface MigrateProductParams {
  productKey: string;
  fromVersion: number;
  toVersion: number;
  /** Default: everyone on `fromVersion`. */
  customerIds?: string[] | undefined;
  /** True changes nothing and answers what would change; default false. */
  dryRun?: boolean | undefined;
}

export interface MigrateProductResult<Features = AnyFeatures> {
  /** With `dryRun`, how many would move. */
  migratedCount: number;
  /** Only where access differs. */
  changes: AccessChange<Features>[];
}

export interface AccessChange<Features = AnyFeatures> {
  customerId: string;
  featureKey: FeatureKey<Features>;
  before: BooleanAccess | UntrackedLimitAccess;
  after: BooleanAccess | UntrackedLimitAccess;
}
