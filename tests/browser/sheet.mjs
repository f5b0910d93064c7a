// The progress report as the tests see it: cells by account and field, where the cursor is, what the page says.
import assert from "node:assert/strict";

/** @typedef {import("playwright-core").Page} Page */

/** One cell. @param {Page} page @param {string} account @param {string} field */
export const cell = (page, account, field) =>
  page.locator("#sheet tbody tr").filter({ has: page.locator(`[data-field="name"][data-value="${account}"]`) }).locator(`[data-field="${field}"]`);

/** What the cell holds. @param {Page} page @param {string} account @param {string} field */
export const value = (page, account, field) => cell(page, account, field).getAttribute("data-value");

/** Account and field under the cursor. @param {Page} page */
export const cursor = (page) =>
  page.evaluate(() => {
    const cell = document.activeElement?.closest("td, th");
    const row = cell?.closest("tr");
    return `${row?.querySelector("th")?.getAttribute("data-value")} ${cell?.getAttribute("data-field")}`;
  });

/** Names of the accounts, from top to bottom. @param {Page} page */
export const names = (page) => page.locator('#sheet tbody [data-field="name"]').evaluateAll((cells) => cells.map((cell) => cell.getAttribute("data-value")));

/**
 * Waits until the cell holds this, and says what it holds when it never does.
 * @param {Page} page @param {string} account @param {string} field @param {string} wanted @param {number} [within] milliseconds
 */
export async function holds(page, account, field, wanted, within = 5_000) {
  const one = cell(page, account, field);
  const from = Date.now();
  // The page is asked and not the clock of the test: a cell that is being saved does not count as saved.
  const state = () => one.evaluate((element) => `${element.getAttribute("data-value")}${element.ariaBusy === "true" ? " (being saved)" : ""}`);
  let seen = await state();
  while (seen !== wanted && Date.now() - from < within) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    seen = await state();
  }
  assert.equal(seen, wanted, `${account}, ${field} after ${within} ms`);
}

/** Moves the cursor with arrow keys. @param {Page} page @param {string} account @param {string} field */
export async function walkTo(page, account, field) {
  const way = await cell(page, account, field).evaluate((to) => {
    const from = document.activeElement?.closest("td, th");
    const place = (/** @type {Element | null | undefined} */ one) => {
      const row = /** @type {HTMLTableRowElement | null | undefined} */ (one?.closest("tr"));
      return [row?.sectionRowIndex ?? 0, row ? [...row.cells].indexOf(/** @type {HTMLTableCellElement} */ (one)) : 0];
    };
    const [[row, column], [toRow, toColumn]] = [place(from), place(to)];
    return { down: toRow - row, right: toColumn - column };
  });
  for (let step = 0; step < Math.abs(way.down); step += 1) await page.keyboard.press(way.down > 0 ? "ArrowDown" : "ArrowUp");
  for (let step = 0; step < Math.abs(way.right); step += 1) await page.keyboard.press(way.right > 0 ? "ArrowRight" : "ArrowLeft");
  assert.equal(await cursor(page), `${account} ${field}`, "where the arrow keys lead");
}

/** Pastes as from a spreadsheet. @param {Page} page @param {string[][]} lines */
export async function paste(page, lines) {
  await page.evaluate((text) => navigator.clipboard.writeText(text), lines.map((line) => line.join("\t")).join("\r\n"));
  await page.keyboard.press("Control+v");
}
