// What the Rust tests have and these need too: a PostgreSQL of their own, and an address that spreads requests.

import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import readline from "node:readline";
import type { Readable, Writable } from "node:stream";

/** So many nodes over one database instead of one server over a file; 0 for the latter. */
export const NODES = Number(process.env["TOLLGATE_TEST_NODES"] ?? 0);

/** The program `nodes` of crates/testkit; it ends, with everything it made, when this process does. */
export class Testkit {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    const program = process.env["TOLLGATE_TEST_KIT"];
    if (!program) throw new Error("TOLLGATE_TEST_KIT must name the program of crates/testkit; ./test sets this");
    this.#process = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = readline.createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  newDatabase(): Promise<string> {
    return this.#ask("database");
  }

  /** A port at which each request goes to the next of these, also where a connection is kept. */
  async spread(ports: number[]): Promise<number> {
    const address = await this.#ask(`spread ${ports.map((port) => `127.0.0.1:${port}`).join(" ")}`);
    return Number(address.split(":").at(-1));
  }

  /** What it made goes by itself; to wait for that takes a while, and nobody needs to. */
  async stop(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await ended;
  }

  async #ask(line: string): Promise<string> {
    this.#process.stdin.write(`${line}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the testkit has no answer to \`${line}\``);
    return value;
  }
}
