// The life of a product through the official Node SDK.

import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import {test} from 'node:test';

import {useTollgate} from '../harness/tollgate.js';

const tollgate = useTollgate();

const KEYS = [
  ...['id', 'object', 'active', 'attributes', 'created', 'default_price', 'description', 'images', 'livemode'],
  ...['marketing_features', 'metadata', 'name', 'package_dimensions', 'shippable', 'statement_descriptor', 'tax_code'],
  ...['tax_details', 'type', 'unit_label', 'updated', 'url'],
];

test("the snippet of Stripe's page creates the gold plan, with nothing changed but the host", async () => {
  const stripe = createRequire(import.meta.url)('stripe')(tollgate.key, tollgate.address());

  const product = await stripe.products.create({
    name: 'Gold Plan',
  });

  assert.deepEqual(Object.keys(product), KEYS);
  assert.equal(product.name, 'Gold Plan');
  assert.equal(product.active, true);
  assert.deepEqual(product.images, []);
  assert.equal(product.default_price, null);
});

test('a product keeps every parameter it was created with', async () => {
  const stripe = tollgate.client();
  const params = {
    id: 'espresso-machine',
    name: 'Espresso Machine',
    active: false,
    description: 'Nine bar — and a «proper» steam wand ☕',
    images: ['https://example.com/front.png', 'https://example.com/back.png'],
    marketing_features: [{name: 'Two boilers'}, {name: 'Steam wand'}],
    metadata: {sku: 'EM-2', 'colour name': 'matte & black'},
    package_dimensions: {height: 14.5, length: 12, weight: 400.25, width: 11.75},
    shippable: true,
    statement_descriptor: 'ESPRESSO 2',
    tax_code: 'txcd_99999999',
    unit_label: 'machine',
    url: 'https://example.com/espresso?model=2',
  };

  const product = await stripe.products.create(params);

  for (const [field, value] of Object.entries(params)) assert.deepEqual(product[field], value, field);
  assert.deepEqual(await stripe.products.retrieve('espresso-machine'), product);
});

test('default_price_data creates the price with the product', async () => {
  const stripe = tollgate.client();

  const product = await stripe.products.create({
    name: 'Gold Plan',
    default_price_data: {
      currency: 'usd',
      unit_amount: 2000,
      recurring: {interval: 'month', interval_count: 3},
      tax_behavior: 'exclusive',
      metadata: {list: '2026'},
      currency_options: {eur: {unit_amount: 1800, tax_behavior: 'inclusive'}},
    },
    expand: ['default_price.currency_options'],
  });

  const price = product.default_price;
  assert.equal(price.product, product.id);
  assert.equal(price.unit_amount, 2000);
  assert.equal(price.recurring.interval_count, 3);
  assert.equal(price.tax_behavior, 'exclusive');
  assert.deepEqual(price.metadata, {list: '2026'});
  assert.equal(price.currency_options.eur.unit_amount, 1800);
  assert.equal(price.currency_options.usd.unit_amount, 2000);
});

test('null unsets a field, and what is left out stays', async () => {
  const stripe = tollgate.client();
  const product = await stripe.products.create({
    name: 'Gold Plan',
    description: 'All of it',
    images: ['https://example.com/a.png'],
    metadata: {kept: '1', dropped: '2'},
    unit_label: 'seat',
    url: 'https://example.com/gold',
  });

  const updated = await stripe.products.update(product.id, {
    description: null,
    images: null,
    metadata: {dropped: null, added: '3'},
    url: '',
  });

  assert.equal(updated.description, null);
  assert.deepEqual(updated.images, []);
  assert.deepEqual(updated.metadata, {kept: '1', added: '3'});
  assert.equal(updated.url, null);
  assert.equal(updated.unit_label, 'seat');
  assert.deepEqual((await stripe.products.update(product.id, {metadata: null})).metadata, {});
});

test('products are listed by filter and found by search', async () => {
  const stripe = tollgate.client();
  const boxed = await stripe.products.create({name: 'Boxed Set', shippable: true, url: 'https://example.com/boxed'});
  const ids = ({data}) => data.map(({id}) => id);

  const listed = async (filter) => ids(await stripe.products.list(filter));

  assert.deepEqual(await listed({url: 'https://example.com/boxed', active: true}), [boxed.id]);
  assert.deepEqual(await listed({ids: [boxed.id, 'prod_unheardof00000'], shippable: true}), [boxed.id]);
  assert.deepEqual(await listed({ids: [boxed.id], created: {gt: boxed.created}}), []);
  assert.deepEqual(ids(await stripe.products.search({query: "name:'boxed set' AND shippable:'true'"})), [boxed.id]);
  const counted = await stripe.products.search({query: "name:'nowhere'", expand: ['total_count']});
  assert.equal(counted.total_count, 0);
});

test('deleting answers a stub and leaves an event with the product', async () => {
  const stripe = tollgate.client();
  const product = await stripe.products.create({name: 'Gold Plan'});

  assert.deepEqual(await stripe.products.del(product.id), {id: product.id, object: 'product', deleted: true});

  const events = await stripe.events.list({type: 'product.deleted', limit: 1});
  assert.equal(events.data[0].data.object.id, product.id);
  assert.equal(events.data[0].data.object.active, false);
});

test('an event of an update tells what was before', async () => {
  const stripe = tollgate.client();
  const product = await stripe.products.create({name: 'Gold Plan'});

  await stripe.products.update(product.id, {name: 'Platinum Plan', metadata: {a: 'b'}});

  const [event] = (await stripe.events.list({type: 'product.updated', limit: 1})).data;
  assert.equal(event.data.object.name, 'Platinum Plan');
  assert.deepEqual(event.data.previous_attributes, {metadata: {a: null}, name: 'Gold Plan'});
});

test('a tax code is listed and retrieved', async () => {
  const stripe = tollgate.client();

  const tangible = await stripe.taxCodes.retrieve('txcd_99999999');

  assert.equal(tangible.name, 'General - Tangible Goods');
  const all = await stripe.taxCodes.list({limit: 100}).autoPagingToArray({limit: 1000});
  assert.ok(all.some(({id}) => id === tangible.id));
});
