// A server of its own, a browser, and a person who is signed in: what every test of the dashboard begins with.

import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";

const BINARY = process.env.TOLLGATE_BIN ?? new URL("../../target/ci/tollgate", import.meta.url).pathname;
const CHROMIUM = process.env.TOLLGATE_TEST_CHROMIUM ?? "/usr/bin/chromium";
export const KEY = "sk_test_dashboard000000000";
export const PASSWORD = "correct horse battery";

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** A running server over an empty file. */
export class Server {
  /** `settings` are put into its environment. */
  static async start(settings = {}) {
    const server = new Server();
    server.folder = await mkdtemp(join(tmpdir(), "tollgate-dashboard-"));
    server.database = `sqlite://${join(server.folder, "test.db")}`;
    const port = await freePort();
    server.url = `http://127.0.0.1:${port}`;
    server.process = spawn(BINARY, ["serve", "--database", server.database, "--listen", `127.0.0.1:${port}`], {
      env: { ...process.env, TOLLGATE_SECRET_KEY: KEY, ...settings },
      stdio: ["ignore", "pipe", "pipe"],
    });
    server.output = "";
    for (const stream of [server.process.stdout, server.process.stderr]) {
      stream.on("data", (text) => (server.output += text));
    }
    for (let tries = 0; ; tries++) {
      const answer = await fetch(`${server.url}/readyz`).catch(() => null);
      if (answer?.ok) return server;
      if (tries === 200 || server.process.exitCode !== null) throw new Error(`no server: ${server.output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Runs `tollgate` beside it. */
  run(args, input = "") {
    const done = spawnSync(BINARY, args, { input, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`tollgate ${args.join(" ")}: ${done.stderr}`);
    return done.stdout;
  }

  /** Puts somebody on file. */
  person(email, role = "admin") {
    this.run(["users", "add", "--database", this.database, "--role", role, email], `${PASSWORD}\n`);
  }

  /** Fills the test environment with something to look at. */
  fill() {
    this.run(["demo", "--url", this.url, "--key", KEY]);
  }

  /** The answer of the API: `body` as JSON of the PriceOS dialect, or as pairs of a form of Stripe's. */
  async api(method, path, { json, form } = {}) {
    const headers = form === undefined ? { "x-api-key": KEY } : { authorization: `Bearer ${KEY}` };
    if (json !== undefined) headers["content-type"] = "application/json";
    const body = json === undefined ? form && new URLSearchParams(form) : JSON.stringify(json);
    const answer = await fetch(this.url + path, { method, headers, body: method === "GET" ? undefined : body });
    return { status: answer.status, ...(await answer.json().then((value) => ({ body: value }))) };
  }

  async stop() {
    this.process.kill("SIGTERM");
    await new Promise((resolve) => this.process.once("exit", resolve));
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Starts the browser. */
export const launch = () =>
  puppeteer.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] });

/** A page in a session of its own. What goes wrong in it is in `page.troubles`. */
export async function open(browser, server) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  page.troubles = [];
  page.on("pageerror", (error) => page.troubles.push(error.message));
  page.on("console", (message) => {
    // A refused form is answered with a 4xx, which the browser mentions.
    const isRefusal = message.text().startsWith("Failed to load resource") && /status of 4\d\d/.test(message.text());
    if (["error", "warn"].includes(message.type()) && !isRefusal) page.troubles.push(message.text());
  });
  page.on("requestfailed", (request) => {
    if (request.failure()?.errorText !== "net::ERR_ABORTED") page.troubles.push(`${request.url()} failed`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(server.url) && !url.startsWith("data:")) page.troubles.push(`asked for ${url}`);
  });
  // Leaving a changed form asks first; what was asked is kept, and answered with yes.
  page.asked = [];
  page.on("dialog", (dialog) => {
    page.asked.push(dialog.type());
    dialog.accept().catch(() => {});
  });
  page.server = server;
  return page;
}

/** Goes somewhere on the server. */
export const visit = (page, path) => page.goto(page.server.url + path, { waitUntil: "load" });

/** Signs somebody in. */
export async function signIn(page, email = "ann@example.com") {
  await visit(page, "/dashboard/sign-in");
  await page.type("#email", email);
  await page.type("#password", PASSWORD);
  await submit(page, "main button");
}

/** Clicks something that leads to another page. */
export const submit = (page, selector) => Promise.all([page.waitForNavigation(), page.click(selector)]);

/** Clicks what has these words on it: a button, a link, or what opens a menu. */
export async function press(page, words, { leads = true } = {}) {
  const found = await page.evaluateHandle((words) => {
    const shown = [...document.querySelectorAll("main button, main a, main summary, header a, header button, nav a, summary")];
    return shown.find((one) => one.textContent.trim().replace(/\s+/g, " ") === words && one.checkVisibility()) ?? null;
  }, words);
  const element = found.asElement();
  if (!element) throw new Error(`nothing to press says "${words}" on ${page.url()}`);
  await (leads ? Promise.all([page.waitForNavigation(), element.click()]) : element.click());
}

/** Walks with Tab to what has this name, or else this id, as somebody without a mouse does. */
export async function tabTo(page, name) {
  for (let steps = 0; steps < 120; steps++) {
    const here = await page.evaluate(() => {
      const { activeElement: element } = document;
      const label = element.getAttribute("aria-label") ?? element.labels?.[0]?.innerText ?? element.textContent;
      return [label.trim().replace(/\s+/g, " "), element.id, element.value];
    });
    if (here.includes(name)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`nothing called "${name}" is reached by Tab on ${page.url()}`);
}

/** Presses a key that leads to another page. */
export const strike = (page, key) => Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);

/** Types into a field in the place of what is there. */
export async function fill(page, selector, text) {
  await page.$eval(selector, (field) => {
    field.value = "";
  });
  await page.type(selector, text);
}

/** The text of the page, or of a part. */
export const text = (page, selector = "main") =>
  page.$eval(selector, (element) => element.innerText.replace(/\s+/g, " ").trim());

/** What the accessibility checker finds serious on the page. */
export async function barriers(page) {
  const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(source);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}
