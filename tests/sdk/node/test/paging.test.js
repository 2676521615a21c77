// The SDK's own auto-paging, in each of the ways it offers.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {useTollgate} from '../harness/tollgate.js';

const COUNT = 250;

let stripe;
const oldestFirst = [];

const tollgate = useTollgate(async () => {
  stripe = tollgate.client();
  for (let number = 0; number < COUNT; number += 1) {
    const product = await stripe.products.create({name: `Product ${number}`, metadata: {odd: String(number % 2)}});
    oldestFirst.push(product.id);
  }
});

test('for await walks every product once, newest first', async () => {
  const walked = [];
  for await (const product of stripe.products.list({limit: 100})) walked.push(product.id);

  assert.deepEqual(walked, oldestFirst.toReversed());
});

test('autoPagingEach stops where it is told to', async () => {
  const walked = [];
  await stripe.products.list({limit: 7}).autoPagingEach((product) => {
    walked.push(product.id);
    return walked.length < 30;
  });

  assert.deepEqual(walked, oldestFirst.toReversed().slice(0, 30));
});

test('paging backwards walks every newer product once, oldest first', async () => {
  const pages = stripe.products.list({limit: 100, ending_before: oldestFirst[0]});

  const walked = (await pages.autoPagingToArray({limit: 1000})).map(({id}) => id);

  assert.deepEqual(walked, oldestFirst.slice(1));
});

test('a search is walked page by page too', async () => {
  const pages = stripe.products.search({query: 'metadata["odd"]:"1"', limit: 50});

  const found = (await pages.autoPagingToArray({limit: 1000})).map(({id}) => id);

  assert.deepEqual(
    found.toSorted(),
    oldestFirst.filter((_, number) => number % 2 === 1).toSorted()
  );
});
