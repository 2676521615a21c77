import { segment } from "../http/encode.js";
import type { Transport } from "../http/transport.js";
import type { RequestOptions } from "../options.js";
import type { ExplainedAccessMap, FeatureAccessMap } from "../types/access.js";
import type { FeatureKey } from "../types/definitions.js";
import type { CreateFeatureParams, Feature, UpdateFeatureParams } from "../types/features.js";

export interface GetAccessOptions extends RequestOptions {
  /** True adds to each entry what it was computed from. */
  explain?: boolean | undefined;
}

export class Features<MyFeatures> {
  readonly #transport: Transport;

  /** @internal */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * What the customer may use now and how much is left: an entry for every feature that is not archived. A customer that
   * does not exist is created.
   */
  async getAccess(
    customerId: string,
    options: GetAccessOptions & { explain: true },
  ): Promise<ExplainedAccessMap<MyFeatures>>;
  async getAccess(
    customerId: string,
    options?: GetAccessOptions & { explain?: false | undefined },
  ): Promise<FeatureAccessMap<MyFeatures>>;
  async getAccess(
    customerId: string,
    options?: GetAccessOptions,
  ): Promise<FeatureAccessMap<MyFeatures> | ExplainedAccessMap<MyFeatures>>;
  async getAccess(
    customerId: string,
    options: GetAccessOptions = {},
  ): Promise<FeatureAccessMap<MyFeatures> | ExplainedAccessMap<MyFeatures>> {
    const { explain, ...requestOptions } = options;
    const query = { customerId, explain: explain ? true : undefined };
    return this.#transport.send({ method: "GET", path: "/v1/feature-access", query, repeatable: true }, requestOptions);
  }

  /** A taken key is a `ConflictError`. */
  async create(params: CreateFeatureParams, options?: RequestOptions): Promise<Feature> {
    return this.#transport.send({ method: "POST", path: "/v1/features", body: params, repeatable: false }, options);
  }

  /** All of them, archived ones too. */
  async list(options?: RequestOptions): Promise<Feature[]> {
    return this.#transport.send({ method: "GET", path: "/v1/features", repeatable: true }, options);
  }

  async update(params: UpdateFeatureParams<FeatureKey<MyFeatures>>, options?: RequestOptions): Promise<Feature> {
    const { featureKey, ...body } = params;
    const path = `/v1/features/${segment("featureKey", featureKey)}`;
    return this.#transport.send({ method: "PUT", path, body, repeatable: true }, options);
  }
}
