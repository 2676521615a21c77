// The built package, as programs get it: one that imports it and one that requires it.

import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

import { KEY, failure, useServer } from "./server.js";

const server = useServer();
const run = promisify(execFile);

test.each(["import.mjs", "require.cjs"])("%s makes a call", async (program) => {
  server.replies(failure(404, "product_not_found"));
  const { stdout, stderr } = await run(
    process.execPath,
    [fileURLToPath(new URL(`./formats/${program}`, import.meta.url))],
    { env: { ...process.env, PRICEOS_API_KEY: KEY, TOLLGATE_BASE_URL: server.baseUrl } },
  );
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toEqual({ same: true, typed: true, code: "product_not_found" });
  expect(server.received).toMatchObject([{ method: "GET", path: "/v1/products/nothing" }]);
});

test("what the package names is there, and it needs no other", () => {
  const folder = new URL("../../", import.meta.url);
  const manifest = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
  const { import: esm, require: cjs } = manifest.exports["."];
  for (const file of [esm.types, esm.default, cjs.types, cjs.default, manifest.main, manifest.types]) {
    expect(existsSync(new URL(file, folder)), file).toBe(true);
  }
  expect(manifest.dependencies).toBeUndefined();
});
