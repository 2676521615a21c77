// The client.

import { Transport } from "./http/transport.js";
import { resolveSettings } from "./options.js";
import type { TollgateOptions } from "./options.js";
import { Bonuses } from "./resources/bonuses.js";
import { Customers } from "./resources/customers.js";
import { Features } from "./resources/features.js";
import { Overrides } from "./resources/overrides.js";
import { Products } from "./resources/products.js";
import { Usage } from "./resources/usage.js";
import type { AnyFeatures, FeatureDefinitions } from "./types/definitions.js";

/**
 * Speaks to one Tollgate with one key, which also picks the environment. Keeps no state; one serves a whole program.
 *
 * `MyFeatures` is what `tollgate types typescript` writes: with it keys are checked and access entries have exact types.
 * Without it every string is a feature key.
 *
 * Every call rejects with a `TollgateError` of a class that says what can be done about it, or with a `TypeError` or
 * `RangeError`, before anything is sent, for arguments that cannot be sent.
 */
export class Tollgate<MyFeatures extends FeatureDefinitions<MyFeatures> = AnyFeatures> {
  readonly customers: Customers<MyFeatures>;
  readonly features: Features<MyFeatures>;
  readonly products: Products<MyFeatures>;
  readonly usage: Usage<MyFeatures>;
  readonly bonuses: Bonuses<MyFeatures>;
  readonly overrides: Overrides<MyFeatures>;

  /**
   * @param apiKey Default: the environment's `TOLLGATE_API_KEY` or `PRICEOS_API_KEY`.
   * @throws TypeError without a key, or where a key or an address cannot be one; RangeError for numbers out of range.
   */
  constructor(apiKey?: string, options: TollgateOptions = {}) {
    const transport = new Transport(resolveSettings(apiKey, options));
    this.customers = new Customers(transport);
    this.features = new Features(transport);
    this.products = new Products(transport);
    this.usage = new Usage(transport);
    this.bonuses = new Bonuses(transport);
    this.overrides = new Overrides(transport);
  }
}
