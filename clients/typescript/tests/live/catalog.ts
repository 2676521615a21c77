// What a test needs before it begins: features, products and customers that no other test has.

import { expect } from "vitest";

import { TollgateError } from "../../src/index.js";
import type {
  CreateLimitFeatureParams,
  ErrorCode,
  FeatureAccessParams,
  PriceOS,
  TrackedLimitAccess,
} from "../../src/index.js";

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

let made = 0;

/** A name that nothing has yet. */
export function fresh(noun: string): string {
  made += 1;
  return `${noun}_${made}`;
}

export async function booleanFeature(client: PriceOS): Promise<string> {
  const featureKey = fresh("switch");
  await client.features.create({ featureKey, name: featureKey, type: "boolean" });
  return featureKey;
}

/** A limit feature; tracked, and reset every month from each customer's own anchor, unless said otherwise. */
export async function limitFeature(client: PriceOS, how: Partial<CreateLimitFeatureParams> = {}): Promise<string> {
  const featureKey = fresh("limit");
  await client.features.create({
    featureKey,
    name: featureKey,
    type: "limit",
    tracksUsage: true,
    usageResetInterval: "month",
    usageResetAnchor: "billing_period",
    ...how,
  });
  return featureKey;
}

export async function customProduct(client: PriceOS, ...featureAccess: FeatureAccessParams[]): Promise<string> {
  const name = fresh("product");
  const { key } = await client.products.create({ name, key: name, featureAccess });
  return key;
}

export async function customerWith(client: PriceOS, ...customProductKeys: string[]): Promise<string> {
  const customerId = fresh("customer");
  await client.customers.create({ customerId, customProductKeys });
  return customerId;
}

export interface Subject {
  customerId: string;
  featureKey: string;
}

/** A customer whose product gives so much of a tracked feature. */
export async function customerWithLimit(
  client: PriceOS,
  limit: number,
  how: Partial<CreateLimitFeatureParams> = {},
): Promise<Subject> {
  const featureKey = await limitFeature(client, how);
  const productKey = await customProduct(client, { featureKey, hasAccess: true, limit });
  return { featureKey, customerId: await customerWith(client, productKey) };
}

/** The customer's entry for a tracked limit. */
export async function entryOf(client: PriceOS, { customerId, featureKey }: Subject): Promise<TrackedLimitAccess> {
  const entry = (await client.features.getAccess(customerId))[featureKey];
  expect(entry).toMatchObject({ type: "limit", usage: {} });
  return entry as TrackedLimitAccess;
}

/** The call must be refused so; a `param` where it is given must be the one at fault. */
export async function expectRefusal(
  call: Promise<unknown>,
  status: number,
  code: ErrorCode,
  param?: string,
): Promise<void> {
  const error: unknown = await call.then(
    (answer) => expect.fail(`it was not refused: ${JSON.stringify(answer)}`),
    (fault: unknown) => fault,
  );
  expect(error).toBeInstanceOf(TollgateError);
  expect(error).toMatchObject({ status, code, requestId: expect.stringMatching(/^req_/) });
  if (param !== undefined) expect(error).toHaveProperty("param", param);
}
