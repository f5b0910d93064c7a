// What the browser tests share: Chromium, the four views of every page, axe, screenshots.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import axe from "axe-core";
import { chromium } from "playwright-core";

export { DATABASES, binary, startServer } from "./server.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
/** Screenshots that the guide shows are renewed with MAINSTAY_GUIDE=1; others stay out of the repository. */
const PICTURES = process.env.MAINSTAY_GUIDE
  ? path.resolve(HERE, "../../docs/guide/images")
  : path.join(HERE, "out");

/** All views of all pages would make a repository heavy. */
const DARK_IN_GUIDE = ["portfolio", "accounts", "account-progress", "account-money", "account-feed", "import-preview", "settings-people"];

const FLAGS = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** How long a test waits for something to appear. */
const WAIT_MS_MAX = 15_000;

/** @typedef {{ scheme: "light" | "dark", width: number }} View */
/** Every page is held to these; a width is changed least, since that lays the page out anew. @type {readonly View[]} */
export const VIEWS = [
  { scheme: "light", width: 1280 },
  { scheme: "dark", width: 1280 },
  { scheme: "dark", width: 320 },
  { scheme: "light", width: 320 },
];
/** @param {number} width */
const screen = (width) => ({ width, height: width < 600 ? 700 : 860 });

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** A browser with a fresh profile. */
export function launch() {
  return chromium.launch({ executablePath: process.env.MAINSTAY_CHROMIUM || "/usr/bin/chromium", args: FLAGS });
}

/**
 * A person at their own screen: own cookies, own storage. Errors in the console or in scripts,
 * a blocked resource among them, are collected and fail the test in `leave`.
 * @param {import("playwright-core").Browser} browser
 * @param {string} url of the server
 * @param {Partial<View> & import("playwright-core").BrowserContextOptions} [view]
 */
export async function enter(browser, url, { scheme = "light", width = 1280, ...more } = {}) {
  const context = await browser.newContext({
    ...more,
    baseURL: url,
    colorScheme: scheme,
    viewport: screen(width),
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
  });
  context.setDefaultTimeout(WAIT_MS_MAX);
  /** @type {string[]} */
  const faults = [];
  context.on("weberror", (error) => faults.push(error.error().message));
  context.on("console", (message) => {
    // A refused request is what some tests are about; they look at the page instead.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) faults.push(message.text());
  });
  const page = await context.newPage();
  const leave = async () => {
    await context.close();
    assert.ok(faults.length === 0, `errors in the browser's console:\n${faults.join("\n")}`);
  };
  return { context, page, faults, leave };
}

/**
 * No violation by axe, and no sideways scrolling of the page.
 * @param {import("playwright-core").Page} page
 * @param {string} name of the page, for the message
 */
export async function accessible(page, name) {
  // Through the debugger and not by a script element: the policy of our pages would block that one.
  await page.evaluate(axe.source);
  const result = await page.evaluate(
    (rules) => /** @type {any} */ (window).axe.run(document, { runOnly: rules, resultTypes: ["violations"] }),
    RULES,
  );
  const told = result.violations.map(
    (/** @type {import("axe-core").Result} */ violation) =>
      `${violation.id}: ${violation.help}: ${violation.nodes.map((node) => node.target.join(" ")).join(", ")}`,
  );
  assert.ok(told.length === 0, `axe on ${name}:\n${told.join("\n")}`);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wider <= 0, `${name} is ${wider} px wider than the screen`);
}

/**
 * The guide shows a screen, and few of them dark; whoever looks for flaws wants all and the whole page.
 * @param {import("playwright-core").Page} page @param {string} name @param {View} view
 */
async function picture(page, name, { scheme, width }) {
  const guide = Boolean(process.env.MAINSTAY_GUIDE);
  if (guide && scheme === "dark" && !(width === 1280 && DARK_IN_GUIDE.includes(name))) return;
  await page.screenshot({ path: path.join(PICTURES, `${name}-${scheme}-${width}.png`), fullPage: !guide });
}

/**
 * Shows a page in every view, holds it to `accessible`, and takes its picture.
 * @param {import("playwright-core").Page} page
 * @param {string} name also of the picture: <name>-<scheme>-<width>.png
 */
export async function inspect(page, name) {
  const before = page.viewportSize();
  await mkdir(PICTURES, { recursive: true });
  for (const { scheme, width } of VIEWS) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize(screen(width));
    await accessible(page, `${name}, ${scheme}, ${width} px`);
    await picture(page, name, { scheme, width });
  }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}
