import type { FeatureAccessMap } from "./access.js";
import type { Bonus } from "./bonuses.js";
import type { AnyFeatures } from "./definitions.js";
import type { Metadata } from "./metadata.js";

export interface Customer<Features = AnyFeatures> extends CustomerFields {
  featureAccess: FeatureAccessMap<Features>;
  bonuses: Bonus<Features>[];
}

interface CustomerFields {
  /** The application's own ID; a customer that only Stripe knows has none. */
  customerId?: string | null;
  stripeCustomerId?: string | null;
  hasPaymentMethod: boolean;
  /** Spelled so on the wire. */
  enviroment: "test" | "live";
  name?: string | null;
  email?: string | null;
  /** Unix ms. */
  created?: number;
  /** From where billing periods of custom products are counted, Unix ms; `created` where none was given. */
  usageStartedAt?: number | null;
  /** Products of active subscriptions, assigned products, or the default product. */
  products: CustomerProduct[];
}

/** A product as a customer has it. The period is null for custom products. */
export interface CustomerProduct {
  id: string;
  key: string;
  name: string;
  type: "stripe" | "custom";
  isDefault: boolean;
  /** `active`, or the status of the subscription in Stripe. */
  status: string;
  /** The version this customer is on. */
  version: number;
  metadata: Metadata;
  /** Unix ms. */
  canceledAt: number | null;
  /** Unix ms. */
  startedAt: number | null;
  /** Unix ms. */
  currentPeriodStart: number | null;
  /** Unix ms. */
  currentPeriodEnd: number | null;
  prices: CustomerPrice[];
}

export interface CustomerPrice {
  stripePriceId: string;
  quantity: number;
  currency: string;
  /** In the currency's minor unit; null where Stripe has no single amount. */
  unitAmount: number | null;
  /** Null for a price that is paid once. */
  recurringInterval: "day" | "week" | "month" | "year" | null;
  recurringIntervalCount: number | null;
  isActive: boolean;
  isDefault: boolean;
}

/** Creates the customer, or fills these fields in where it exists. */
export interface CreateCustomerParams {
  customerId: string;
  /** Null or an empty string clears it. */
  name?: string | null | undefined;
  /** Null or an empty string clears it. */
  email?: string | null | undefined;
  /** From where billing periods of custom products are counted, Unix ms; default: now. */
  usageStartedAt?: number | undefined;
  /** The complete list. Stripe products and the default product cannot be assigned. */
  customProductKeys?: string[] | undefined;
}

/** What is left out stays as it is. */
export interface UpdateCustomerParams {
  customerId: string;
  /** Null or an empty string clears it. */
  name?: string | null | undefined;
  /** Null or an empty string clears it. */
  email?: string | null | undefined;
  /** Unix ms. */
  usageStartedAt?: number | undefined;
  /** The complete list; `[]` takes all away. */
  customProductKeys?: string[] | undefined;
}

export interface DeleteCustomerResult {
  deleted: true;
  customerId: string;
}

export interface LinkCustomerParams {
  stripeCustomerId: string;
  customerId: string;
  /** True also where `customerId` is linked to another Stripe customer; without it that is a conflict. */
  force?: boolean | undefined;
}

/** Parts of a customer that a list carries only when asked. */
export type CustomerInclude = "featureAccess" | "bonuses";

export interface ListCustomersParams<Include extends CustomerInclude = never> {
  /** The size of a page: 1 to 100, default 20. */
  limit?: number | undefined;
  /** `nextCursor` of the page before. */
  cursor?: string | undefined;
  /** Part of a customerId, name, email or stripeCustomerId, in any case. */
  search?: string | undefined;
  /** Only customers that have this product. */
  productKey?: string | undefined;
  include?: readonly Include[] | undefined;
}

export type ListedCustomer<Features = AnyFeatures, Include extends CustomerInclude = never> = CustomerFields &
  Pick<Customer<Features>, Include>;

/** Newest first. */
export interface CustomerPage<Features = AnyFeatures, Include extends CustomerInclude = never> {
  customers: ListedCustomer<Features, Include>[];
  /** Null on the last page. */
  nextCursor: string | null;
}

export interface CreateCheckoutParams {
  /** A Stripe product. */
  productKey: string;
  /** An active price of that product; default: its default price. */
  stripePriceId?: string | null | undefined;
  successUrl?: string | undefined;
  cancelUrl?: string | undefined;
  /** Put on the Checkout session. */
  metadata?: Metadata | undefined;
  /** Creates or updates the customer. */
  customerInfo?: { name?: string | undefined; email?: string | undefined } | undefined;
  /** Further parameters of Stripe's Checkout session. */
  checkoutParams?: Record<string, unknown> | undefined;
}

export interface CreatePortalParams {
  returnUrl?: string | undefined;
}

/** Where to send the customer's browser. */
export interface SessionUrl {
  url: string;
}
