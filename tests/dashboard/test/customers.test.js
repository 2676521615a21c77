import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, barriers, fill, launch, open, press, signIn, strike, tabTo, text, visit } from "../browser.js";

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

const CUSTOMERS = "/dashboard/test/customers";
const customer = async (id) => (await server.api("GET", `/v1/customers/${id}`)).body;
const access = async (id, feature) => (await server.api("GET", `/v1/feature-access?customerId=${id}`)).body[feature];

/** Sets a field of a date and time, which has no text to type. */
const setTime = (page, selector, value) =>
  page.$eval(selector, (field, value) => {
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, value);

test("customers are found while one types, by id, name, email and product", async () => {
  await visit(page, CUSTOMERS);
  assert.deepEqual(await barriers(page), []);
  const rows = (count) => page.waitForFunction((count) => document.querySelectorAll("#found tbody tr").length === count, {}, count);
  await rows(10);
  await page.type("#search", "LUMEN ST");
  await rows(1);
  assert.match(await text(page, "#found"), /lumen Lumen Studio hello@lumen\.example Growth/);
  assert.match(page.url(), /search=LUMEN/);
  await fill(page, "#search", "hello@fable");
  await page.waitForFunction(() => document.querySelector("#found").innerText.includes("Fable Books"));
  await fill(page, "#search", "");
  await page.select("#product", "credit_pack");
  await rows(2);
  await fill(page, "#search", "nobody at all");
  await page.waitForSelector("#found .empty");
  // It is still so after going to one of them and back.
  await fill(page, "#search", "quill");
  await rows(1);
  await press(page, "quill");
  await page.goBack();
  await rows(1);
});

test("the list goes on from page to page, and back to the first", async () => {
  for (let number = 0; number < 55; number++) {
    const { status } = await server.api("POST", "/v1/customers", { json: { customerId: `paged-${number}`, name: "Paged" } });
    assert.equal(status, 200);
  }
  await visit(page, `${CUSTOMERS}?search=paged-`);
  assert.equal(await page.$$eval("#found tbody tr", (rows) => rows.length), 50);
  assert.match(await text(page, "#found"), /50 customers, and there are more/);
  assert.deepEqual(await barriers(page), []);
  const first = await page.$$eval("#found td:first-child a", (links) => links.map((link) => link.textContent));
  await press(page, "Next page");
  const second = await page.$$eval("#found td:first-child a", (links) => links.map((link) => link.textContent));
  assert.equal(new Set([...first, ...second]).size, 55);
  assert.equal(await page.$eval("#search", (field) => field.value), "paged-");
  await press(page, "First page");
  assert.deepEqual(await page.$$eval("#found td:first-child a", (links) => links.map((link) => link.textContent)), first);
  for (const id of [...first, ...second]) await server.api("DELETE", `/v1/customers/${id}`);
});

test("a customer is made by keyboard alone; what is refused stays typed", async () => {
  await visit(page, CUSTOMERS);
  await tabTo(page, "New Customer");
  await strike(page, "Enter");
  await page.keyboard.type("fable");
  await tabTo(page, "name");
  await page.keyboard.type("A second one");
  await tabTo(page, "starter");
  await page.keyboard.press("Space");
  await tabTo(page, "Create");
  await strike(page, "Enter");
  assert.ok((await text(page, "#customerId-problem")).length > 5);
  assert.deepEqual(await barriers(page), []);
  assert.equal(await page.$eval("#name", (field) => field.value), "A second one");
  assert.ok(await page.$("[name=product][value=starter]:checked"));
  assert.equal(await page.evaluate(() => document.activeElement.id), "customerId");
  await page.keyboard.press("End");
  await page.keyboard.type("-2/ü");
  await tabTo(page, "Create");
  await strike(page, "Enter");
  assert.match(await text(page), /Created\..*A second one/);
  const made = await customer(encodeURIComponent("fable-2/ü"));
  assert.deepEqual([made.name, made.products[0].key], ["A second one", "starter"]);
});

test("what a customer has is explained in plain words, as the API has it", async () => {
  await visit(page, `${CUSTOMERS}/fable`);
  assert.deepEqual(await barriers(page), []);
  const shown = await text(page);
  assert.match(shown, /Fable Books.*Products.*Starter version 1/);
  const credits = await access("fable", "ai_credits");
  assert.equal(credits.usage.used, 226);
  assert.match(shown, /AI credits 200 226 of 200 used, \d+ left, and 34 of bonuses/);
  assert.match(shown, /Starter \(assigned, version 1\) gives 200\. Bonus: 34 of 60 left until/);
  assert.match(shown, /Sorry for the outage/);
  await visit(page, `${CUSTOMERS}/lumen`);
  assert.match(await text(page), /Growth \(assigned, version 1\) gives 2,000\. Credit pack \(assigned, version 1\) gives 500\. Together 2,500\./);
  await visit(page, `${CUSTOMERS}/orchard`);
  assert.match(await text(page), /Switched on by an override until .*: Evaluating single sign-on\./);
});

test("usage is drawn by window with the limit, told as a table, recorded, mended and deleted", async () => {
  await visit(page, `${CUSTOMERS}/quill`);
  await press(page, "API calls");
  assert.deepEqual(await barriers(page), []);
  assert.equal(await page.$$eval("svg .bar", (bars) => bars.length), 12);
  assert.match(await page.$eval("svg", (chart) => chart.textContent), /Limit 2,000/);
  await press(page, "As a table", { leads: false });
  const used = async () => (await access("quill", "api_calls")).usage.used;
  const before = await used();
  const cells = await page.$$eval("#usage-table td", (all) => all.map((cell) => cell.textContent.replace(/,/g, "")));
  assert.equal(Number(cells.at(-1)), before);
  await press(page, "Record usage");
  assert.deepEqual(await barriers(page), []);
  await fill(page, "#amount", "many");
  await page.type("#eventKey", "by-hand");
  await press(page, "Record");
  assert.ok((await text(page, "#amount-problem")).length > 5);
  assert.equal(await page.$eval("#eventKey", (field) => field.value), "by-hand");
  await fill(page, "#amount", "7");
  await page.type('[aria-label="Key 1"]', "note");
  await page.type('[aria-label="Value 1"]', "<b>by hand</b>");
  await press(page, "Record");
  assert.match(await text(page), /Recorded\..*by-hand.*<b>by hand<\/b>/);
  assert.equal(await used(), before + 7);
  const events = await page.$$("#events ~ .scroll tbody tr");
  await Promise.all([page.waitForNavigation(), (await events[0].$("a")).click()]);
  assert.deepEqual(await barriers(page), []);
  await fill(page, "#amount", "9");
  await press(page, "Save");
  assert.equal(await used(), before + 9);
  await Promise.all([page.waitForNavigation(), page.click("#events ~ .scroll tbody tr a")]);
  await press(page, "Delete this event", { leads: false });
  await press(page, "Delete for good");
  assert.equal(await used(), before);
  await press(page, "Record usage");
  await page.click("[name=action][value=set]");
  await fill(page, "#amount", "55");
  await press(page, "Record");
  assert.equal(await used(), 55);
  // Events of a time of one's own.
  await page.select("#period", "current");
  await press(page, "Show");
  assert.match(page.url(), /period=current/);
  await page.select("#period", "range");
  await setTime(page, "#from", "2020-01-01T00:00");
  await setTime(page, "#to", "2020-02-01T00:00");
  await press(page, "Show");
  assert.match(await text(page), /There is no such usage/);
});

test("an override is created, says so in the explanation, is changed and ended", async () => {
  await visit(page, `${CUSTOMERS}/tinker`);
  await press(page, "Create Override");
  assert.deepEqual(await barriers(page), []);
  await page.select("#featureKey", "exports");
  await page.type("#limit", "lots");
  await page.type("#reason", "They asked <nicely>");
  await press(page, "Create Override");
  assert.ok((await text(page, "#limit-problem")).length > 5);
  assert.equal(await page.$eval("#reason", (field) => field.value), "They asked <nicely>");
  assert.deepEqual(await barriers(page), []);
  await fill(page, "#limit", "40");
  await setTime(page, "#expiresAt", "2100-01-31T12:30");
  await press(page, "Create Override");
  assert.match(await text(page), /Raised to 40 by an override until 2100-01-31: They asked <nicely>\./);
  assert.equal((await access("tinker", "exports")).limit, 40);
  const { body: listed } = await server.api("GET", "/v1/overrides?customerId=tinker");
  assert.equal(listed.overrides.find(({ featureKey }) => featureKey === "exports").expiresAt, Date.UTC(2100, 0, 31, 12, 30));
  await press(page, "Edit the override of Exports");
  assert.equal(await page.$eval("#expiresAt", (field) => field.value), "2100-01-31T12:30");
  // Somebody else has changed it meanwhile.
  const { overrideId } = listed.overrides.find(({ featureKey }) => featureKey === "exports");
  await server.api("PUT", `/v1/overrides/${overrideId}`, { json: { limit: 41, hasAccess: true, isUnlimited: false } });
  await fill(page, "#limit", "42");
  await press(page, "Save");
  assert.match(await text(page, "[role=alert]"), /changed while you had the page open.*Access 40 41 42/);
  assert.deepEqual(await barriers(page), []);
  assert.equal((await access("tinker", "exports")).limit, 41);
  await press(page, "Save");
  assert.equal((await access("tinker", "exports")).limit, 42);
  // One whose time is over does not count.
  await press(page, "Edit the override of Exports");
  await setTime(page, "#expiresAt", "2020-01-01T00:00");
  await press(page, "Save");
  assert.equal((await access("tinker", "exports")).limit, 5);
  await press(page, "Create Override");
  await page.select("#featureKey", "exports");
  await page.type("#limit", "40");
  await press(page, "Create Override");
  await press(page, "Edit the override of Exports");
  await page.click("[name=choice][value=unlimited]");
  await press(page, "Save");
  assert.equal((await access("tinker", "exports")).isUnlimited, true);
  await press(page, "Edit the override of Exports");
  await press(page, "End this override", { leads: false });
  await press(page, "End Override");
  assert.match(await text(page), /Ended\./);
  assert.equal((await access("tinker", "exports")).limit, 5);
  // Of what is on or off it asks no number.
  await press(page, "Create Override");
  await page.select("#featureKey", "sso");
  assert.equal(await page.$eval("#limit", (field) => field.checkVisibility()), false);
  await press(page, "Create Override");
  assert.equal((await access("tinker", "sso")).hasAccess, true);
});

test("a bonus is granted, changed, and expires or goes after a question", async () => {
  await visit(page, `${CUSTOMERS}/maple`);
  for (const amount of ["10", "20"]) {
    await press(page, "Grant Bonus");
    await page.select("#featureKey", "exports");
    await page.type("#amount", amount);
    await page.type("#reason", `Welcome ${amount}`);
    await setTime(page, "#expiresAt", "2100-01-31T12:30");
    await press(page, "Grant Bonus");
    assert.match(await text(page), /Granted\..*2100-01-31/);
  }
  assert.ok((await customer("maple")).bonuses.every(({ expiresAt }) => expiresAt === Date.UTC(2100, 0, 31, 12, 30)));
  const bonuses = async () => (await customer("maple")).bonuses.map(({ amount }) => amount).sort();
  assert.deepEqual(await bonuses(), [10, 20]);
  const menu = "More about the bonus of Exports";
  const first = (await text(page, "section:has(> .head #bonuses) tbody tr:first-child")).includes("Welcome 10") ? 10 : 20;
  await press(page, menu, { leads: false });
  await press(page, "Delete …", { leads: false });
  assert.deepEqual(await barriers(page), []);
  await press(page, "Delete for good");
  const other = 30 - first;
  assert.deepEqual(await bonuses(), [other]);
  await press(page, menu, { leads: false });
  await press(page, "Update");
  assert.deepEqual(await barriers(page), []);
  await fill(page, "#amount", "33");
  assert.equal(await page.$eval("#expiresAt", (field) => field.value), "2100-01-31T12:30");
  await setTime(page, "#expiresAt", "");
  await press(page, "Save");
  assert.deepEqual(await bonuses(), [33]);
  assert.equal((await customer("maple")).bonuses[0].expiresAt, null);
  await press(page, menu, { leads: false });
  await press(page, "Expire now …", { leads: false });
  await press(page, "Expire now");
  assert.equal((await access("maple", "exports")).usage.bonusRemaining ?? 0, 0);
});

test("custom products are assigned and removed, and it counts at once", async () => {
  await visit(page, `${CUSTOMERS}/pocket`);
  assert.match(await text(page), /Free version 1/);
  await press(page, "Assign products");
  assert.deepEqual(await barriers(page), []);
  for (const key of ["starter", "credit_pack"]) await page.click(`[name=product][value=${key}]`);
  await press(page, "Save");
  assert.match(await text(page), /Together 700\./);
  assert.equal((await access("pocket", "ai_credits")).limit, 700);
  await press(page, "Assign products");
  for (const key of ["starter", "credit_pack"]) await page.click(`[name=product][value=${key}]`);
  await press(page, "Save");
  assert.deepEqual((await customer("pocket")).products.map(({ key }) => key), ["free"]);
});

test("the customer is edited, not over a newer change unknowingly", async () => {
  await visit(page, `${CUSTOMERS}/harbor`);
  await press(page, "Edit");
  assert.deepEqual(await barriers(page), []);
  await server.api("PATCH", "/v1/customers/harbor", { json: { name: "Theirs" } });
  assert.equal((await customer("harbor")).name, "Theirs");
  await fill(page, "#name", "Mine");
  await fill(page, "#email", "mine@harbor.example");
  await press(page, "Save");
  assert.match(await text(page, "[role=alert]"), /changed while you had the page open.*Name Harbor Logistics Theirs Mine/);
  assert.equal(await page.$eval("#email", (field) => field.value), "mine@harbor.example");
  assert.equal((await customer("harbor")).name, "Theirs");
  assert.deepEqual(await barriers(page), []);
  await press(page, "Save");
  const { name, email } = await customer("harbor");
  assert.deepEqual([name, email], ["Mine", "mine@harbor.example"]);
});

test("a customer is linked to one of Stripe; a link that another has is taken only knowingly", async () => {
  const { body: stripe } = await server.api("POST", "/v1/customers", { form: { name: "Riverside in Stripe", "metadata[plan]": "old" } });
  await visit(page, CUSTOMERS);
  await page.type("#search", stripe.id);
  await page.waitForFunction(() => document.querySelectorAll("#found tbody tr").length === 1);
  assert.match(await text(page, "#found"), /Only in Stripe/);
  await press(page, stripe.id);
  assert.deepEqual(await barriers(page), []);
  await visit(page, `${CUSTOMERS}/riverside`);
  await press(page, "More", { leads: false });
  await press(page, "Link to Stripe");
  assert.deepEqual(await barriers(page), []);
  await page.type("#stripeCustomerId", stripe.id);
  await press(page, "Link");
  assert.match(await text(page), /Linked\./);
  assert.equal((await customer("riverside")).stripeCustomerId, stripe.id);
  await visit(page, `${CUSTOMERS}/maple/link`);
  await page.type("#stripeCustomerId", stripe.id);
  await press(page, "Link");
  assert.match(await text(page), /Taking the link ends the one that is there/);
  assert.deepEqual(await barriers(page), []);
  await page.click("[name=force]");
  await press(page, "Link");
  assert.equal((await customer("maple")).stripeCustomerId, stripe.id);
  // Its metadata, not over a newer change unknowingly.
  await press(page, "More", { leads: false });
  await press(page, "Edit metadata");
  assert.deepEqual(await barriers(page), []);
  await server.api("POST", `/v1/customers/${stripe.id}`, { form: { "metadata[plan]": "newer" } });
  const value = await page.$$eval("[name=metadata-key]", (keys) => keys.findIndex((key) => key.value === "plan"));
  await fill(page, `[aria-label="Value ${value + 1}"]`, "mine");
  await press(page, "Save");
  assert.match(await text(page, "[role=alert]"), /plan: newer/);
  await press(page, "Save");
  const { body: now } = await server.api("GET", `/v1/customers/${stripe.id}`, { form: {} });
  assert.equal(now.metadata.plan, "mine");
});

test("a customer is deleted after a question of its own, unless Stripe has it", async () => {
  await visit(page, `${CUSTOMERS}/maple/delete`);
  assert.match(await text(page), /cannot be deleted here/);
  await visit(page, `${CUSTOMERS}/pocket`);
  await press(page, "More", { leads: false });
  await press(page, "Delete");
  assert.deepEqual(await barriers(page), []);
  assert.equal((await server.api("GET", "/v1/customers/pocket")).status, 200);
  await press(page, "Delete for good");
  assert.match(await text(page), /Deleted\./);
  assert.equal((await server.api("GET", "/v1/customers/pocket")).status, 404);
});

test("all of it without JavaScript", async () => {
  const plain = await open(browser, server);
  await plain.setJavaScriptEnabled(false);
  await signIn(plain);
  await visit(plain, CUSTOMERS);
  await plain.type("#search", "orchard");
  await press(plain, "Search");
  await press(plain, "orchard");
  await press(plain, "Grant Bonus");
  await plain.select("#featureKey", "ai_credits");
  await plain.type("#amount", "12");
  await press(plain, "Grant Bonus");
  assert.equal((await access("orchard", "ai_credits")).usage.bonusRemaining, 12);
  await press(plain, "Create Override");
  await plain.select("#featureKey", "seats");
  await plain.type("#limit", "77");
  await press(plain, "Create Override");
  assert.equal((await access("orchard", "seats")).limit, 77);
  await press(plain, "More about the bonus of AI credits", { leads: false });
  await press(plain, "Delete …", { leads: false });
  await press(plain, "Delete for good");
  assert.deepEqual((await customer("orchard")).bonuses, []);
  assert.deepEqual(plain.troubles, []);
});

test("a viewer sees it, and nothing to press", async () => {
  const viewer = await open(browser, server);
  await signIn(viewer, "vic@example.com");
  for (const path of ["/new", "/upload", "/fable/edit", "/fable/overrides", "/fable/bonuses"]) {
    await visit(viewer, CUSTOMERS + path);
    assert.match(await text(viewer), /You may look, not change/, path);
    assert.deepEqual(await barriers(viewer), []);
  }
  for (const path of ["", "/fable", "/fable/features/ai_credits"]) {
    await visit(viewer, CUSTOMERS + path);
    assert.equal(await viewer.$$eval("main form[method=post]", (forms) => forms.length), 0, path);
    assert.deepEqual(await barriers(viewer), []);
  }
  assert.deepEqual(viewer.troubles, []);
});

test("nothing went wrong in the browser", () => assert.deepEqual(page.troubles, []));
