// Every page there is, narrow and wide, in light and dark: nothing is cut off, nothing is in anybody's way.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { Server, barriers, fill, launch, open, press, signIn, visit } from "../browser.js";

const SOURCES = new URL("../../../crates/server/src/dashboard/", import.meta.url);

let browser, server, page, addresses;

/** What somebody wrote without a blank. */
const long = (length) => "unbroken".repeat(40).slice(0, length);

/** Things with names that are long and in one word, and the pages that show them. */
async function longNamed() {
  const post = async (path, json) => {
    const answer = await server.api("POST", path, { json });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body;
  };
  const feature = await post("/v1/features", { featureKey: long(60), name: long(80), type: "limit", tracksUsage: true, usageResetInterval: "month" });
  const grant = [{ featureKey: feature.featureKey, hasAccess: true, limit: 500 }];
  const product = await post("/v1/products", { name: long(180), featureAccess: grant });
  await post("/v1/customers", { customerId: long(100), name: long(200), email: `${long(60)}@example.com`, customProductKeys: [product.key] });
  const about = { customerId: long(100), featureKey: feature.featureKey };
  await post("/v1/overrides", { ...about, hasAccess: true, limit: 10, reason: long(150) });
  await post("/v1/bonuses", { ...about, amount: 5, reason: long(150) });
  await post("/v1/usage", { ...about, amount: 9, eventKey: long(100), metadata: { [long(40)]: long(200) } });
  const sold = { name: long(150), "marketing_features[0][name]": long(80), "default_price_data[currency]": "usd", "default_price_data[unit_amount]": "150000", "default_price_data[recurring][interval]": "month" };
  const { body: stripe } = await server.api("POST", "/v1/products", { form: sold });
  const { body: products } = await server.api("GET", "/v1/products", {});
  const { key } = products.find(({ stripeProductId }) => stripeProductId === stripe.id);
  const customer = `/dashboard/test/customers/${long(100)}`;
  return [
    customer, `${customer}/products`, `${customer}/features/${feature.featureKey}`, `/dashboard/test/products/${product.key}`,
    `/dashboard/test/products/${key}`, `/dashboard/test/features/${feature.featureKey}`, "/pricing-table?environment=test",
  ];
}

/** The addresses of pages by their routes, as the sources have them. */
async function routes() {
  const found = [];
  for (const name of await readdir(SOURCES, { recursive: true })) {
    if (!name.endsWith(".rs")) continue;
    const ofCustomer = name === "customers/mod.rs" ? "/customers/{id}" : "";
    for (const [, path, handlers] of (await readFile(new URL(name, SOURCES), "utf8")).matchAll(/\.route\("([^"]+)", (.*)\)/g)) {
      if (!handlers.includes("get(")) continue;
      const isWhole = path.startsWith("/dashboard") || (path === "/pricing-table" && handlers.includes("pricing_table::show"));
      found.push(isWhole ? path : `/dashboard/test${path.startsWith("/customers") ? path : ofCustomer + path}`.replace(/\/$/, ""));
    }
  }
  return found;
}

/** Fills the names in braces with things that are there. */
async function things() {
  const { body: customer } = await server.api("GET", "/v1/customers/fable");
  const overrule = { customerId: "fable", featureKey: "sso", hasAccess: true, reason: "A reason that is long enough to be broken into lines" };
  const { body: overruled } = await server.api("POST", "/v1/overrides", { json: overrule });
  const { body: events } = await server.api("GET", "/v1/events?limit=1", { form: {} });
  const hook = { url: "http://127.0.0.1:9/a/long/path/to/where/webhooks/are/received", "enabled_events[0]": "*" };
  const { body: endpoint } = await server.api("POST", "/v1/webhook_endpoints", { form: hook });
  const { body: made } = await server.api("POST", "/v1/customers", { form: { name: "In Stripe", "metadata[a]": "b" } });
  await visit(page, "/dashboard/test/developers/requests");
  const request = await page.$eval("tbody a", (link) => link.getAttribute("href"));
  await visit(page, "/dashboard/test/customers/fable/features/ai_credits");
  const event = await page.$eval("#events ~ .scroll tbody a", (link) => link.getAttribute("href").split("/").at(-1));
  await visit(page, "/dashboard/test/customers/upload");
  await page.type("#text", "a,cus_a\nb\n");
  await press(page, "Preview");
  const upload = new URL(page.url()).pathname.split("/").at(-1);
  return {
    customer: "fable", stripe: made.id, override: overruled.overrideId, bonus: customer.bonuses[0].bonusId,
    feature: "ai_credits", product: "growth", events: events.data[0].id, webhooks: endpoint.id, requests: request.split("/").at(-1),
    event, upload,
  };
}

