// The SDK tries again by itself when an answer is lost; the work must be done once all the same.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {startAnswerCuttingProxy} from '../harness/proxy.js';
import {useTollgate} from '../harness/tollgate.js';

const tollgate = useTollgate();

const productsNamed = async (name) => {
  const found = await tollgate.client().products.search({query: `name:'${name}'`});
  return found.data.map(({id}) => id);
};

test('a product is there once after its answer was lost twice', async () => {
  const proxy = await startAnswerCuttingProxy(tollgate.port, 2);
  try {
    const product = await tollgate.client({port: proxy.port, maxNetworkRetries: 2}).products.create({name: 'Lost'});

    assert.equal(proxy.answersCut, 2);
    assert.equal(product.lastResponse.headers['idempotent-replayed'], 'true');
    assert.deepEqual(await productsNamed('Lost'), [product.id]);
  } finally {
    proxy.stop();
  }
});

test('a request repeated under its key is answered with the first answer', async () => {
  const stripe = tollgate.client();

  const first = await stripe.products.create({name: 'Repeated'}, {idempotencyKey: 'repeated'});
  const again = await stripe.products.create({name: 'Repeated'}, {idempotencyKey: 'repeated'});

  assert.deepEqual(again, first);
  assert.equal(first.lastResponse.headers['idempotent-replayed'], undefined);
  assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
  assert.equal(again.lastResponse.headers['original-request'], first.lastResponse.requestId);
  assert.deepEqual(await productsNamed('Repeated'), [first.id]);
});
