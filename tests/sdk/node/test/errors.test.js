// What the Node SDK makes of a refusal: the class, and what a caller can read from it.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import Stripe from 'stripe';

import {checkingHttpClient} from '../harness/answers.js';
import {useTollgate} from '../harness/tollgate.js';

const tollgate = useTollgate();

async function refusal(promise, errorClass) {
  const refused = await promise.then(
    () => assert.fail('a refusal was expected'),
    (error) => error
  );
  assert.ok(refused instanceof errorClass, `${refused.type}: ${refused.message}`);
  assert.match(refused.requestId, /^req_/);
  return refused;
}

test('a missing product is an invalid request that was not found', async () => {
  const refused = await refusal(
    tollgate.client().products.retrieve('prod_nope'),
    Stripe.errors.StripeInvalidRequestError
  );

  assert.equal(refused.statusCode, 404);
  assert.equal(refused.code, 'resource_missing');
  assert.equal(refused.param, 'id');
  assert.equal(refused.message, "No such product: 'prod_nope'");
  assert.equal(refused.doc_url, 'https://stripe.com/docs/error-codes/resource-missing');
});

test('an unknown parameter is named with its path', async () => {
  const refused = await refusal(
    tollgate.client().products.create({name: 'Gold Plan', package_dimensions: {depth: 1}}),
    Stripe.errors.StripeInvalidRequestError
  );

  assert.equal(refused.statusCode, 400);
  assert.equal(refused.code, 'parameter_unknown');
  assert.equal(refused.param, 'package_dimensions[depth]');
});

test('a product with prices is not deleted', async () => {
  const stripe = tollgate.client();
  const product = await stripe.products.create({
    name: 'Gold Plan',
    default_price_data: {currency: 'usd', unit_amount: 1},
  });

  const refused = await refusal(stripe.products.del(product.id), Stripe.errors.StripeInvalidRequestError);

  assert.equal(refused.code, undefined);
  assert.equal(
    refused.message,
    'This product cannot be deleted because it has one or more user-created prices.'
  );
});

test('an unknown key is an authentication error', async () => {
  const stranger = new Stripe('sk_test_0123456789', {
    ...tollgate.address(),
    httpClient: checkingHttpClient(tollgate.faults),
  });

  const refused = await refusal(stranger.products.list(), Stripe.errors.StripeAuthenticationError);

  assert.equal(refused.statusCode, 401);
  assert.equal(refused.message, 'Invalid API Key provided: sk_test_******6789');
});

test('a key used again for something else is an idempotency error', async () => {
  const stripe = tollgate.client();
  await stripe.products.create({name: 'Gold Plan'}, {idempotencyKey: 'used-twice'});

  const refused = await refusal(
    stripe.products.create({name: 'Silver Plan'}, {idempotencyKey: 'used-twice'}),
    Stripe.errors.StripeIdempotencyError
  );

  assert.equal(refused.statusCode, 400);
});
