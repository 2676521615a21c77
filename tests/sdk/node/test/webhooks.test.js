// Webhooks through the official Node SDK: every delivery is verified with `constructEvent`.

import assert from 'node:assert/strict';
import {once} from 'node:events';
import {createServer} from 'node:http';
import {test} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';

import {useTollgate} from '../harness/tollgate.js';

const tollgate = useTollgate(undefined, ['--webhook-retry-ms', '50', '--webhook-timeout-ms', '300']);

const PATIENCE_MILLISECONDS = 30_000;
const POLL_MILLISECONDS = 10;

/** A receiver with an endpoint of its own. It answers as `conduct` says, which is given how often the event came. */
class Receiver {
  deliveries = [];
  taken = new Map();
  faults = [];
  port = 0;

  static async start(context, conduct = () => 200) {
    const receiver = new Receiver();
    receiver.conduct = conduct;
    await receiver.listen();
    const endpoints = tollgate.client().webhookEndpoints;
    const endpoint = await endpoints.create({url: `http://127.0.0.1:${receiver.port}/`, enabled_events: ['*']});
    receiver.secrets = [endpoint.secret];
    receiver.id = endpoint.id;
    context.after(async () => {
      await endpoints.del(endpoint.id);
      await receiver.stop();
      assert.deepEqual(receiver.faults, []);
    });
    return receiver;
  }

  async listen() {
    this.server = createServer((request, response) => this.#receive(request, response));
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = this.server.address().port;
  }

  async stop() {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  /** The deliveries about an object, once there are so many. */
  async about(objectId, count = 1) {
    const found = () => this.deliveries.filter(({event}) => event.data.object.id === objectId);
    await until(() => found().length >= count, `${count} deliveries about ${objectId}`);
    return found();
  }

  async #receive(request, response) {
    const chunks = await request.toArray().catch(() => undefined);
    if (!chunks) return;
    const body = Buffer.concat(chunks);
    const signature = request.headers['stripe-signature'];
    try {
      const {webhooks} = tollgate.client();
      for (const secret of this.secrets) webhooks.constructEvent(body, signature, secret);
      const event = webhooks.constructEvent(body, signature, this.secrets[0]);
      this.deliveries.push({event, headers: request.headers});
      const times = this.deliveries.filter((each) => each.event.id === event.id).length;
      const status = this.conduct(times);
      if (status === 'hang') return;
      if (status === 'drop') return void request.socket.destroy();
      if (status < 300) this.taken.set(event.id, (this.taken.get(event.id) ?? 0) + 1);
      response.writeHead(status).end();
    } catch (fault) {
      this.faults.push(fault.message);
      response.writeHead(400).end();
    }
  }
}

async function until(look, what) {
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (!(await look())) {
    assert.ok(Date.now() < deadline, `${what}: they do not come`);
    await sleep(POLL_MILLISECONDS);
  }
}

const missed = async ({id}) =>
  (await tollgate.client().rawRequest('GET', `/v1/webhook_endpoints/${id}/deliveries`)).data;

test('an endpoint tells its secret once', async () => {
  const {webhookEndpoints} = tollgate.client();

  const made = await webhookEndpoints.create({url: 'https://example.com/', enabled_events: ['product.created']});

  assert.match(made.secret, /^whsec_[A-Za-z0-9]{32}$/);
  const {secret, ...shown} = made;
  assert.deepEqual(await webhookEndpoints.retrieve(made.id), shown);
  assert.deepEqual((await webhookEndpoints.list()).data, [shown]);
  const changed = await webhookEndpoints.update(made.id, {disabled: true, description: 'Mine'});
  assert.deepEqual(changed, {...shown, status: 'disabled', description: 'Mine'});
  assert.deepEqual(await webhookEndpoints.del(made.id), {id: made.id, object: 'webhook_endpoint', deleted: true});
  await assert.rejects(webhookEndpoints.retrieve(made.id), {statusCode: 404, param: 'webhook_endpoint'});
});

test('a delivery is the event as it is retrieved', async (context) => {
  const receiver = await Receiver.start(context);
  const stripe = tollgate.client();

  const product = await stripe.products.create({name: 'Gold Plan', metadata: {ü: '💥'}});

  const [{event, headers}] = await receiver.about(product.id);
  assert.equal(headers['content-type'], 'application/json; charset=utf-8');
  assert.equal(event.type, 'product.created');
  await until(async () => (await missed(receiver)).length === 0, 'what is noted');
  assert.deepEqual({...(await stripe.events.retrieve(event.id)), pending_webhooks: 1}, event);
});

test('both secrets verify while one is rolled', async (context) => {
  const receiver = await Receiver.start(context);
  const stripe = tollgate.client();

  const rolled = await stripe.rawRequest('POST', `/v1/webhook_endpoints/${receiver.id}/roll_secret`, {expires_in: 60});
  receiver.secrets.push(rolled.secret);

  const product = await stripe.products.create({name: 'Gold Plan'});
  await receiver.about(product.id);
});

test('every event arrives at a receiver that fails, hangs, drops connections and restarts', async (context) => {
  let mood = 0;
  const moods = [200, 500, 'drop', 200, 'hang', 302, 404];
  const receiver = await Receiver.start(context, (times) => (times > 3 ? 200 : moods[mood++ % moods.length]));
  const stripe = tollgate.client();
  const made = new Set();

  for (let round = 0; round < 3; round += 1) {
    for (let count = 0; count < 10; count += 1) made.add((await stripe.products.create({name: 'Gold Plan'})).id);
    await receiver.stop();
    made.add((await stripe.products.create({name: 'Gold Plan'})).id);
    await receiver.listen();
  }

  await until(async () => (await missed(receiver)).length === 0, 'all of them');
  const taken = new Set(receiver.deliveries.filter(({event}) => receiver.taken.has(event.id)).map(({event}) => event.data.object.id));
  assert.deepEqual(taken, made);
  assert.equal(receiver.taken.size, made.size, 'a receiver that remembers the ids of events sees each once');
});
