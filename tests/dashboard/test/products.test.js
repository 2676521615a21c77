import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, barriers, fill, launch, open, press, signIn, strike, tabTo, text, visit } from "../browser.js";

let browser, server, page;

before(async () => {
  [browser, server] = await Promise.all([launch(), Server.start()]);
  server.person("ann@example.com");
  server.person("vic@example.com", "viewer");
  for (const feature of [
    { featureKey: "sso", name: "SSO", type: "boolean" },
    { featureKey: "seats", name: "Seats", type: "limit" },
    { featureKey: "credits", name: "Credits", type: "limit", tracksUsage: true, usageResetInterval: "month", usageResetAnchor: "calendar" },
  ]) {
    assert.equal((await server.api("POST", "/v1/features", { json: feature })).status, 200);
  }
  page = await open(browser, server);
  await signIn(page);
});
after(async () => {
  await browser.close();
  await server.stop();
});

const PRODUCTS = "/dashboard/test/products";
const product = async (key) => (await server.api("GET", `/v1/products/${key}`)).body;
const granted = async (key, feature) => {
  const { hasAccess, isUnlimited, limit } = (await product(key)).featureAccess.find((entry) => entry.featureKey === feature);
  if (!hasAccess) return "none";
  return isUnlimited ? "unlimited" : (limit ?? "on");
};
const define = (key, entries) =>
  server.api("POST", "/v1/products", { json: { key, name: key[0].toUpperCase() + key.slice(1), featureAccess: entries } });
const customer = (customerId, ...customProductKeys) =>
  server.api("POST", "/v1/customers", { json: { customerId, customProductKeys } });

test("the steps of the seed: New Product, a name, Create, its access, the default", async () => {
  await visit(page, PRODUCTS);
  assert.match(await text(page), /A product is what customers have/);
  assert.deepEqual(await barriers(page), []);
  await press(page, "New Product");
  assert.deepEqual(await barriers(page), []);
  await page.type("#name", "Basic");
  await press(page, "Create");
  assert.match(page.url(), /\/products\/custom_basic\?done=created$/);
  assert.match(await text(page), /Created\..*Basic/);
  assert.deepEqual(await barriers(page), []);
  await page.click('[name="access:sso"]');
  await page.select('[name="access:seats"]', "limit");
  await page.type('[name="limit:seats"]', "7");
  await page.select('[name="access:credits"]', "unlimited");
  await press(page, "Save");
  assert.match(await text(page), /Saved\./);
  for (const [feature, expected] of [["sso", "on"], ["seats", 7], ["credits", "unlimited"]]) {
    assert.equal(await granted("custom_basic", feature), expected, feature);
  }
  await page.select('[name="access:credits"]', "none");
  await press(page, "Save");
  assert.equal(await granted("custom_basic", "credits"), "none");
  await press(page, "Default product");
  assert.equal(await page.$eval("#default button", (button) => button.ariaChecked), "true");
  assert.equal((await product("custom_basic")).isDefault, true);
  await visit(page, PRODUCTS);
  assert.match(await text(page, "tbody"), /Basic Default custom_basic Custom 1 Everyone without a product/);
});

test("by keyboard alone, from the list to a product with a limit", async () => {
  await visit(page, PRODUCTS);
  await tabTo(page, "New Product");
  await strike(page, "Enter");
  await page.keyboard.type("Keys only");
  await tabTo(page, "key");
  await page.keyboard.type("keys_only");
  await tabTo(page, "Create");
  await strike(page, "Enter");
  assert.match(page.url(), /products\/keys_only/);
  await tabTo(page, "SSO");
  await tabTo(page, "on");
  await page.keyboard.press("Space");
  await tabTo(page, "Seats");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Custom");
  await tabTo(page, "Limit of Seats");
  await page.keyboard.type("3");
  await tabTo(page, "Save");
  await strike(page, "Enter");
  assert.match(await text(page), /Saved\./);
  assert.deepEqual([await granted("keys_only", "sso"), await granted("keys_only", "seats")], ["on", 3]);
  // The menu opens with the keyboard, and closes with it.
  await tabTo(page, "More");
  await page.keyboard.press("Enter");
  await tabTo(page, "Versions");
  await page.keyboard.press("Escape");
  assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), "More");
  await tabTo(page, "Archive this product");
  await page.keyboard.press("Enter");
  await tabTo(page, "Archive product");
  await strike(page, "Enter");
  assert.equal((await product("keys_only")).isArchived, true);
});

