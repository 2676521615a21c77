// Meters through the official Node SDK.

import assert from 'node:assert/strict';
import {test} from 'node:test';

import {useTollgate} from '../harness/tollgate.js';

const tollgate = useTollgate();

const HOUR = 3600;

test('a meter counts what is reported to it and forgets what is cancelled', async () => {
  const stripe = tollgate.client();
  const customer = await stripe.customers.create({name: 'Acme'});
  const meter = await stripe.billing.meters.create({
    display_name: 'Calls',
    event_name: 'calls',
    default_aggregation: {formula: 'sum'},
  });
  assert.deepEqual([meter.object, meter.status], ['billing.meter', 'active']);
  assert.equal(meter.customer_mapping.event_payload_key, 'stripe_customer_id');
  const hour = Math.floor(Date.now() / 1000 / HOUR) * HOUR;
  const report = (value, identifier, timestamp) =>
    stripe.billing.meterEvents.create({
      event_name: 'calls',
      payload: {stripe_customer_id: customer.id, value},
      identifier,
      timestamp,
    });

  const event = await report('2.5', 'first', hour - 60);
  await report('4', 'second', hour - HOUR - 60);

  assert.deepEqual(event.payload, {stripe_customer_id: customer.id, value: '2.5'});
  const summaries = (more) =>
    stripe.billing.meters.listEventSummaries(meter.id, {
      customer: customer.id,
      start_time: hour - 2 * HOUR,
      end_time: hour,
      ...more,
    });
  const values = async (more) => (await summaries(more)).data.map((summary) => summary.aggregated_value);
  assert.deepEqual(await values(), [6.5]);
  assert.deepEqual(await values({value_grouping_window: 'hour'}), [2.5, 4]);

  const adjustment = await stripe.billing.meterEventAdjustments.create({
    event_name: 'calls',
    type: 'cancel',
    cancel: {identifier: 'first'},
  });

  assert.deepEqual([adjustment.status, adjustment.cancel.identifier], ['complete', 'first']);
  assert.deepEqual(await values(), [4]);
});

test('a meter is renamed, deactivated and reactivated', async () => {
  const {meters} = tollgate.client().billing;
  const params = {display_name: 'Bytes', event_name: 'bytes', default_aggregation: {formula: 'last'}};
  const meter = await meters.create(params);

  assert.equal((await meters.update(meter.id, {display_name: 'Octets'})).display_name, 'Octets');
  const off = await meters.deactivate(meter.id);
  assert.deepEqual([off.status, off.status_transitions.deactivated_at], ['inactive', off.updated]);
  assert.deepEqual(
    (await meters.list({status: 'inactive'})).data.map(({id}) => id),
    [meter.id]
  );
  assert.equal((await meters.reactivate(meter.id)).status, 'active');
  await assert.rejects(meters.create(params), {type: 'StripeInvalidRequestError', statusCode: 400});
});
