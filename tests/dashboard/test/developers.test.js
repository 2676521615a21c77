import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { KEY, Server, barriers, fill, launch, open, press, signIn, text, visit } from "../browser.js";

let browser, server, page;

before(async () => {
  [browser, server] = await Promise.all([launch(), Server.start()]);
  server.person("ann@example.com");
  server.person("vic@example.com", "viewer");
  server.fill();
  page = await open(browser, server);
  await signIn(page);
});
after(async () => {
  await browser.close();
  await server.stop();
});

const keyWorks = async (key) => (await fetch(`${server.url}/v1/features`, { headers: { "x-api-key": key } })).status;

test("a key is created, shown once, works, and is revoked", async () => {
  await visit(page, "/dashboard/test/developers");
  await page.type("#name", "<b>ci</b>");
  await press(page, "Create key");
  const key = await text(page, "#made-key");
  assert.match(key, /^sk_test_\w{32}$/);
  assert.equal(await keyWorks(key), 200);
  await visit(page, "/dashboard/test/developers");
  assert.ok(!(await page.content()).includes(key));
  assert.match(await text(page), /<b>ci<\/b>/);
  assert.deepEqual(await barriers(page), []);
  const row = (await page.$$("tbody tr")).at(0);
  await (await row.$("summary")).click();
  await Promise.all([page.waitForNavigation(), (await row.$("button.danger")).click()]);
  assert.match(await text(page), /Revoked\. It stops working within a second\./);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  assert.equal(await keyWorks(key), 401);
});

test("an endpoint is created, fails, is looked into, and what it missed is sent again", async () => {
  const received = [];
  let answers = 500;
  const receiver = createServer((request, response) => {
    request.resume().on("end", () => {
      received.push(request.headers["stripe-signature"]);
      response.writeHead(answers).end();
    });
  });
  await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  await visit(page, "/dashboard/test/developers/webhooks/new");
  await fill(page, "#events", "no.such.event");
  await page.type("#url", `http://127.0.0.1:${receiver.address().port}/hook`);
  await press(page, "Create endpoint");
  assert.match(await text(page, "#events-problem"), /no\.such\.event is no event/);
  await fill(page, "#events", "product.created\nproduct.updated");
  await press(page, "Create endpoint");
  assert.match(await text(page, "#made-secret"), /^whsec_/);
  await server.api("POST", "/v1/products", { form: { name: "Told of" } });
  const until = async (words) => {
    for (let tries = 0; tries < 100; tries++) {
      await visit(page, "/dashboard/test/developers/webhooks");
      if ((await text(page)).includes(words)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.fail(`never ${words}: ${await text(page)}`);
  };
  await until("Retrying");
  await visit(page, "/dashboard/test");
  assert.match(await text(page), /failing/);
  await visit(page, "/dashboard/test/developers/webhooks");
  await press(page, `http://127.0.0.1:${receiver.address().port}/hook`);
  assert.match(await text(page), /500/);
  assert.deepEqual(await barriers(page), []);
  answers = 200;
  await press(page, "Resend");
  assert.match(await text(page), /It is being sent/);
  await until("Good");
  assert.ok(received.length >= 2 && received.every((signature) => signature.startsWith("t=")));
  receiver.close();
});

test("events are found by their type, and shown as they are sent", async () => {
  await visit(page, "/dashboard/test/developers/events");
  assert.deepEqual(await barriers(page), []);
  await page.type("#type", "price.created");
  await page.waitForFunction(() => [...document.querySelectorAll("tbody td:first-child")].every((cell) => cell.textContent.trim() === "price.created"));
  await press(page, "price.created");
  const shown = JSON.parse(await page.$eval("pre", (element) => element.textContent));
  assert.equal(shown.object, "event");
  assert.equal((await server.api("GET", `/v1/events/${shown.id}`, { form: {} })).body.id, shown.id);
  assert.deepEqual(await barriers(page), []);
});

test("requests are shown with their bodies, without secrets", async () => {
  await server.api("POST", "/v1/products", { form: { name: "Seen", "metadata[key]": `${KEY}` } });
  await server.api("POST", "/v1/products", { form: { nam: "Refused" } });
  await visit(page, "/dashboard/test/developers/requests");
  await press(page, "POST /v1/products");
  const shown = await text(page);
  assert.match(shown, /name=Seen/);
  assert.ok(!shown.includes(KEY) && shown.includes("sk_test_…"));
  assert.deepEqual(await barriers(page), []);
  await visit(page, "/dashboard/test/developers/requests?kind=refused");
  assert.match(await text(page), /POST \/v1\/products 400/);
});

test("snippets name the reader's own features", async () => {
  await visit(page, "/dashboard/test/developers/snippets");
  const { body: features } = await server.api("GET", "/v1/features");
  assert.ok(features.some(({ featureKey }) => featureKey === "ai_credits"));
  assert.match(await text(page), /featureKey: "ai_credits"/);
  assert.deepEqual(await barriers(page), []);
});

test("a viewer sees all of it, and nothing to press", async () => {
  const viewer = await open(browser, server);
  await signIn(viewer, "vic@example.com");
  for (const path of ["developers", "developers/webhooks", "developers/events", "features"]) {
    await visit(viewer, `/dashboard/test/${path}`);
    assert.equal(await viewer.$$eval("main form[method=post]", (forms) => forms.length), 0, path);
  }
  for (const path of ["developers/webhooks/new", "new-product", "new-feature", "customers/new"]) {
    assert.equal((await visit(viewer, `/dashboard/test/${path}`)).status(), 403, path);
  }
  assert.deepEqual(viewer.troubles, []);
});

test("nothing went wrong in the browser", () => {
  assert.deepEqual(page.troubles, []);
});