test("a refused form keeps what was typed, and says why beside the field", async () => {
  await visit(page, "/dashboard/test/new-product");
  await page.type("#name", "Another");
  await page.type("#key", "custom_basic");
  await press(page, "Create");
  assert.match(await text(page, "#key-problem"), /This is taken by another product/);
  assert.equal(await page.$eval("#name", (field) => field.value), "Another");
  assert.equal(await page.evaluate(() => document.activeElement.id), "key");
  assert.deepEqual(await barriers(page), []);
  await visit(page, `${PRODUCTS}/custom_basic`);
  await page.select('[name="access:seats"]', "limit");
  await fill(page, '[name="limit:seats"]', "a lot");
  await press(page, "Save");
  assert.equal(await page.$eval('[name="limit:seats"]', (field) => field.value), "a lot");
  assert.ok((await text(page, "#access .problem")).length > 5);
  assert.deepEqual(await barriers(page), []);
  assert.equal(await granted("custom_basic", "seats"), 7);
  await fill(page, '[name="limit:seats"]', "8");
  await press(page, "Save");
  assert.equal(await granted("custom_basic", "seats"), 8);
});

test("a product of Stripe gets prices, marketing features, a web page, images and metadata", async () => {
  await visit(page, "/dashboard/test/new-product");
  await page.type("#name", "Gold");
  await page.click("[name=kind][value=stripe]");
  assert.equal(await page.$eval("#key", (field) => field.checkVisibility()), false);
  await press(page, "Create");
  const key = new URL(page.url()).pathname.split("/").at(-1);
  const id = (await product(key)).stripeProductId;
  assert.match(await text(page, "#prices"), /Nobody can buy it yet/);
  await page.type("#amount", "much");
  await press(page, "Add price");
  assert.match(await text(page, "#amount-problem"), /Write an amount/);
  assert.equal(await page.$eval("#amount", (field) => field.value), "much");
  await fill(page, "#amount", "45.50");
  await fill(page, "#currency", "EUR");
  await page.select("#interval", "month");
  await fill(page, "#intervalCount", "3");
  await page.type("#nickname", "Quarterly");
  await page.type("#lookupKey", "gold_quarterly");
  await page.type("#trialDays", "14");
  await press(page, "Add price");
  assert.match(await text(page, "#prices"), /45\.50 EUR every 3 months.*Quarterly gold_quarterly 14 days/);
  const price = (await server.api("GET", `/v1/prices?product=${id}`, { form: {} })).body.data[0];
  assert.deepEqual(
    [price.unit_amount, price.currency, price.recurring.interval_count, price.recurring.trial_period_days, price.lookup_key],
    [4550, "eur", 3, 14, "gold_quarterly"],
  );
  await press(page, `Make default ${price.id}`);
  assert.match(await text(page, "#prices"), /every 3 months Default/);
  await press(page, `Deactivate ${price.id}`);
  assert.equal((await server.api("GET", `/v1/prices/${price.id}`, { form: {} })).body.active, (await text(page, "#prices")).includes("Deactivate"));
  await page.type("#description", "All of it");
  await page.type("#marketingFeatures", "25 seats\nSSO & more");
  await page.type("#url", "https://example.com/gold");
  await page.type("#images", "https://example.com/gold.png");
  await page.type('[name=metadata-key][aria-label="Key 1"]', "tier");
  await page.type('[name=metadata-value][aria-label="Value 1"]', "<b>top</b>");
  await press(page, "Save details");
  assert.match(await text(page), /Saved\./);
  assert.deepEqual(await barriers(page), []);
  const { body: sold } = await server.api("GET", `/v1/products/${id}`, { form: {} });
  assert.deepEqual(
    [sold.description, sold.marketing_features, sold.url, sold.images, sold.metadata],
    ["All of it", [{ name: "25 seats" }, { name: "SSO & more" }], "https://example.com/gold", ["https://example.com/gold.png"], { tier: "<b>top</b>" }],
  );
  await fill(page, "#marketingFeatures", "");
  await fill(page, '[name=metadata-key][aria-label="Key 1"]', "");
  await fill(page, '[name=metadata-value][aria-label="Value 1"]', "");
  await press(page, "Save details");
  const { body: less } = await server.api("GET", `/v1/products/${id}`, { form: {} });
  assert.deepEqual([less.marketing_features, less.metadata], [[], {}]);
});

