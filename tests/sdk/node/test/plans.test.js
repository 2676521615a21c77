// Plans, and the account, through the official Node SDK: what tools that mirror Stripe's data read.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {useTollgate} from '../harness/tollgate.js';

const tollgate = useTollgate();

test('a plan is a price with the same id', async () => {
  const stripe = tollgate.client();
  const plan = await stripe.plans.create({
    id: 'gold-monthly',
    product: {name: 'Gold'},
    currency: 'usd',
    interval: 'month',
    amount: 1500,
  });

  assert.deepEqual([plan.object, plan.amount, plan.interval_count], ['plan', 1500, 1]);
  assert.deepEqual(await stripe.plans.retrieve('gold-monthly'), plan);
  assert.equal((await stripe.prices.retrieve('gold-monthly')).recurring.interval, 'month');
  const changed = await stripe.plans.update('gold-monthly', {nickname: 'Monthly'});
  assert.deepEqual(changed, {...plan, nickname: 'Monthly'});
  assert.deepEqual((await stripe.plans.list({product: plan.product})).data, [changed]);
  assert.deepEqual(await stripe.plans.del('gold-monthly'), {id: 'gold-monthly', object: 'plan', deleted: true});
  await assert.rejects(stripe.plans.retrieve('gold-monthly'), {statusCode: 404, param: 'plan'});
});

test('the account says who answers, and no other is connected', async () => {
  const stripe = tollgate.client();

  const account = await stripe.accounts.retrieveCurrent();

  assert.match(account.id, /^acct_[A-Za-z0-9]{16}$/);
  assert.deepEqual([account.object, account.charges_enabled], ['account', false]);
  assert.deepEqual((await stripe.accounts.list()).data, []);
});
