// Where the key, the address and the numbers come from, and which are refused.

import { inspect } from "node:util";
import { beforeEach, describe, expect, test, vi } from "vitest";

import { PriceOS } from "../../src/index.js";
import type { FetchFunction, TollgateOptions } from "../../src/index.js";

const NAMES = ["TOLLGATE_API_KEY", "PRICEOS_API_KEY", "TOLLGATE_BASE_URL", "PRICEOS_BASE_URL"];

beforeEach(() => {
  for (const name of NAMES) vi.stubEnv(name, undefined);
});

/** Where a client would send a request, and with which key. */
async function target(apiKey?: string, options: TollgateOptions = {}): Promise<string> {
  let seen = "";
  const fetch: FetchFunction = async (url, init) => {
    seen = `${init.headers["x-api-key"]} ${url}`;
    return { status: 200, headers: { get: () => null }, text: async () => "[]" };
  };
  await new PriceOS(apiKey, { fetch, ...options }).features.list();
  return seen;
}

describe("the key", () => {
  test("is the argument", async () => {
    vi.stubEnv("TOLLGATE_API_KEY", "sk_test_environment");
    expect(await target("sk_test_argument")).toMatch(/^sk_test_argument /);
  });

  test("is the environment's where there is no argument, Tollgate's name first", async () => {
    vi.stubEnv("PRICEOS_API_KEY", "sk_test_priceos");
    expect(await target()).toMatch(/^sk_test_priceos /);
    vi.stubEnv("TOLLGATE_API_KEY", "");
    expect(await target(undefined)).toMatch(/^sk_test_priceos /);
    vi.stubEnv("TOLLGATE_API_KEY", "sk_test_tollgate");
    expect(await target()).toMatch(/^sk_test_tollgate /);
  });

  test("may end with a line, as one read from a file does", async () => {
    expect(await target("sk_test_file\n")).toMatch(/^sk_test_file /);
  });

  test("that is missing is refused, with the names of where it may come from", () => {
    expect(() => new PriceOS()).toThrow(/TOLLGATE_API_KEY or PRICEOS_API_KEY/);
  });

  test("that is none is refused without being said", () => {
    for (const key of ["", " ", "sk_test_a b", "sk_test_a\nb", "sk_test_ä"]) {
      expect(() => new PriceOS(key)).toThrow(new TypeError("the API key is empty or has characters that no key has"));
    }
  });

  test("is not in what a client prints", () => {
    const client = new PriceOS("sk_test_secret");
    expect(inspect(client, { depth: 9, showHidden: true })).not.toContain("secret");
    expect(JSON.stringify(client)).not.toContain("secret");
  });
});

describe("the address", () => {
  test("is the server's own default where nothing else is said", async () => {
    expect(await target("k")).toBe("k http://127.0.0.1:4242/v1/features");
  });

  test("is the option, then the environment's, Tollgate's name first", async () => {
    vi.stubEnv("PRICEOS_BASE_URL", "http://priceos.test");
    expect(await target("k")).toBe("k http://priceos.test/v1/features");
    vi.stubEnv("TOLLGATE_BASE_URL", "http://tollgate.test");
    expect(await target("k")).toBe("k http://tollgate.test/v1/features");
    expect(await target("k", { baseUrl: "https://option.test" })).toBe("k https://option.test/v1/features");
  });

  test("may have a path, and slashes at its end", async () => {
    expect(await target("k", { baseUrl: "https://x.test/tollgate//" })).toBe("k https://x.test/tollgate/v1/features");
  });

  test.each(["", "127.0.0.1:4242", "ftp://x.test", "http://u:p@x.test", "http://x.test/?a=1", "http://x.test/#a"])(
    "cannot be %j",
    (baseUrl) => {
      expect(() => new PriceOS("k", { baseUrl })).toThrow(TypeError);
    },
  );
});

describe("numbers out of range are refused", () => {
  test.each([0, -1, NaN, Infinity, 2 ** 31])("timeout %d", async (timeout) => {
    expect(() => new PriceOS("k", { timeout })).toThrow(RangeError);
    await expect(new PriceOS("k").features.list({ timeout })).rejects.toThrow(/^timeout must be 1 to 2147483647 ms/);
  });

  test.each([-1, 0.5, NaN, 11])("retries %d", async (retries) => {
    expect(() => new PriceOS("k", { retries })).toThrow(RangeError);
    await expect(new PriceOS("k").features.list({ retries })).rejects.toThrow(/^retries must be a whole number/);
  });
});

test("the global fetch is the one of the moment of the call", async () => {
  const client = new PriceOS("k");
  const fetch = vi.fn(async () => new Response("[]"));
  vi.stubGlobal("fetch", fetch);
  expect(await client.features.list()).toEqual([]);
  expect(fetch).toHaveBeenCalledOnce();
});