test("feature access is duplicated, and not saved before one says so", async () => {
  await define("source", [{ featureKey: "seats", hasAccess: true, limit: 42 }, { featureKey: "sso", hasAccess: true }]);
  await define("twin", []);
  await visit(page, `${PRODUCTS}/twin`);
  await press(page, "More", { leads: false });
  assert.deepEqual(await barriers(page), []);
  await press(page, "Duplicate Feature Access");
  assert.deepEqual(await barriers(page), []);
  await page.select("#from", "source");
  await press(page, "Copy");
  assert.match(await text(page), /Nothing is saved yet/);
  assert.equal(await page.$eval('[name="limit:seats"]', (field) => field.value), "42");
  assert.equal(await granted("twin", "seats"), "none");
  await press(page, "Save");
  assert.deepEqual([await granted("twin", "seats"), await granted("twin", "sso")], [42, "on"]);
});

test("who gains and loses what is shown before customers are touched; then versions, and moving customers", async () => {
  await define("pro", [{ featureKey: "seats", hasAccess: true, limit: 5 }, { featureKey: "sso", hasAccess: true }]);
  await customer("acme", "pro");
  const seats = async () => (await server.api("GET", "/v1/feature-access?customerId=acme")).body.seats?.limit;
  await visit(page, `${PRODUCTS}/pro`);
  await fill(page, '[name="limit:seats"]', "9");
  await page.click('[name="access:sso"]');
  await press(page, "Save");
  const review = await text(page);
  assert.match(review, /1 customer on version 1 of this product\. Nothing is saved yet/);
  assert.match(review, /SSO Included No access Loss/);
  assert.match(review, /Seats 5 9 Gain/);
  assert.match(review, /Version 1: 1 customer, affected if you change it in place/);
  assert.match(review, /In place, for example acme: .*Seats 5 → 9/);
  assert.deepEqual(await barriers(page), []);
  assert.equal(await granted("pro", "seats"), 5);
  // One may think again.
  await press(page, "Change something");
  assert.equal(await page.$eval('[name="limit:seats"]', (field) => field.value), "9");
  await fill(page, '[name="limit:seats"]', "10");
  await press(page, "Save");
  await press(page, "Confirm");
  assert.deepEqual([await granted("pro", "seats"), (await product("pro")).version, await seats()], [10, 2, 5]);
  await press(page, "Version 2");
  assert.match(await text(page), /Version 2 Newest 0 customers.*Version 1 1 customer/);
  assert.deepEqual(await barriers(page), []);
  await press(page, "Preview");
  assert.match(await text(page), /1 customer would move.*acme.*Seats 5 10 Gain/);
  assert.deepEqual(await barriers(page), []);
  assert.equal(await seats(), 5);
  await press(page, "Confirm: move 1 customer");
  assert.match(await text(page), /The customers were moved\..*Version 2 Newest 1 customer/);
  assert.equal(await seats(), 10);
  const { body: versions } = await server.api("GET", "/v1/products/pro/versions");
  assert.deepEqual(versions.map(({ version, customerCount }) => [version, customerCount]), [[2, 1], [1, 0]]);
  // In place, which the customer has at once.
  await visit(page, `${PRODUCTS}/pro`);
  await fill(page, '[name="limit:seats"]', "11");
  await press(page, "Save");
  await page.click("[name=decision][value=in_place]");
  await press(page, "Confirm");
  assert.deepEqual([(await product("pro")).version, await seats()], [2, 11]);
});

test("why a product cannot be the default is explained where it is refused", async () => {
  await visit(page, `${PRODUCTS}/pro`);
  await press(page, "Default product");
  assert.ok((await text(page, "#default-problem")).length > 10);
  assert.match(await text(page, "#default"), /take it from its customers first/);
  assert.equal((await product("pro")).isDefault, false);
  assert.deepEqual(await barriers(page), []);
});

