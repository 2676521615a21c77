// The life of a price through the official Node SDK.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {useTollgate} from '../harness/tollgate.js';

let stripe;
let product;

const tollgate = useTollgate(async () => {
  stripe = tollgate.client();
  product = (await stripe.products.create({name: 'Gold Plan'})).id;
});

test('a recurring price is created, retrieved, changed and archived', async () => {
  const price = await stripe.prices.create({
    product,
    currency: 'usd',
    unit_amount: 2000,
    recurring: {interval: 'month', interval_count: 3},
    nickname: 'Quarterly',
    metadata: {list: '2026'},
  });

  assert.equal(price.type, 'recurring');
  assert.equal(price.recurring.usage_type, 'licensed');
  assert.deepEqual(await stripe.prices.retrieve(price.id), price);

  const updated = await stripe.prices.update(price.id, {active: false, nickname: 'Old', metadata: {list: null}});
  assert.equal(updated.active, false);
  assert.equal(updated.nickname, 'Old');
  assert.deepEqual(updated.metadata, {});
});

test('a decimal amount arrives as an exact decimal', async () => {
  const price = await stripe.prices.create({product, currency: 'usd', unit_amount_decimal: '1.500000000001'});

  assert.equal(price.unit_amount, null);
  assert.equal(price.unit_amount_decimal.toString(), '1.500000000001');
});

test('tiers are shown when asked for', async () => {
  const price = await stripe.prices.create({
    product,
    currency: 'usd',
    recurring: {interval: 'month'},
    billing_scheme: 'tiered',
    tiers_mode: 'graduated',
    tiers: [
      {up_to: 10, unit_amount: 500, flat_amount: 1000},
      {up_to: 'inf', unit_amount: 400},
    ],
    expand: ['tiers'],
  });

  assert.deepEqual(
    price.tiers.map((tier) => [tier.up_to, tier.unit_amount, tier.flat_amount]),
    [
      [10, 500, 1000],
      [null, 400, null],
    ]
  );
});

test('currency options are merged by currency and shown when asked for', async () => {
  const {id} = await stripe.prices.create({
    product,
    currency: 'usd',
    unit_amount: 2000,
    currency_options: {eur: {unit_amount: 1800}, gbp: {unit_amount: 1600}},
  });

  const price = await stripe.prices.update(id, {
    currency_options: {gbp: {unit_amount: 1500}, jpy: {unit_amount: 300_000}},
    expand: ['currency_options'],
  });

  const amounts = Object.entries(price.currency_options).map(([currency, option]) => [currency, option.unit_amount]);
  assert.deepEqual(Object.fromEntries(amounts), {usd: 2000, eur: 1800, gbp: 1500, jpy: 300_000});
});

test('the customer may choose an amount within bounds', async () => {
  const price = await stripe.prices.create({
    product,
    currency: 'usd',
    custom_unit_amount: {enabled: true, minimum: 100, preset: 500},
  });

  assert.deepEqual(price.custom_unit_amount, {maximum: null, minimum: 100, preset: 500});
});

test('a lookup key is handed on from price to price', async () => {
  const amount = {product, currency: 'usd', unit_amount: 1};
  const holder = await stripe.prices.create({...amount, lookup_key: 'gold'});

  const taker = await stripe.prices.create({...amount, lookup_key: 'gold', transfer_lookup_key: true});

  assert.equal((await stripe.prices.retrieve(holder.id)).lookup_key, null);
  const found = await stripe.prices.list({lookup_keys: ['gold'], expand: ['data.product']});
  assert.deepEqual(
    found.data.map(({id}) => id),
    [taker.id]
  );
  assert.equal(found.data[0].product.id, product);
});

test('prices are found by search', async () => {
  const price = await stripe.prices.create({product, currency: 'chf', unit_amount: 1});

  const found = await stripe.prices.search({query: `currency:"chf" AND product:"${product}"`});

  assert.deepEqual(
    found.data.map(({id}) => id),
    [price.id]
  );
});
