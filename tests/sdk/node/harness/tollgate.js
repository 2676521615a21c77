// The real binary, as processes of its own on loopback ports, over a database that nobody else uses.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {randomBytes} from 'node:crypto';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {after, afterEach, before} from 'node:test';
import {setTimeout as sleep} from 'node:timers/promises';

import Stripe from 'stripe';

import {checkingHttpClient} from './answers.js';
import {NODES, Testkit} from './testkit.js';

const START_MILLISECONDS = 20_000;
const STOP_MILLISECONDS = 10_000;
const POLL_MILLISECONDS = 20;

/**
 * One server, or several nodes, for the tests of a file, ended after them; each test fails on an answer that was not
 * what it must be. `prepare` is called once it runs: the hooks of a file itself do not wait for each other, so it takes
 * one for both.
 */
export function useTollgate(prepare = () => {}, flags = []) {
  const tollgate = new Tollgate(flags);
  before(async () => {
    await tollgate.start();
    await prepare();
  });
  after(() => tollgate.stop());
  afterEach(() => assert.deepEqual(tollgate.faults.splice(0), []));
  return tollgate;
}

class Tollgate {
  faults = [];
  key = `sk_test_${randomBytes(16).toString('hex')}`;
  port = 0;
  #processes = [];
  #flags;

  /** `flags` of `serve` beside those that every server has. */
  constructor(flags) {
    this.#flags = flags;
  }

  /** The SDK as the specification says to set it up; `port` may be that of a proxy. */
  client({port = this.port, ...options} = {}) {
    return new Stripe(this.key, {...this.address(port), httpClient: checkingHttpClient(this.faults), ...options});
  }

  address(port = this.port) {
    return {host: '127.0.0.1', port, protocol: 'http'};
  }

  async start() {
    assert.ok(process.env.TOLLGATE_BIN, 'TOLLGATE_BIN must name the tollgate binary; ./test builds it and sets this');
    await (NODES ? this.#startNodes() : this.#startOne());
  }

  async stop() {
    await Promise.all(this.#processes.map((each) => each.stop()));
    await this.testkit?.stop();
    if (this.folder) await rm(this.folder, {recursive: true, force: true});
  }

  async #startOne() {
    this.folder = await mkdtemp(path.join(tmpdir(), 'tollgate-sdk-'));
    [this.port] = await this.#serve(1, `sqlite://${path.join(this.folder, 'tollgate.db')}`);
  }

  /** So that every answer knows of the one before, whichever node gave it, they answer nothing from memory. */
  async #startNodes() {
    this.testkit = new Testkit();
    const ports = await this.#serve(NODES, await this.testkit.newDatabase(), '--catalog-max-age-ms', '0');
    this.port = await this.testkit.spread(ports);
  }

  async #serve(count, database, ...more) {
    const flags = ['serve', '--listen', '127.0.0.1:0', '--database', database, ...more, ...this.#flags];
    this.#processes = Array.from({length: count}, () => new Process(flags, this.key));
    return Promise.all(this.#processes.map((each) => each.ready()));
  }
}

class Process {
  #output = '';

  constructor(flags, key) {
    this.process = spawn(process.env.TOLLGATE_BIN, flags, {
      env: {...environmentWithoutOurs(), TOLLGATE_SECRET_KEY: key},
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.#output += text));
    }
    this.process.on('error', (fault) => (this.#output += fault.message));
  }

  /** The port it serves on, once it does. */
  async ready() {
    const deadline = Date.now() + START_MILLISECONDS;
    const port = await this.#until(deadline, 'print its address', () =>
      Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(this.#output)?.[1])
    );
    await this.#until(deadline, 'become ready', async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
      return answer?.status === 200;
    });
    return port;
  }

  async stop() {
    if (!this.#isRunning()) return;
    const ended = once(this.process, 'exit', {signal: AbortSignal.timeout(STOP_MILLISECONDS)});
    this.process.kill('SIGTERM');
    await ended.catch(() => this.process.kill('SIGKILL'));
  }

  #isRunning() {
    return this.process.pid !== undefined && this.process.exitCode === null && this.process.signalCode === null;
  }

  async #until(deadline, what, look) {
    for (;;) {
      const seen = await look();
      if (seen) return seen;
      assert.ok(
        this.#isRunning() && Date.now() < deadline,
        `the server did not ${what}; it said:\n${this.#output}`
      );
      await sleep(POLL_MILLISECONDS);
    }
  }
}

/** This process's environment without settings of Tollgate that a developer may have exported. */
function environmentWithoutOurs() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TOLLGATE_')));
}
