// Features, and which of them a product grants, through the official Node SDK.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {useTollgate} from '../harness/tollgate.js';

const tollgate = useTollgate();

const keys = ({data}) => data.map((feature) => feature.lookup_key);

test('a feature is created, changed, archived and taken back', async () => {
  const {features} = tollgate.client().entitlements;

  const feature = await features.create({lookup_key: 'sso', name: 'Single sign-on', metadata: {team: 'core'}});

  assert.deepEqual(Object.keys(feature), ['id', 'object', 'active', 'livemode', 'lookup_key', 'metadata', 'name']);
  assert.equal(feature.object, 'entitlements.feature');
  assert.deepEqual(await features.retrieve(feature.id), feature);
  const changed = await features.update(feature.id, {name: 'SSO', active: false, metadata: null});
  assert.deepEqual(changed, {...feature, name: 'SSO', active: false, metadata: {}});
  assert.deepEqual(keys(await features.list({lookup_key: 'sso'})), []);
  assert.deepEqual(keys(await features.list({archived: true})), ['sso']);
  await features.update(feature.id, {active: true});
  assert.deepEqual(keys(await features.list({lookup_key: 'sso'})), ['sso']);
});

test('a lookup key that is taken is an error of the request', async () => {
  const {features} = tollgate.client().entitlements;
  await features.create({lookup_key: 'taken', name: 'First'});

  await assert.rejects(features.create({lookup_key: 'taken', name: 'Second'}), {
    type: 'StripeInvalidRequestError',
    statusCode: 400,
    param: 'lookup_key',
  });
});

test('a feature is attached to a product, listed and detached', async () => {
  const stripe = tollgate.client();
  const product = await stripe.products.create({name: 'Gold Plan'});
  const feature = await stripe.entitlements.features.create({lookup_key: 'audit', name: 'Audit log'});

  const attached = await stripe.products.createFeature(product.id, {entitlement_feature: feature.id});

  assert.deepEqual(Object.keys(attached), ['id', 'object', 'entitlement_feature', 'livemode']);
  assert.deepEqual(attached.entitlement_feature, feature);
  assert.deepEqual(await stripe.products.retrieveFeature(product.id, attached.id), attached);
  assert.deepEqual((await stripe.products.listFeatures(product.id)).data, [attached]);
  const deleted = await stripe.products.deleteFeature(product.id, attached.id);
  assert.deepEqual(deleted, {id: attached.id, object: 'product_feature', deleted: true});
  assert.deepEqual((await stripe.products.listFeatures(product.id)).data, []);
  await assert.rejects(stripe.products.retrieveFeature(product.id, attached.id), {
    type: 'StripeInvalidRequestError',
    statusCode: 404,
    code: 'resource_missing',
  });
});

test('auto-paging walks the features of a product once, newest first', async () => {
  const stripe = tollgate.client();
  const product = await stripe.products.create({name: 'Everything'});
  const attached = [];
  for (let number = 0; number < 12; number += 1) {
    const feature = await stripe.entitlements.features.create({lookup_key: `f${number}`, name: `Feature ${number}`});
    attached.push((await stripe.products.createFeature(product.id, {entitlement_feature: feature.id})).id);
  }

  const walked = await stripe.products.listFeatures(product.id, {limit: 5}).autoPagingToArray({limit: 100});

  // Ids sort by creation.
  assert.deepEqual(
    walked.map(({id}) => id),
    attached.toSorted().toReversed()
  );
});
