// A server of the test's own on the loopback that answers what it is told to and keeps what it was asked.

import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, vi } from "vitest";

import { PriceOS } from "../../src/index.js";
import type { TollgateOptions } from "../../src/index.js";

export const KEY = "sk_test_unit";

export interface Received {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: unknown;
}

/** `reset` loses the connection after the request was read, `hang` never answers, `stall` sends half an answer. */
export type Reply =
  "reset" | "hang" | "stall" | { status?: number; json?: unknown; text?: string; headers?: Record<string, string> };

/** Fits whatever a call looks at in its answer. */
export const ANYTHING: Reply = {
  json: { results: [], customers: [], nextCursor: null, usageEvents: [], hasMore: false },
};

export function useServer(): TestServer {
  const server = new TestServer();
  beforeAll(() => server.start());
  beforeEach(() => {
    server.reset();
    // No pause before a retry, but for what the server asks for.
    vi.spyOn(Math, "random").mockReturnValue(0);
  });
  afterAll(() => server.stop());
  return server;
}

export class TestServer {
  received: Received[] = [];
  baseUrl = "";
  #replies: Reply[] = [];
  #server = createServer((request, response) => void this.#answer(request, response));

  async start(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    this.baseUrl = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  reset(): void {
    this.received = [];
    this.#replies = [];
  }

  /** The answers to the next requests; the last one is also that to all that follow. */
  replies(...replies: Reply[]): void {
    this.#replies = replies;
  }

  client(options: TollgateOptions = {}): PriceOS {
    return new PriceOS(KEY, { baseUrl: this.baseUrl, ...options });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { method = "", url: path = "", headers } = request;
    this.received.push({ method, path, headers, body: text === "" ? undefined : JSON.parse(text) });
    const reply = (this.#replies.length > 1 ? this.#replies.shift() : this.#replies[0]) ?? ANYTHING;
    if (reply === "hang") return;
    if (reply === "reset") return void request.socket.resetAndDestroy();
    if (reply === "stall") return void response.writeHead(200, { "content-length": "100" }).write('{"half":');
    response.writeHead(reply.status ?? 200, { "content-type": "application/json", ...reply.headers });
    response.end(reply.text ?? JSON.stringify(reply.json ?? {}));
  }
}

/** An error in Tollgate's form. */
export function failure(status: number, code: string, more: object = {}): Reply {
  return { status, json: { error: `it was ${code}`, code, requestId: "req_1", ...more } };
}
