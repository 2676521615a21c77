import { NotFoundError } from "../errors.js";
import { segment } from "../http/encode.js";
import type { Transport } from "../http/transport.js";
import type { RequestOptions } from "../options.js";
import type {
  CreateCheckoutParams,
  CreateCustomerParams,
  CreatePortalParams,
  Customer,
  CustomerInclude,
  CustomerPage,
  DeleteCustomerResult,
  LinkCustomerParams,
  ListCustomersParams,
  ListedCustomer,
  SessionUrl,
  UpdateCustomerParams,
} from "../types/customers.js";

export class Customers<MyFeatures> {
  readonly #transport: Transport;

  /** @internal */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Creates the customer; one that exists gets the fields that are given. */
  async create(params: CreateCustomerParams, options?: RequestOptions): Promise<Customer<MyFeatures>> {
    return this.#transport.send({ method: "POST", path: "/v1/customers", body: params, repeatable: true }, options);
  }

  /** Null for a customer that does not exist. */
  async get(customerId: string, options?: RequestOptions): Promise<Customer<MyFeatures> | null> {
    try {
      return await this.#transport.send({ method: "GET", path: pathOf(customerId), repeatable: true }, options);
    } catch (error) {
      // Not every 404: that of a wrong baseUrl says nothing about the customer.
      if (error instanceof NotFoundError && error.code === "customer_not_found") return null;
      throw error;
    }
  }

  async update(params: UpdateCustomerParams, options?: RequestOptions): Promise<Customer<MyFeatures>> {
    const { customerId, ...body } = params;
    return this.#transport.send({ method: "PUT", path: pathOf(customerId), body, repeatable: true }, options);
  }

  /** With all usage, bonuses and overrides. One that exists in Stripe is deleted there: here it is a `ConflictError`. */
  async delete(customerId: string, options?: RequestOptions): Promise<DeleteCustomerResult> {
    const gone = { code: "customer_not_found", answer: { deleted: true, customerId } } as const;
    return this.#transport.send({ method: "DELETE", path: pathOf(customerId), repeatable: true, gone }, options);
  }

  /** Says which Stripe customer this is, and makes one of two rows that were the same person. May be repeated. */
  async link(params: LinkCustomerParams, options?: RequestOptions): Promise<Customer<MyFeatures>> {
    const path = "/v1/customers/link";
    return this.#transport.send({ method: "POST", path, body: params, repeatable: true }, options);
  }

  /** One page, newest first; `listAll` gives all of them. */
  async list<Include extends CustomerInclude = never>(
    params: ListCustomersParams<Include> = {},
    options?: RequestOptions,
  ): Promise<CustomerPage<MyFeatures, Include>> {
    const query = { ...params, include: params.include?.join(",") };
    return this.#transport.send({ method: "GET", path: "/v1/customers", query, repeatable: true }, options);
  }

  /** Every customer, newest first, a page at a time as they are asked for; `limit` is the size of a page. */
  async *listAll<Include extends CustomerInclude = never>(
    params: ListCustomersParams<Include> = {},
    options?: RequestOptions,
  ): AsyncGenerator<ListedCustomer<MyFeatures, Include>, void, undefined> {
    let cursor = params.cursor;
    for (;;) {
      const page = await this.list({ ...params, cursor }, options);
      yield* page.customers;
      if (page.nextCursor === null) return;
      cursor = page.nextCursor;
    }
  }

  /** A Stripe Checkout session, which links the customer too. A Tollgate without Stripe answers 501. */
  async createCheckout(
    customerId: string,
    params: CreateCheckoutParams,
    options?: RequestOptions,
  ): Promise<SessionUrl> {
    const path = `${pathOf(customerId)}/checkout`;
    return this.#transport.send({ method: "POST", path, body: params, repeatable: false }, options);
  }

  /** A session of Stripe's customer portal, which links the customer too. A Tollgate without Stripe answers 501. */
  async createPortal(
    customerId: string,
    params: CreatePortalParams = {},
    options?: RequestOptions,
  ): Promise<SessionUrl> {
    const path = `${pathOf(customerId)}/customer-portal`;
    return this.#transport.send({ method: "POST", path, body: params, repeatable: false }, options);
  }
}

function pathOf(customerId: string): string {
  return `/v1/customers/${segment("customerId", customerId)}`;
}
