// The pictures of docs/screenshots, taken of a server that the demo filled: `TOLLGATE_BIN=… node screenshots.js`.

import { mkdir } from "node:fs/promises";
import { Server, fill, launch, open, press, signIn, visit } from "./browser.js";

const FOLDER = new URL("../../docs/screenshots/", import.meta.url).pathname;
const SIZES = { wide: { width: 1280, height: 800 }, small: { width: 390, height: 844 } };
/** Pages of which there are all four pictures; of the others there is the wide and light one. */
const MAIN = ["home", "product", "customer"];
const PAGES = {
  home: "",
  products: "/products",
  product: "/products/growth",
  review: "/products/growth",
  customers: "/customers",
  customer: "/customers/fable",
  feature: "/customers/quill/features/api_calls",
  developers: "/developers/requests",
  "pricing-table": "/pricing-table",
};

const [browser, server] = await Promise.all([launch(), Server.start()]);
server.person("ann@example.com");
server.fill();
await mkdir(FOLDER, { recursive: true });
const hook = { url: "https://app.example.com/webhooks/tollgate", "enabled_events[0]": "customer.subscription.updated" };
await server.api("POST", "/v1/webhook_endpoints", { form: hook });
const page = await open(browser, server);
await signIn(page);

/** Leads to the review: more seats, no single sign-on. */
async function change() {
  await fill(page, '[name="limit:seats"]', "40");
  await page.click('[name="access:sso"]');
  await press(page, "Save");
}

for (const [name, path] of Object.entries(PAGES)) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const scheme of ["light", "dark"]) {
      if (!MAIN.includes(name) && `${size}-${scheme}` !== "wide-light") continue;
      await page.setViewport({ ...viewport, deviceScaleFactor: 1 });
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await visit(page, `/dashboard/test${path}`);
      if (name === "review") await change();
      await page.evaluate(() => document.activeElement?.blur());
      await page.screenshot({ path: `${FOLDER}${name}-${size}-${scheme}.png` });
    }
  }
}
await browser.close();
await server.stop();
