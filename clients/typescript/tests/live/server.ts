// The real server for the tests of one file: a process of its own on a free port of the loopback over a database in a
// temporary folder; or, with TOLLGATE_TEST_NODES, several nodes over one PostgreSQL database, each request to the next
// node. The program is the one that TOLLGATE_BIN names.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, test } from "vitest";

import { PriceOS } from "../../src/index.js";
import type { TollgateOptions } from "../../src/index.js";
import { NODES, Testkit } from "./testkit.js";

const BINARY = process.env["TOLLGATE_BIN"];
const START_MS = 20_000;
const STOP_MS = 10_000;
const POLL_MS = 20;

/** Tests that need the server. Without one they say so, and in CI they fail. */
export function live(name: string, tests: (tollgate: LiveTollgate) => void): void {
  const tollgate = new LiveTollgate();
  if (BINARY) {
    describe(name, () => {
      beforeAll(() => tollgate.start(BINARY));
      afterAll(() => tollgate.stop());
      tests(tollgate);
    });
  } else if (process.env["CI"] === "true") {
    test(name, () => {
      throw new Error("TOLLGATE_BIN is not set; a CI run must have it");
    });
  } else {
    console.warn(`SKIPPED: TOLLGATE_BIN is not set, so nothing was tested of: ${name}`);
    describe.skip(name, () => tests(tollgate));
  }
}

export class LiveTollgate {
  readonly key = `sk_test_${randomBytes(16).toString("hex")}`;
  baseUrl = "";
  #folder = "";
  #servers: Server[] = [];
  #testkit: Testkit | undefined;

  client(options: TollgateOptions = {}): PriceOS {
    return new PriceOS(this.key, { baseUrl: this.baseUrl, ...options });
  }

  /** A client that never hears the answer to its first request, which the server has done. */
  clientThatLosesAnAnswer(): PriceOS {
    let lost = false;
    return this.client({
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        if (lost) return response;
        lost = true;
        await response.text();
        throw new TypeError("the answer is lost");
      },
    });
  }

  async start(binary: string): Promise<void> {
    this.baseUrl = NODES === 0 ? await this.#startOne(binary) : await this.#startNodes(binary);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()));
    await this.#testkit?.stop();
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  async #startOne(binary: string): Promise<string> {
    this.#folder = await mkdtemp(path.join(tmpdir(), "tollgate-client-"));
    const [url] = await this.#serve(binary, 1, `sqlite://${path.join(this.#folder, "tollgate.db")}`);
    return url ?? "";
  }

  async #startNodes(binary: string): Promise<string> {
    this.#testkit = new Testkit();
    const urls = await this.#serve(binary, NODES, await this.#testkit.newDatabase());
    const port = await this.#testkit.spread(urls.map((url) => Number(new URL(url).port)));
    return `http://127.0.0.1:${port}`;
  }

  async #serve(binary: string, count: number, database: string): Promise<string[]> {
    this.#servers = Array.from({ length: count }, () => new Server(binary, database, this.key));
    return Promise.all(this.#servers.map((server) => server.ready()));
  }
}

class Server {
  #output = "";
  #process: ChildProcess;

  constructor(binary: string, database: string, key: string) {
    const server = spawn(binary, ["serve", "--listen", "127.0.0.1:0", "--database", database], {
      env: { ...environmentWithoutOurs(), TOLLGATE_SECRET_KEY: key },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    }
    server.on("error", (fault) => (this.#output += fault.message));
    this.#process = server;
  }

  /** Where it serves, once it does. */
  async ready(): Promise<string> {
    const url = await this.#until("print its address", () => /http:\/\/127\.0\.0\.1:\d+/.exec(this.#output)?.[0]);
    await this.#until("become ready", async () => {
      const answer = await fetch(`${url}/readyz`).catch(() => undefined);
      return answer?.status === 200 || undefined;
    });
    return url;
  }

  async stop(): Promise<void> {
    if (!this.#isRunning()) return;
    const ended = once(this.#process, "exit", { signal: AbortSignal.timeout(STOP_MS) });
    this.#process.kill("SIGTERM");
    await ended.catch(() => this.#process.kill("SIGKILL"));
  }

  #isRunning(): boolean {
    const server = this.#process;
    return server.pid !== undefined && server.exitCode === null && server.signalCode === null;
  }

  async #until<Seen>(what: string, look: () => Seen | undefined | Promise<Seen | undefined>): Promise<Seen> {
    const deadline = Date.now() + START_MS;
    for (;;) {
      const seen = await look();
      if (seen !== undefined) return seen;
      if (!this.#isRunning() || Date.now() > deadline) {
        throw new Error(`the server did not ${what}; it said:\n${this.#output}`);
      }
      await sleep(POLL_MS);
    }
  }
}

/** This process's environment without settings of Tollgate that a developer may have exported. */
function environmentWithoutOurs(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("TOLLGATE_")));
}
