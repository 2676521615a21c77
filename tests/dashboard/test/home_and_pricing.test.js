import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, barriers, launch, open, press, signIn, text, visit } from "../browser.js";

let browser, server, page;

before(async () => {
  [browser, server] = await Promise.all([launch(), Server.start()]);
  server.person("ann@example.com");
  page = await open(browser, server);
  await signIn(page);
});
after(async () => {
  await browser.close();
  await server.stop();
});

test("an empty installation says what to do next, until it is done", async () => {
  await visit(page, "/dashboard/test");
  assert.match(await text(page), /Next steps.*Create a feature.*tollgate demo/);
  assert.deepEqual(await barriers(page), []);
  server.fill();
  await visit(page, "/dashboard/test");
  assert.doesNotMatch(await text(page), /Next steps/);
});

test("home counts customers by product, and names who is near a limit", async () => {
  await visit(page, "/dashboard/test");
  const shown = await text(page);
  const { body } = await server.api("GET", "/v1/products/credit_pack/versions");
  const count = body.reduce((sum, { customerCount }) => sum + customerCount, 0);
  assert.match(shown, new RegExp(`Credit pack ${count}`));
  assert.match(shown, /tinker Exports 5 of 5 used, 0 left reached/);
  assert.deepEqual(await barriers(page), []);
});

test("the pricing table shows what is sold and meant to be shown, to anybody, in anybody's page", async () => {
  const { body: hidden } = await server.api("POST", "/v1/products", { form: { name: "Secret" } });
  const { body: team } = await server.api("POST", "/v1/products", {
    form: { name: "Team <i>", "marketing_features[0][name]": "Everything & more", url: "https://example.com/team" },
  });
  for (const product of [hidden.id, team.id]) {
    for (const [interval, amount] of [["month", "1900"], ["year", "19000"]]) {
      await server.api("POST", "/v1/prices", {
        form: { product, currency: "eur", unit_amount: amount, "recurring[interval]": interval },
      });
    }
  }
  const stranger = await open(browser, server);
  const answer = await visit(stranger, "/pricing-table?environment=test");
  assert.match(answer.headers()["content-security-policy"], /frame-ancestors \*/);
  assert.match(await text(stranger), /Team <i> 19\.00 EUR every month Everything & more Choose Team <i>/);
  assert.doesNotMatch(await text(stranger), /Secret/);
  assert.deepEqual(await barriers(stranger), []);
  await press(stranger, "Yearly").catch(() => stranger.click("nav a:not([aria-current])"));
  await stranger.waitForFunction(() => document.body.innerText.includes("190.00 EUR"));
  assert.equal((await visit(stranger, "/pricing-table?accent=red")).status(), 400);
  assert.match(await text(stranger), /accent: This is a colour/);
  await visit(stranger, "/pricing-table");
  assert.match(await text(stranger), /nothing on offer/);
  assert.deepEqual(stranger.troubles, []);
});

test("its preview says how to embed it, and why a product is not shown", async () => {
  await visit(page, "/dashboard/test/pricing-table?theme=dark&accent=ffcc00");
  assert.match(await text(page), /<iframe src="http.*theme=dark&accent=ffcc00/);
  assert.match(await text(page), /Secret prod_\w+ No It has no marketing features/);
  assert.deepEqual(await barriers(page), []);
  const frame = page.frames().find((one) => one !== page.mainFrame());
  assert.ok(await frame.waitForSelector(".offers"));
  assert.deepEqual(page.troubles, []);
});

test("pages are small: all they load is under 150 kB, compressed or not", async () => {
  const fresh = await open(browser, server);
  let bytes = 0;
  fresh.on("response", async (response) => (bytes += (await response.buffer().catch(() => "")).length));
  await signIn(fresh);
  await fresh.waitForNetworkIdle();
  assert.ok(bytes > 5_000 && bytes < 150_000, `${bytes}`);
});
