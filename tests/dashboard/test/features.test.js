import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, barriers, fill, launch, open, press, signIn, text, visit } from "../browser.js";

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

const FEATURES = "/dashboard/test/features";
const feature = async (key) => (await server.api("GET", "/v1/features")).body.find(({ featureKey }) => featureKey === key);
const granted = async (product, key) => {
  const { body } = await server.api("GET", `/v1/products/${product}`);
  return body.featureAccess.find(({ featureKey }) => featureKey === key);
};

test("a feature is made with every option, its key from its name", async () => {
  await visit(page, FEATURES);
  assert.match(await text(page), /A feature is something a product gives/);
  assert.deepEqual(await barriers(page), []);
  await press(page, "New Feature");
  assert.deepEqual(await barriers(page), []);
  await page.type("#name", "AI credits (é)");
  assert.equal(await page.$eval("#featureKey", (field) => field.value), "ai_credits_e");
  await fill(page, "#featureKey", "ai_credits");
  await page.type("#description", "One for each answer");
  // What only limits have is asked only for limits, and what only tracked ones have for those.
  const isShown = (selector) => page.$eval(selector, (field) => field.checkVisibility());
  await page.click("[name=type][value=boolean]");
  assert.equal(await isShown("[name=tracksUsage]"), false);
  await page.click("[name=type][value=limit]");
  if (await page.$eval("[name=tracksUsage]", (field) => field.checked)) await page.click("[name=tracksUsage]");
  assert.equal(await isShown("[name=usageResetInterval][value=month]"), false);
  await page.click("[name=tracksUsage]");
  await press(page, "More …", { leads: false });
  assert.deepEqual(await barriers(page), []);
  await page.click("[name=usageResetInterval][value=week]");
  await page.click("[name=usageResetAnchor][value=calendar]");
  await press(page, "Create Feature");
  assert.match(await text(page), /Created\./);
  const made = await feature("ai_credits");
  assert.deepEqual(
    [made.name, made.description, made.type, made.tracksUsage, made.usageResetInterval, made.usageResetAnchor],
    ["AI credits (é)", "One for each answer", "limit", true, "week", "calendar"],
  );
  await visit(page, "/dashboard/test/new-feature");
  await page.type("#name", "SSO");
  await page.click("[name=type][value=boolean]");
  await press(page, "Create Feature");
  assert.equal((await feature("sso")).type, "boolean");
  await visit(page, FEATURES);
  assert.match(await text(page, "tbody"), /AI credits \(é\) ai_credits Limit/);
  assert.deepEqual(await barriers(page), []);
});

test("a key that is taken is refused beside its field, and what was typed stays", async () => {
  await visit(page, "/dashboard/test/new-feature");
  await page.type("#name", "Another");
  await fill(page, "#featureKey", "sso");
  await page.type("#description", "Kept");
  await page.click("[name=type][value=limit]");
  await press(page, "Create Feature");
  assert.match(await text(page, "#featureKey-problem"), /taken/);
  assert.deepEqual(
    await page.$$eval("#name, #featureKey, #description", (fields) => fields.map(({ value }) => value)),
    ["Another", "sso", "Kept"],
  );
  assert.ok(await page.$("[name=type][value=limit]:checked"));
  assert.deepEqual(await barriers(page), []);
});

test("the access of every product stands side by side, and is saved from there", async () => {
  for (const key of ["free", "pro"]) {
    const featureAccess = [{ featureKey: "ai_credits", hasAccess: true, limit: key === "pro" ? 100 : 5 }];
    await server.api("POST", "/v1/products", { json: { key, name: key, isDefault: key === "free", featureAccess } });
  }
  await server.api("POST", "/v1/customers", { json: { customerId: "acme", customProductKeys: ["pro"] } });
  await visit(page, `${FEATURES}/ai_credits`);
  assert.deepEqual(await barriers(page), []);
  const row = (product) => `form[action$="/access/${product}"]`;
  assert.equal(await page.$eval(`${row("free")} input[type=text]`, (field) => field.value), "5");
  await page.select(`${row("free")} select`, "unlimited");
  await press(page, "Save free");
  assert.equal((await granted("free", "ai_credits")).isUnlimited, true);
  // Of a product that customers have it asks first, as its own page does.
  await fill(page, `${row("pro")} input[type=text]`, "50");
  await press(page, "Save pro");
  assert.match(await text(page), /Who gains and loses what.*AI credits \(é\) 100 50 Loss/);
  assert.equal((await granted("pro", "ai_credits")).limit, 100);
  await page.click("[name=decision][value=in_place]");
  await press(page, "Confirm");
  assert.match(page.url(), /features\/ai_credits/);
  assert.equal((await granted("pro", "ai_credits")).limit, 50);
  await fill(page, `${row("pro")} input[type=text]`, "x");
  await press(page, "Save pro");
  assert.ok((await text(page, "#access .problem")).length > 5);
  assert.equal(await page.$eval(`${row("pro")} input[type=text]`, (field) => field.value), "x");
  assert.deepEqual(await barriers(page), []);
});

test("its details are changed, not over somebody else's newer ones unknowingly", async () => {
  await visit(page, `${FEATURES}/sso`);
  await server.api("PATCH", "/v1/features/sso", { json: { name: "Theirs" } });
  assert.equal((await feature("sso")).name, "Theirs");
  await fill(page, "#name", "Mine <i>");
  await press(page, "Save details");
  assert.match(await text(page, "[role=alert]"), /Name SSO Theirs Mine <i>/);
  await press(page, "Save details");
  assert.equal((await feature("sso")).name, "Mine <i>");
});

test("it is archived with a reason after a warning, and restored", async () => {
  await visit(page, `${FEATURES}/sso`);
  await press(page, "Archive this feature", { leads: false });
  assert.match(await text(page, "#archive"), /Every customer loses it at once/);
  await page.type("#reason", "Part of every product now");
  await press(page, "Archive feature");
  assert.match(await text(page), /Part of every product now/);
  assert.deepEqual(await barriers(page), []);
  assert.equal((await feature("sso")).isArchived, true);
  await press(page, "Restore feature");
  assert.equal((await feature("sso")).isArchived, false);
});

test("nothing went wrong in the browser", () => assert.deepEqual(page.troubles, []));
