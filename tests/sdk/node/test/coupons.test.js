// Coupons and promotion codes through the official Node SDK.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {useTollgate} from '../harness/tollgate.js';

const tollgate = useTollgate();

test('a coupon is created, changed, listed and deleted', async () => {
  const {coupons, products} = tollgate.client();
  await products.create({id: 'gold', name: 'Gold'});

  const coupon = await coupons.create({
    id: 'TENTH',
    percent_off: 10,
    duration: 'repeating',
    duration_in_months: 3,
    applies_to: {products: ['gold']},
    metadata: {team: 'growth'},
  });

  assert.equal(coupon.object, 'coupon');
  assert.deepEqual([coupon.percent_off, coupon.duration, coupon.duration_in_months], [10, 'repeating', 3]);
  assert.deepEqual([coupon.valid, coupon.times_redeemed, coupon.applies_to], [true, 0, undefined]);
  assert.deepEqual(await coupons.retrieve('TENTH'), coupon);
  const whole = await coupons.retrieve('TENTH', {expand: ['applies_to']});
  assert.deepEqual(whole.applies_to, {products: ['gold']});
  const changed = await coupons.update('TENTH', {name: 'A tenth', metadata: null});
  assert.deepEqual(changed, {...coupon, name: 'A tenth', metadata: {}});
  assert.deepEqual((await coupons.list()).data, [changed]);
  assert.deepEqual(await coupons.del('TENTH'), {id: 'TENTH', object: 'coupon', deleted: true});
  await assert.rejects(coupons.retrieve('TENTH'), {
    type: 'StripeInvalidRequestError',
    statusCode: 404,
    code: 'resource_missing',
    param: 'coupon',
  });
});

test('a coupon without what it takes off is an error of the request', async () => {
  const {coupons} = tollgate.client();

  await assert.rejects(coupons.create({duration: 'once'}), {
    type: 'StripeInvalidRequestError',
    statusCode: 400,
    code: 'parameter_missing',
    message: 'Must provide percent_off or amount_off.',
  });
});

test('auto-paging walks coupons once, newest first', async () => {
  const {coupons} = tollgate.client();
  const made = [];
  for (let number = 0; number < 12; number += 1) {
    made.push((await coupons.create({amount_off: 100, currency: 'usd'})).id);
  }

  const walked = await coupons.list({limit: 5}).autoPagingToArray({limit: 100});

  assert.deepEqual(
    walked.map(({id}) => id).slice(0, 12),
    made.toReversed()
  );
});

test('a promotion code is created, found, switched off and unique among active ones', async () => {
  const {coupons, promotionCodes} = tollgate.client();
  const coupon = await coupons.create({id: 'HALF', percent_off: 50});
  const promotion = {type: 'coupon', coupon: 'HALF'};

  const code = await promotionCodes.create({promotion, code: 'Spring', max_redemptions: 5});

  assert.deepEqual(code.promotion, {coupon: 'HALF', type: 'coupon'});
  assert.deepEqual(
    (await promotionCodes.retrieve(code.id, {expand: ['promotion.coupon']})).promotion.coupon,
    coupon
  );
  await assert.rejects(promotionCodes.create({promotion, code: 'spring'}), {
    statusCode: 400,
    message: 'An active promotion code with `code: spring` already exists.',
  });
  assert.deepEqual((await promotionCodes.list({code: 'SPRING', active: true})).data, [code]);
  assert.equal((await promotionCodes.update(code.id, {active: false})).active, false);
  assert.deepEqual((await promotionCodes.list({code: 'SPRING', active: true})).data, []);
  await promotionCodes.create({promotion, code: 'spring'});
});
