// The life of a subscription, through the official Node SDK.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {useTollgate} from '../harness/tollgate.js';

const tollgate = useTollgate();

const DAY = 86400;

async function shop() {
  const stripe = tollgate.client();
  const product = await stripe.products.create({name: 'Gold'});
  const price = (interval) =>
    stripe.prices.create({product: product.id, currency: 'usd', unit_amount: 900, recurring: {interval}});
  const [month, year] = [await price('month'), await price('year')];
  const customer = await stripe.customers.create({email: 'ann@example.com'});
  return {stripe, product, month, year, customer};
}

test('a subscription is made, changed, canceled at the end of its period and then at once', async () => {
  const {stripe, month, year, customer} = await shop();

  const made = await stripe.subscriptions.create({customer: customer.id, items: [{price: month.id, quantity: 2}]});

  assert.equal(made.status, 'active');
  const [item] = made.items.data;
  assert.deepEqual([item.quantity, item.price.id, made.items.total_count], [2, month.id, 1]);
  assert.deepEqual(await stripe.subscriptions.retrieve(made.id), made);
  const dearer = await stripe.subscriptions.update(made.id, {items: [{id: item.id, price: year.id}]});
  assert.equal(dearer.items.data[0].id, item.id);
  assert.ok(dearer.items.data[0].current_period_end - dearer.billing_cycle_anchor >= 365 * DAY);
  const planned = await stripe.subscriptions.update(made.id, {cancel_at_period_end: true});
  assert.equal(planned.cancel_at, planned.items.data[0].current_period_end);
  const canceled = await stripe.subscriptions.cancel(made.id);
  assert.deepEqual([canceled.status, canceled.cancel_at_period_end], ['canceled', false]);
  await assert.rejects(stripe.subscriptions.cancel(made.id), {statusCode: 404, code: 'resource_missing', param: 'id'});
  const {data} = await stripe.events.list({type: 'customer.subscription.deleted'});
  assert.equal(data[0].data.object.id, made.id);
});

test('items come and go by themselves, oldest first', async () => {
  const {stripe, month, year, customer} = await shop();
  const made = await stripe.subscriptions.create({customer: customer.id, items: [{price: month.id}]});

  const item = await stripe.subscriptionItems.create({subscription: made.id, price: year.id});

  const ids = [];
  for await (const one of stripe.subscriptionItems.list({subscription: made.id, limit: 1})) ids.push(one.id);
  assert.deepEqual(ids, [made.items.data[0].id, item.id]);
  assert.deepEqual(await stripe.subscriptionItems.del(item.id), {
    id: item.id,
    object: 'subscription_item',
    deleted: true,
  });
  await assert.rejects(stripe.subscriptionItems.retrieve(item.id), {
    statusCode: 404,
    message: `Invalid subscription_item id: ${item.id}`,
  });
});

test('a trial, paused collection and whole objects are shown', async () => {
  const {stripe, product, month, customer} = await shop();

  const made = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{price: month.id}],
    trial_period_days: 7,
    expand: ['customer', 'items.data.price.product'],
  });

  assert.deepEqual([made.status, made.trial_end - made.trial_start], ['trialing', 7 * DAY]);
  assert.deepEqual([made.customer.id, made.items.data[0].price.product.id], [customer.id, product.id]);
  const paused = await stripe.subscriptions.update(made.id, {pause_collection: {behavior: 'void'}});
  assert.deepEqual([paused.status, paused.pause_collection], ['trialing', {behavior: 'void', resumes_at: null}]);
  assert.equal((await stripe.subscriptions.update(made.id, {pause_collection: null})).pause_collection, null);
  const {data} = await stripe.subscriptions.list({customer: customer.id, status: 'trialing'});
  assert.deepEqual(data.map((one) => one.id), [made.id]);
});
