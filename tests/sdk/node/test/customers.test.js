// Customers, through the official Node SDK.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {useTollgate} from '../harness/tollgate.js';

const tollgate = useTollgate();

test('a customer is made, changed, found and deleted', async () => {
  const {customers} = tollgate.client();

  const customer = await customers.create({
    name: 'Ann Smith',
    email: 'ann@example.com',
    address: {city: 'Ulm', country: 'DE'},
    metadata: {tier: 'gold'},
  });
  assert.deepEqual(await customers.retrieve(customer.id), customer);
  const changed = await customers.update(customer.id, {address: {line1: '1 Way'}, metadata: {tier: null}, name: ''});
  assert.deepEqual(changed, {
    ...customer,
    name: null,
    address: {...customer.address, line1: '1 Way'},
    metadata: {},
  });
  const {data: found} = await customers.search({query: 'email:"ann@example.com"'});
  assert.deepEqual(found, [changed]);
  const {data: listed} = await customers.list({email: 'ann@example.com'});
  assert.deepEqual(listed, [changed]);

  const stub = {id: customer.id, object: 'customer', deleted: true};
  assert.deepEqual(await customers.del(customer.id), stub);
  assert.deepEqual(await customers.retrieve(customer.id), stub);
  await assert.rejects(customers.del(customer.id), {code: 'resource_missing', statusCode: 404});
});

test('a customer shows its lists when it is asked to', async () => {
  const {customers} = tollgate.client();
  const customer = await customers.create({}, {});

  const expanded = await customers.retrieve(customer.id, {expand: ['sources', 'subscriptions', 'tax_ids']});

  for (const name of ['sources', 'subscriptions', 'tax_ids']) {
    assert.deepEqual(expanded[name].data, []);
  }
});
