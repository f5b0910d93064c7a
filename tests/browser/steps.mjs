// What several tests do on the pages of the product: set up, sign in, import a file. Keyboard only.
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

/** @typedef {import("playwright-core").Page} Page */

/** The spreadsheet that a team brings: 26 accounts, a title above the headings, a line of totals below. */
export const REPORT = fileURLToPath(new URL("../../crates/mainstay/tests/it/data/progress-report.csv", import.meta.url));
/** Words that no server refuses as a password. */
export const PASSWORD = "three quiet harbours";
/** Stops on the way to a control, the sheet being one of them. */
const TABS_MAX = 120;

/**
 * Walks there with the Tab key, as somebody without a mouse does.
 * @param {Page} page
 * @param {import("playwright-core").Locator} control
 * @param {"Tab" | "Shift+Tab"} key
 */
export async function tabTo(page, control, key = "Tab") {
  for (let stops = 0; stops < TABS_MAX; stops += 1) {
    if (await control.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  assert.fail(`${TABS_MAX} presses of ${key} do not reach ${control}`);
}

/** @param {Page} page @param {string} label @param {string} value */
export async function type(page, label, value) {
  await tabTo(page, page.getByLabel(label, { exact: true }));
  await page.keyboard.press("Control+a");
  await page.keyboard.type(value);
}

/** Presses the button or follows the link of this name. @param {Page} page @param {"button" | "link"} role @param {string | RegExp} name */
export async function press(page, role, name) {
  await tabTo(page, page.getByRole(role, { name, exact: typeof name === "string" }).first());
  await page.keyboard.press("Enter");
}

/** @param {Page} page @param {string} words of the new page's heading */
export async function heading(page, words) {
  await page.getByRole("heading", { level: 1, name: words }).waitFor();
}

/**
 * A new team's first minutes: the link that the server prints, a workspace, its first administrator.
 * @param {Page} page
 * @param {import("./server.mjs").Server} server
 * @param {{ workspace?: string, name?: string }} [who]
 */
export async function setUp(page, server, { workspace = "Snapwright", name = "Giulia Ferrante" } = {}) {
  const [link] = await server.printed(/http:\S+\/set-up\/\S+/);
  await page.goto(link);
  await type(page, "Workspace name", workspace);
  await type(page, "Your name", name);
  await type(page, "E-mail", "giulia@snapwright.example");
  await type(page, "Password", PASSWORD);
  await page.keyboard.press("Enter");
  await heading(page, "Today");
  return link;
}

/** @param {Page} page @param {string} email @param {string} password */
export async function signIn(page, email, password) {
  await page.goto("/sign-in");
  await type(page, "E-mail", email);
  await type(page, "Password", password);
  await page.keyboard.press("Enter");
  await heading(page, "Today");
}

/**
 * Opens the file in the import pages, up to the check before it is applied.
 * @param {Page} page that shows a link to the import
 * @param {string | { name: string, mimeType: string, buffer: Buffer }} file
 */
export async function upload(page, file) {
  // Before anything else: the browser needs a moment to learn that a test chooses the file.
  const chooser = page.waitForEvent("filechooser");
  await press(page, "link", "Import a spreadsheet");
  await heading(page, "Import a spreadsheet");
  await tabTo(page, page.locator("#file"));
  await page.keyboard.press("Space");
  await (await chooser).setFiles(file);
  await press(page, "button", "Read the file");
}
