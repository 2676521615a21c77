// Which error a caller gets, and what it says.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { describe, expect, test } from "vitest";

import {
  AuthenticationError,
  ConflictError,
  ConnectionError,
  InvalidRequestError,
  NotFoundError,
  RateLimitError,
  ServerError,
  TollgateError,
} from "../../src/index.js";
import { failure, useServer } from "./server.js";

const server = useServer();

async function errorOf(call: Promise<unknown>): Promise<TollgateError> {
  const error: unknown = await call.then(() => undefined).catch((fault: unknown) => fault);
  expect(error).toBeInstanceOf(TollgateError);
  return error as TollgateError;
}

function list(): Promise<unknown> {
  return server.client({ retries: 0 }).features.list();
}

describe("the class says what can be done about it", () => {
  test.each([
    [400, "invalid_parameter", InvalidRequestError, "InvalidRequestError"],
    [401, "unauthorized", AuthenticationError, "AuthenticationError"],
    [404, "product_not_found", NotFoundError, "NotFoundError"],
    [405, "method_not_allowed", InvalidRequestError, "InvalidRequestError"],
    [409, "key_taken", ConflictError, "ConflictError"],
    [413, "payload_too_large", InvalidRequestError, "InvalidRequestError"],
    [415, "unsupported_media_type", InvalidRequestError, "InvalidRequestError"],
    [429, "rate_limited", RateLimitError, "RateLimitError"],
    [500, "internal", ServerError, "ServerError"],
    [501, "not_implemented", ServerError, "ServerError"],
    [503, "unavailable", ServerError, "ServerError"],
  ])("%d %s", async (status, code, kind, name) => {
    server.replies(failure(status, code, { param: "events[0].amount" }));
    const error = await errorOf(list());
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({
      name,
      message: `it was ${code}`,
      status,
      code,
      param: "events[0].amount",
      requestId: "req_1",
      retryAfter: undefined,
    });
    expect(error.stack).toContain(name);
  });
});

test("what the server does not say is undefined", async () => {
  server.replies({ status: 400, json: { error: "no", code: "invalid_json", param: null } });
  expect(await errorOf(list())).toMatchObject({ param: undefined, requestId: undefined, retryAfter: undefined });
});

describe("answers that are not Tollgate's", () => {
  const page = "<html>Bad gateway</html>";

  test("have the class of their status, and no code", async () => {
    for (const [status, kind] of [
      [502, ServerError],
      [403, AuthenticationError],
      [404, NotFoundError],
      [418, InvalidRequestError],
    ] as const) {
      server.replies({ status, text: page, headers: { "content-type": "text/html", "request-id": "req_of_header" } });
      const error = await errorOf(list());
      expect(error).toBeInstanceOf(kind);
      expect(error).toMatchObject({ status, code: undefined, requestId: "req_of_header" });
      expect(error.message).toContain(String(status));
    }
  });

  test.each([page, "", "null", '"ok"', '{"half":'])("are no result either: %s", async (text) => {
    server.replies({ text });
    const error = await errorOf(list());
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ status: 200, code: undefined });
  });

  test("are not repeated when they say 200: it may have been done", async () => {
    server.replies({ text: page });
    await errorOf(server.client().features.list());
    expect(server.received).toHaveLength(1);
  });

  test("a body of other JSON is read without harm", async () => {
    server.replies({ status: 400, json: { error: { message: "the Stripe dialect" }, code: 7, param: [] } });
    expect(await errorOf(list())).toMatchObject({ status: 400, code: undefined, param: undefined });
  });
});

test("a redirect is not followed, since the key would go along", async () => {
  const asked: string[] = [];
  const other = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end("[]");
  }).listen(0, "127.0.0.1");
  await once(other, "listening");
  const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/elsewhere`;
  for (const status of [301, 302, 307, 308]) {
    server.replies({ status, headers: { location } });
    const error = await errorOf(server.client().features.list());
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.status).toBe(status);
    expect(error.message).toContain(location);
  }
  expect(asked).toEqual([]);
  other.close();
});

describe("customers.get", () => {
  test("is null for a customer that does not exist", async () => {
    server.replies(failure(404, "customer_not_found"));
    expect(await server.client().customers.get("nobody")).toBeNull();
  });

  test("is an error where the address is wrong", async () => {
    for (const reply of [failure(404, "not_found"), { status: 404, text: "nothing here" }] as const) {
      server.replies(reply);
      expect(await errorOf(server.client().customers.get("c1"))).toBeInstanceOf(NotFoundError);
    }
  });
});

test("other calls throw where something is not found", async () => {
  server.replies(failure(404, "customer_not_found"));
  expect(await errorOf(server.client().customers.delete("nobody"))).toBeInstanceOf(NotFoundError);
  expect(await errorOf(server.client().customers.update({ customerId: "nobody" }))).toBeInstanceOf(NotFoundError);
});

test("a lost connection is an error with its cause", async () => {
  server.replies("reset");
  const error = await errorOf(list());
  expect(error).toBeInstanceOf(ConnectionError);
  expect(error).toMatchObject({ name: "ConnectionError", status: undefined, code: undefined });
  expect(error.cause).toBeInstanceOf(Error);
  expect(error.message).toMatch(/^no answer to GET \/v1\/features: /);
  expect(error.message).not.toMatch(/fetch failed$/);
});
