import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PASSWORD, Server, barriers, fill, launch, open, press, signIn, submit, text, visit } from "../browser.js";

let browser, server;

before(async () => {
  [browser, server] = await Promise.all([launch(), Server.start()]);
});
after(async () => {
  await browser.close();
  await server.stop();
});

test("the link of the first start makes the first admin, once", async () => {
  const [, path] = server.output.match(/(\/dashboard\/setup\?token=\w+)/);
  const page = await open(browser, server);
  await visit(page, path);
  assert.deepEqual(await barriers(page), []);
  await page.type("#email", "Ann@Example.com");
  await page.type("#password", PASSWORD);
  await submit(page, "main button");
  assert.match(page.url(), /\/dashboard\/test$/);
  assert.match(await text(page, "header"), /ann@example\.com/);
  assert.match(await text(page), /Next steps/);
  const other = await open(browser, server);
  assert.equal((await visit(other, path)).status(), 404);
  assert.deepEqual(page.troubles, []);
});

test("a short password is refused beside its field, and the email stays", async () => {
  const fresh = await Server.start();
  const page = await open(browser, fresh);
  await visit(page, fresh.output.match(/(\/dashboard\/setup\?token=\w+)/)[1]);
  await page.type("#email", "ann@example.com");
  await page.$eval("#password", (field) => field.removeAttribute("minlength"));
  await page.type("#password", "short");
  await submit(page, "main button");
  assert.match(await text(page, "#password-problem"), /at least 12 characters/);
  assert.equal(await page.$eval("#email", (field) => field.value), "ann@example.com");
  await fresh.stop();
});

test("whoever is not signed in is led to the page they wanted after signing in", async () => {
  const page = await open(browser, server);
  await visit(page, "/dashboard/test/features?x=1");
  assert.match(page.url(), /\/dashboard\/sign-in\?back=/);
  assert.deepEqual(await barriers(page), []);
  await page.type("#email", "ann@example.com");
  await page.type("#password", "not the password");
  await submit(page, "main button");
  assert.match(await text(page), /do not belong together/);
  await page.type("#password", PASSWORD);
  await submit(page, "main button");
  assert.equal(page.url(), `${server.url}/dashboard/test/features?x=1`);
});

test("signing out everywhere signs out the other browser too", async () => {
  const [one, other] = [await open(browser, server), await open(browser, server)];
  await signIn(one);
  await signIn(other);
  await visit(one, "/dashboard/account");
  assert.deepEqual(await barriers(one), []);
  await press(one, "Sign out everywhere");
  await visit(other, "/dashboard/test");
  assert.match(other.url(), /sign-in/);
});

test("another password signs out the other browsers, and is the one that counts", async () => {
  server.person("bea@example.com");
  const [one, other] = [await open(browser, server), await open(browser, server)];
  await signIn(one, "bea@example.com");
  await signIn(other, "bea@example.com");
  await visit(one, "/dashboard/account");
  await fill(one, "#current", PASSWORD);
  await fill(one, "#new", "another horse battery");
  await press(one, "Change password");
  assert.match(await text(one), /Your password was changed/);
  await visit(other, "/dashboard/test");
  assert.match(other.url(), /sign-in/);
  await signIn(other, "bea@example.com");
  assert.match(await text(other), /do not belong together/);
});

test("test and live are told apart on every page, and one click away", async () => {
  const page = await open(browser, server);
  await signIn(page);
  await press(page, "Live");
  assert.match(page.url(), /\/dashboard\/live$/);
  assert.equal(await text(page, ".environments [aria-current]"), "Live");
  await press(page, "Features");
  await press(page, "Test");
  assert.match(page.url(), /\/dashboard\/test\/features$/);
  assert.deepEqual(page.troubles, []);
});
