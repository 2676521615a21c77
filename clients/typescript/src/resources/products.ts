import { segment } from "../http/encode.js";
import type { Transport } from "../http/transport.js";
import type { RequestOptions } from "../options.js";
import type {
  CreateProductParams,
  CustomProduct,
  ListProductsParams,
  MigrateProductParams,
  MigrateProductResult,
  Product,
  ProductVersion,
  SetFeatureAccessParams,
  UpdateProductParams,
} from "../types/products.js";

export class Products<MyFeatures> {
  readonly #transport: Transport;

  /** @internal */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async get(productKey: string, options?: RequestOptions): Promise<Product<MyFeatures>> {
    return this.#transport.send({ method: "GET", path: pathOf(productKey), repeatable: true }, options);
  }

  /** By name, each at its newest version; archived ones only when asked for. */
  async list(params: ListProductsParams = {}, options?: RequestOptions): Promise<Product<MyFeatures>[]> {
    const query = { ...params };
    return this.#transport.send({ method: "GET", path: "/v1/products", query, repeatable: true }, options);
  }

  /** A custom product. A taken key is a `ConflictError`. */
  async create(params: CreateProductParams<MyFeatures>, options?: RequestOptions): Promise<CustomProduct<MyFeatures>> {
    return this.#transport.send({ method: "POST", path: "/v1/products", body: params, repeatable: false }, options);
  }

  async update(params: UpdateProductParams, options?: RequestOptions): Promise<Product<MyFeatures>> {
    const { productKey, ...body } = params;
    return this.#transport.send({ method: "PUT", path: pathOf(productKey), body, repeatable: true }, options);
  }

  /** In place, at once for everyone who has the version; or as a new version. */
  async setFeatureAccess(
    params: SetFeatureAccessParams<MyFeatures>,
    options?: RequestOptions,
  ): Promise<Product<MyFeatures>> {
    const { productKey, ...body } = params;
    const path = `${pathOf(productKey)}/feature-access`;
    return this.#transport.send({ method: "PUT", path, body, repeatable: !body.newVersion }, options);
  }

  /** Newest first. */
  async versions(productKey: string, options?: RequestOptions): Promise<ProductVersion<MyFeatures>[]> {
    const path = `${pathOf(productKey)}/versions`;
    return this.#transport.send({ method: "GET", path, repeatable: true }, options);
  }

  /** Moves customers from one version to another, and says what that changes for them. */
  async migrate(params: MigrateProductParams, options?: RequestOptions): Promise<MigrateProductResult<MyFeatures>> {
    const { productKey, ...body } = params;
    const path = `${pathOf(productKey)}/migrate`;
    return this.#transport.send({ method: "POST", path, body, repeatable: body.dryRun === true }, options);
  }
}

function pathOf(productKey: string): string {
  return `/v1/products/${segment("productKey", productKey)}`;
}