test("whoever would overwrite a newer change is told so, shown the difference, and may still", async () => {
  await define("raced", [{ featureKey: "seats", hasAccess: true, limit: 1 }]);
  await visit(page, `${PRODUCTS}/raced`);
  const change = { featureAccess: [{ featureKey: "seats", hasAccess: true, limit: 2 }] };
  await server.api("PUT", "/v1/products/raced/feature-access", { json: change });
  assert.equal(await granted("raced", "seats"), 2);
  await fill(page, '[name="limit:seats"]', "3");
  await press(page, "Save");
  assert.match(await text(page, "[role=alert]"), /changed while you had the page open.*Seats 1 2 3/);
  assert.equal(await page.$eval('[name="limit:seats"]', (field) => field.value), "3");
  assert.equal(await granted("raced", "seats"), 2);
  assert.deepEqual(await barriers(page), []);
  await press(page, "Save");
  assert.equal(await granted("raced", "seats"), 3);
  // The same of its details.
  const other = await open(browser, server);
  await signIn(other);
  await visit(other, `${PRODUCTS}/raced`);
  await fill(page, "#name", "First");
  await press(page, "Save details");
  await fill(other, "#name", "Second");
  await press(other, "Save details");
  assert.match(await text(other, "[role=alert]"), /Name Raced First Second/);
  await press(other, "Save details");
  assert.equal((await product("raced")).name, "Second");
});

test("a changed form warns before one leaves it", async () => {
  await visit(page, `${PRODUCTS}/raced`);
  await fill(page, "#name", "Never kept");
  page.asked.length = 0;
  await visit(page, PRODUCTS);
  assert.deepEqual(page.asked, ["beforeunload"]);
});

test("the search shows what it finds while one types, and what is archived only on request", async () => {
  await visit(page, `${PRODUCTS}/twin`);
  await press(page, "Archive this product", { leads: false });
  await press(page, "Archive product");
  assert.match(await text(page), /Archived/);
  await visit(page, PRODUCTS);
  assert.doesNotMatch(await text(page, "#found"), /Twin/);
  await page.type("#search", "raced");
  await page.waitForFunction(() => document.querySelectorAll("#found tbody tr").length === 1);
  assert.match(page.url(), /search=raced/);
  assert.match(await text(page, "#found"), /Second raced/);
  await fill(page, "#search", "twin");
  await page.waitForSelector("#found .empty");
  await page.click("[name=archived]");
  await page.waitForFunction(() => document.querySelector("#found").innerText.includes("Twin"));
  await press(page, "Twin");
  await press(page, "Restore product");
  assert.equal((await product("twin")).isArchived, false);
});

test("all of it without JavaScript", async () => {
  const plain = await open(browser, server);
  await plain.setJavaScriptEnabled(false);
  await signIn(plain);
  await visit(plain, PRODUCTS);
  await press(plain, "New Product");
  await plain.type("#name", "Plain");
  await press(plain, "Create");
  await plain.select('[name="access:seats"]', "limit");
  await plain.type('[name="limit:seats"]', "4");
  await press(plain, "Save");
  assert.equal(await granted("custom_plain", "seats"), 4);
  await customer("plain-one", "custom_plain");
  await fill(plain, '[name="limit:seats"]', "6");
  await press(plain, "Save");
  assert.match(await text(plain), /Who gains and loses what.*Seats 4 6 Gain/);
  await press(plain, "Confirm");
  assert.equal((await product("custom_plain")).version, 2);
  await press(plain, "More", { leads: false });
  await press(plain, "Versions");
  await press(plain, "Preview");
  await press(plain, "Confirm: move 1 customer");
  assert.equal((await server.api("GET", "/v1/feature-access?customerId=plain-one")).body.seats.limit, 6);
  await visit(plain, PRODUCTS);
  await plain.type("#search", "plain");
  await press(plain, "Search");
  assert.equal(await plain.$$eval("#found tbody tr", (rows) => rows.length), 1);
  assert.deepEqual(plain.troubles, []);
});

test("a viewer sees it, and nothing to press", async () => {
  const viewer = await open(browser, server);
  await signIn(viewer, "vic@example.com");
  for (const path of ["", "/pro", "/pro/versions", "/custom_basic"]) {
    await visit(viewer, PRODUCTS + path);
    assert.equal(await viewer.$$eval("main button:not(.search button)", (buttons) => buttons.length), 0, path);
  }
  assert.deepEqual(viewer.troubles, []);
});

test("nothing went wrong in the browser", () => assert.deepEqual(page.troubles, []));
