import { segment } from "../http/encode.js";
import type { Transport } from "../http/transport.js";
import type { RequestOptions } from "../options.js";
import type {
  CreateBonusParams,
  CreateBonusResult,
  DeleteBonusResult,
  ListBonusesParams,
  ListBonusesResult,
  UpdateBonusParams,
  UpdateBonusResult,
} from "../types/bonuses.js";

export class Bonuses<MyFeatures> {
  readonly #transport: Transport;

  /** @internal */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Grants an extra amount, once. */
  async create(params: CreateBonusParams<MyFeatures>, options?: RequestOptions): Promise<CreateBonusResult> {
    return this.#transport.send({ method: "POST", path: "/v1/bonuses", body: params, repeatable: false }, options);
  }

  /** Of one customer, expired ones too. */
  async list(params: ListBonusesParams<MyFeatures>, options?: RequestOptions): Promise<ListBonusesResult<MyFeatures>> {
    const query = { ...params };
    return this.#transport.send({ method: "GET", path: "/v1/bonuses", query, repeatable: true }, options);
  }

  async update(params: UpdateBonusParams, options?: RequestOptions): Promise<UpdateBonusResult<MyFeatures>> {
    const { bonusId, ...body } = params;
    return this.#transport.send({ method: "PUT", path: pathOf(bonusId), body, repeatable: true }, options);
  }

  /** One of which something was consumed is a `ConflictError`. */
  async delete(bonusId: string, options?: RequestOptions): Promise<DeleteBonusResult> {
    // A repeat could not tell what is left, which is half of the answer.
    return this.#transport.send({ method: "DELETE", path: pathOf(bonusId), repeatable: false }, options);
  }
}

function pathOf(bonusId: string): string {
  return `/v1/bonuses/${segment("bonusId", bonusId)}`;
}
