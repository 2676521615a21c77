import { segment } from "../http/encode.js";
import type { Transport } from "../http/transport.js";
import type { RequestOptions } from "../options.js";
import type {
  CreateOverrideParams,
  DeleteOverrideResult,
  ListOverridesParams,
  ListOverridesResult,
  Override,
  UpdateOverrideParams,
} from "../types/overrides.js";

export class Overrides<MyFeatures> {
  readonly #transport: Transport;

  /** @internal */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** At once, for this customer alone; takes the place of one that is there. */
  async create(params: CreateOverrideParams<MyFeatures>, options?: RequestOptions): Promise<Override<MyFeatures>> {
    return this.#transport.send({ method: "POST", path: "/v1/overrides", body: params, repeatable: false }, options);
  }

  /** Of one customer, expired ones too. */
  async list(params: ListOverridesParams, options?: RequestOptions): Promise<ListOverridesResult<MyFeatures>> {
    const query = { ...params };
    return this.#transport.send({ method: "GET", path: "/v1/overrides", query, repeatable: true }, options);
  }

  async update(params: UpdateOverrideParams, options?: RequestOptions): Promise<Override<MyFeatures>> {
    const { overrideId, ...body } = params;
    return this.#transport.send({ method: "PUT", path: pathOf(overrideId), body, repeatable: true }, options);
  }

  async delete(overrideId: string, options?: RequestOptions): Promise<DeleteOverrideResult> {
    const gone = { code: "override_not_found", answer: { deleted: true, overrideId } } as const;
    return this.#transport.send({ method: "DELETE", path: pathOf(overrideId), repeatable: true, gone }, options);
  }
}

function pathOf(overrideId: string): string {
  return `/v1/overrides/${segment("overrideId", overrideId)}`;
}
