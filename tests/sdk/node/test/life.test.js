// A subscriber's whole life, fourteen months under a test clock: after each step the other dialect is asked what the
// customer may use.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';

import {useTollgate} from '../harness/tollgate.js';

const tollgate = useTollgate();

const DAY_SECONDS = 24 * 60 * 60;
// How long a clock may take to get somewhere; it takes milliseconds.
const PATIENCE_MILLISECONDS = 20_000;

const seconds = (text) => Date.parse(`${text}Z`) / 1000;

/** The PriceOS dialect. */
async function ask(method, path, body) {
  const answer = await fetch(`http://127.0.0.1:${tollgate.port}${path}`, {
    method,
    headers: {'x-api-key': tollgate.key, 'content-type': 'application/json'},
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  assert.equal(answer.status, 200, `${path}: ${text}`);
  return JSON.parse(text);
}

async function furnish(stripe) {
  await ask('POST', '/v1/features', {featureKey: 'sso', name: 'SSO', type: 'boolean'});
  await ask('POST', '/v1/features', {
    featureKey: 'exports',
    name: 'Exports',
    type: 'limit',
    tracksUsage: true,
    usageResetInterval: 'month',
    usageResetAnchor: 'billing_period',
  });
  const exports = (limit) => ({featureKey: 'exports', hasAccess: true, limit});
  await ask('POST', '/v1/products', {key: 'free', name: 'Free', isDefault: true, featureAccess: [exports(10)]});
  const price = async (name, featureAccess) => {
    const product = await stripe.products.create({
      name,
      default_price_data: {currency: 'usd', unit_amount: 1000, recurring: {interval: 'month'}},
    });
    await ask('PUT', `/v1/products/${name.toLowerCase()}/feature-access`, {featureAccess});
    return product.default_price;
  };
  return {
    basic: await price('Basic', [exports(100)]),
    pro: await price('Pro', [exports(500), {featureKey: 'sso', hasAccess: true}]),
  };
}

test('fourteen months of a subscriber', async () => {
  const stripe = tollgate.client();
  const prices = await furnish(stripe);
  const clock = await stripe.testHelpers.testClocks.create({frozen_time: seconds('2027-01-31T09:00:00')});
  const customer = await stripe.customers.create({
    email: 'mina@example.org',
    test_clock: clock.id,
    metadata: {priceos_customer_id: 'acct-9'},
  });

  async function advance(to) {
    await stripe.testHelpers.testClocks.advance(clock.id, {frozen_time: to});
    const until = Date.now() + PATIENCE_MILLISECONDS;
    while ((await stripe.testHelpers.testClocks.retrieve(clock.id)).status !== 'ready') {
      assert.ok(Date.now() < until, 'the clock does not arrive');
      await sleep(5);
    }
  }

  async function sees(sso, limit, used) {
    const access = await ask('GET', '/v1/feature-access?customerId=acct-9');
    assert.deepEqual([access.sso.hasAccess, access.exports.limit, access.exports.usage.used], [sso, limit, used]);
  }

  const consume = async (amount) =>
    (await ask('POST', '/v1/usage/consume', {customerId: 'acct-9', featureKey: 'exports', amount})).allowed;

  await sees(false, 10, 0);

  // A trial, which ends by itself.
  const trial = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{price: prices.basic}],
    trial_period_days: 14,
  });
  assert.equal(trial.status, 'trialing');
  await sees(false, 100, 0);
  await advance(trial.trial_end);
  assert.equal(trial.trial_end, seconds('2027-01-31T09:00:00') + 14 * DAY_SECONDS);
  assert.equal((await stripe.subscriptions.retrieve(trial.id)).status, 'active');

  // An upgrade, and then more of it.
  assert.ok(await consume(60));
  const [item] = trial.items.data;
  await stripe.subscriptions.update(trial.id, {items: [{id: item.id, price: prices.pro}]});
  await sees(true, 500, 60);
  await stripe.subscriptionItems.update(item.id, {quantity: 3});
  await sees(true, 1500, 60);
  await advance(seconds('2027-04-14T09:00:00'));
  await sees(true, 1500, 0);

  // Canceled at the end of the period.
  const leaving = await stripe.subscriptions.update(trial.id, {cancel_at_period_end: true});
  assert.equal(leaving.cancel_at, seconds('2027-05-14T09:00:00'));
  await sees(true, 1500, 0);
  await advance(leaving.cancel_at);
  assert.equal((await stripe.subscriptions.retrieve(trial.id)).status, 'canceled');
  await sees(false, 10, 0);

  // And back, through the rest of the fourteen months.
  const again = await stripe.subscriptions.create({customer: customer.id, items: [{price: prices.pro, quantity: 2}]});
  for (const month of ['2027-07', '2027-09', '2027-11', '2028-01', '2028-03']) {
    assert.ok(await consume(7));
    await advance(seconds(`${month}-14T09:00:00`));
    await sees(true, 1000, 0);
  }
  const entitlements = await stripe.entitlements.activeEntitlements.list({customer: customer.id});
  assert.deepEqual(entitlements.data.map((entitlement) => entitlement.lookup_key).sort(), ['exports', 'sso']);

  await stripe.subscriptions.cancel(again.id);
  await sees(false, 10, 0);
});