const fillIn = (route, things) =>
  route
    .replace("/events/{event}", `/events/${things.event}`)
    .replace("{override}", things.override)
    .replace("{bonus}", things.bonus)
    .replace("{feature}", things.feature)
    .replace("{upload}", things.upload)
    .replace("/customers/{id}/metadata", `/customers/${things.stripe}/metadata`)
    .replace("/customers/{id}", `/customers/${things.customer}`)
    .replace(/\/developers\/(events|webhooks|requests)\/\{id\}/, (_, kind) => `/developers/${kind}/${things[kind]}`)
    .replace("/products/{key}", `/products/${things.product}`)
    .replace("/features/{key}", `/features/${things.feature}`);

before(async () => {
  [browser, server] = await Promise.all([launch(), Server.start()]);
  server.person("ann@example.com");
  server.fill();
  page = await open(browser, server);
  await signIn(page);
  // A product of two versions, of which one has customers, and one of Stripe.
  const access = [{ featureKey: "seats", hasAccess: true, limit: 30 }];
  await server.api("PUT", "/v1/products/growth/feature-access", { json: { featureAccess: access, newVersion: true } });
  const { body: products } = await server.api("GET", "/v1/products", {});
  const sold = products.find(({ type }) => type === "stripe");
  const known = await things();
  const all = (await routes()).filter((route) => !/assets|sign-in|setup|migrate$|failures\.csv|^\/dashboard$|\/$/.test(route));
  addresses = all.map((route) => fillIn(route, known));
  addresses.push(
    `/dashboard/test/products/${sold.key}`,
    "/dashboard/test/products/free",
    `/dashboard/test/customers/${known.stripe}`,
    "/dashboard/test/customers/lumen",
    "/dashboard/test/products/growth/migrate?from=1&to=2",
    "/dashboard/test/customers?search=nobody",
    "/dashboard/live",
    "/dashboard/live/products",
    "/dashboard/live/features",
    "/dashboard/live/customers",
    ...(await longNamed()),
  );
  assert.ok(addresses.length > 45 && !addresses.join().includes("{"), addresses.join("\n"));
});
after(async () => {
  await browser.close();
  await server.stop();
});

/** What of a page reaches beyond the window. */
const sticksOut = (page) =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.querySelectorAll("body *")].filter((one) => {
      return one.getBoundingClientRect().right > width + 1 && !one.parentElement.closest(".scroll, pre, .tabs, .sections");
    });
    return [`${document.documentElement.scrollWidth} px`, ...wide.slice(0, 4).map((one) => `${one.localName}.${one.className}`)];
  });

/** What runs out of the box it stands in, and what must be scrolled sideways although it could be broken into lines. */
const runsOut = (page) =>
  page.evaluate(() => {
    const isWide = (one) => one.scrollWidth > one.clientWidth + 1;
    const isNarrow = document.documentElement.clientWidth < 500;
    const regions = [...document.querySelectorAll(isNarrow ? ".scroll:has(.stacks)" : ".scroll")].filter((one) => one.ariaLabel !== "Versions side by side");
    const boxes = [...document.querySelectorAll("li, p, h1, h2, h3, dd, section, .card")].filter((one) => !one.matches(".hidden"));
    return [...regions, ...boxes].filter(isWide).map((one) => `${one.localName}.${one.className} ${one.ariaLabel ?? ""} runs out`);
  });

for (const [width, scheme] of [[390, "light"], [390, "dark"], [1280, "dark"]]) {
  test(`every page is whole and open to everybody at ${width} px in ${scheme}`, async () => {
    await page.setViewport({ width, height: 844 });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    const wrong = [];
    for (const address of addresses) {
      const answer = await visit(page, address);
      if (answer.status() !== 200) wrong.push(`${address}: ${answer.status()}`);
      wrong.push(...[...(await sticksOut(page)), ...(await runsOut(page))].map((what) => `${address}: ${what}`));
      for (const summary of await page.$$("main summary")) await summary.evaluate((one) => (one.parentElement.open = true));
      wrong.push(...(await sticksOut(page)).map((what) => `${address}, opened: ${what}`));
      wrong.push(...(await barriers(page)).map((what) => `${address}: ${what}`));
    }
    assert.deepEqual(wrong, []);
  });
}

test("the review is whole, too, and every page has one first heading and a name", async () => {
  await page.setViewport({ width: 390, height: 844 });
  await visit(page, "/dashboard/test/products/starter");
  await fill(page, '[name="limit:seats"]', "9");
  await press(page, "Save");
  assert.deepEqual([...(await sticksOut(page)), ...(await barriers(page))], []);
  await page.$eval("form[data-keeps]", (form) => form.removeAttribute("data-keeps"));
  const names = new Set();
  for (const address of addresses) {
    await visit(page, address).catch(() => visit(page, address));
    assert.equal(await page.$$eval("h1", (headings) => headings.length), 1, address);
    names.add(await page.title());
  }
  assert.ok(names.size > 30, [...names].join(", "));
});

test("nothing went wrong in the browser", () => assert.deepEqual(page.troubles, []));
