import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Server, barriers, launch, open, press, signIn, text, visit } from "../browser.js";

let browser, server, page, folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "tollgate-upload-"));
  [browser, server] = await Promise.all([launch(), Server.start()]);
  server.person("ann@example.com");
  page = await open(browser, server);
  await signIn(page);
});
after(async () => {
  await browser.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

const UPLOAD = "/dashboard/test/customers/upload";
const linked = async (id) => (await server.api("GET", `/v1/customers/${id}`)).body.stripeCustomerId;

/** Chooses a file with this in it. */
async function choose(rows) {
  const path = join(folder, "customers.csv");
  await writeFile(path, rows);
  await (await page.$("#file")).uploadFile(path);
}

test("what is no file of links is refused, and what was pasted stays", async () => {
  await visit(page, "/dashboard/test/customers");
  await press(page, "Upload CSV");
  assert.deepEqual(await barriers(page), []);
  await page.type("#text", "customerId,email\na,b");
  await press(page, "Preview");
  assert.match(await text(page, "#text-problem"), /no stripeCustomerId/);
  assert.match(await page.$eval("#text", (field) => field.value), /^customerId,email\s+a,b$/);
  assert.deepEqual(await barriers(page), []);
});

test("a file is previewed with the problems of its rows, then linked row by row", async () => {
  await server.api("POST", "/v1/customers/link", { json: { customerId: "taken", stripeCustomerId: "cus_9" } });
  await visit(page, UPLOAD);
  await choose("customerId,stripeCustomerId\na-1,cus_1\n<b>,cus_2\ntaken,cus_3\n,cus_4\na-1,cus_5\n");
  await press(page, "Preview");
  const preview = await text(page);
  assert.match(preview, /3 rows will be linked\. 2 rows cannot be, and are passed over/);
  assert.match(preview, /5 customerId is missing/);
  assert.match(preview, /<b>/);
  assert.deepEqual(await barriers(page), []);
  assert.equal((await server.api("GET", "/v1/customers/a-1")).status, 404);
  await press(page, "Start");
  await page.waitForFunction(() => document.querySelector("h1").innerText === "Done");
  assert.match(await text(page), /3 of 3 rows gone through, 1 of them failed/);
  assert.match(await text(page, "#failures ~ .scroll"), /4 taken cus_3 .*linked/);
  assert.deepEqual(await barriers(page), []);
  assert.deepEqual([await linked("a-1"), await linked("%3Cb%3E"), await linked("taken")], ["cus_1", "cus_2", "cus_9"]);
  const failures = await page.evaluate(async () => (await fetch(document.querySelector("a[download]").href)).text());
  assert.match(failures, /\n4,taken,cus_3,/);
  assert.match(failures, /customerId is missing/);
});

test("taking links of others is a switch", async () => {
  await visit(page, UPLOAD);
  await page.type("#text", "taken,cus_3");
  await press(page, "Preview");
  await page.click("[name=force]");
  await press(page, "Start");
  await page.waitForFunction(() => document.querySelector("h1").innerText === "Done");
  assert.equal(await linked("taken"), "cus_3");
});

test("many rows go on by themselves: the bar moves, and can be stopped", async () => {
  const rows = Array.from({ length: 60_000 }, (_, row) => `many-${row},cus_many_${row}`);
  await visit(page, UPLOAD);
  await choose(rows.join("\n"));
  await press(page, "Preview");
  assert.match(await text(page), /60,000 rows will be linked/);
  await press(page, "Start");
  assert.equal(await text(page, "h1"), "Linking");
  assert.deepEqual(await barriers(page), []);
  const done = () => page.$eval("progress", (bar) => bar.value);
  const first = await done();
  await page.waitForFunction((first) => document.querySelector("progress").value > first, {}, first);
  await press(page, "Stop");
  await page.waitForFunction(() => document.querySelector("h1").innerText === "Stopped");
  assert.match(await text(page), /What was linked stays linked/);
  assert.equal(await linked("many-0"), "cus_many_0");
  assert.deepEqual(await barriers(page), []);
});

test("it works without JavaScript", async () => {
  const plain = await open(browser, server);
  await plain.setJavaScriptEnabled(false);
  await signIn(plain);
  await visit(plain, UPLOAD);
  await plain.type("#text", "plain,cus_plain");
  await press(plain, "Preview");
  await press(plain, "Start");
  for (let tries = 0; tries < 20 && (await text(plain, "h1")) !== "Done"; tries++) await plain.reload();
  assert.equal(await linked("plain"), "cus_plain");
  assert.deepEqual(plain.troubles, []);
});

test("nothing went wrong in the browser", () => assert.deepEqual(page.troubles, []));
