// The board: the report of a month is frozen, stays as it was whatever is edited later, and a comparison names what
// moved, by whom and why. On both databases, on the demo company.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { DATABASES, enter, launch, startServer } from "./harness.mjs";
import { holds, value, walkTo } from "./sheet.mjs";
import { heading, press, signIn, tabTo, type } from "./steps.mjs";

/** @typedef {import("playwright-core").Page} Page */

const DEMO_PASSWORD = "snapwright-demo";

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => void (browser = await launch()));
after(() => browser?.close());

/** The page's own part, to the last character, once its script has made the sheet a grid. @param {Page} page */
async function whole(page) {
  await page.locator("#sheet[role='grid']").waitFor();
  return page.locator("main").evaluate((main) => main.innerHTML);
}

/** Keeps the report by hand and gives its address. @param {Page} page */
async function keepReport(page) {
  await press(page, "link", "Portfolio");
  await heading(page, "Progress report");
  await press(page, "link", "Snapshots");
  await heading(page, "Snapshots");
  await type(page, "Note", "Board of the month");
  await press(page, "button", "Take snapshot");
  await page.getByText("Later edits do not change it.").waitFor();
  assert.match(await page.locator("main .notice").innerText(), /Board of the month/);
  return page.url();
}

/** Scores, an own word and a contract of the past: everything that a report is made of. @param {Page} page */
async function editLater(page) {
  await press(page, "link", "Back to today");
  await page.waitForURL((address) => !address.search.includes("snapshot"));
  await page.locator("#live.on").waitFor();
  await tabTo(page, page.locator("#sheet tbody [tabindex='0']"));
  await walkTo(page, "Tern", "launched");
  await page.keyboard.type("1.2");
  await page.keyboard.press("Enter");
  await holds(page, "Tern", "launched", "1.2");
}

/** @param {Page} page @param {string} kept */
async function compareWithToday(page, kept) {
  const id = new URL(kept).searchParams.get("snapshot");
  await press(page, "link", "Snapshots");
  await heading(page, "Snapshots");
  await tabTo(page, page.locator(`a[href*="compare?from=${id}"]`));
  await page.keyboard.press("Enter");
  await heading(page, "Compare");
  const moved = page.locator("section[aria-labelledby='moved-head'] tbody tr");
  assert.equal(await moved.count(), 1, "one account was edited, and one moved");
  const told = (await moved.innerText()).replaceAll(/\s+/g, " ");
  assert.match(told, /Tern/);
  assert.match(told, /Effectively launched \d\.\d → 1\.2/);
  assert.match(told, /Effectively launched 1\.2 −\d\.\d\d .*Marc Delacroix/, "who says so, and how much it moved");
}

/** Two month ends of the past: the report reads as it did, and every account that moved says why. @param {Page} page */
async function lookBack(page) {
  const months = page.locator("table tbody tr", { hasText: "Monthly" });
  await press(page, "link", "Snapshots");
  await heading(page, "Snapshots");
  assert.ok((await months.count()) > 12, "the schedule kept each month of the demo");
  await tabTo(page, months.nth(2).locator("th a"));
  await page.keyboard.press("Enter");
  await heading(page, "Progress report");
  const kept = await page.locator("#sheet tfoot").innerText();
  const day = await page.getByLabel("As of").inputValue();
  await page.goto(`${new URL(page.url()).pathname}?as_of=${day}`);
  await page.getByText("By what we know today").waitFor();
  assert.equal(await page.locator("#sheet tfoot").innerText(), kept, "nothing of that month was corrected since");
  assert.equal(await page.locator("#sheet [data-edit]").count(), 0, "nobody types into the past");
  await press(page, "link", "Compare");
  await heading(page, "Compare");
  await type(page, "From", day.split("-").toReversed().join(""));
  await press(page, "button", "Compare");
  await page.waitForURL(/from=/);
  for (const row of await page.locator("section[aria-labelledby='moved-head'] tbody tr").all()) {
    assert.ok((await row.locator(".causes li").count()) > 0, `${await row.locator("th").innerText()} says why`);
  }
}

/** The board view: the trend reads itself out, and what moved since the last month agrees with the comparison. @param {Page} page */
async function lookAtBoard(page) {
  await press(page, "link", "Portfolio");
  await heading(page, "Progress report");
  await press(page, "link", "Board");
  const since = page.locator("p.since");
  await since.waitFor();
  const [, arr] = /^Since the snapshot of \d+ \w+ \d{4}: average [+−]?\d\.\d\d, ARR (\S+ \S+)\. /.exec(await since.innerText()) ?? [];
  assert.ok(arr, `${await since.innerText()} says what moved in total`);
  await tabTo(page, page.locator("a.fold-link", { hasText: "Type 1" }));
  await page.keyboard.press("Enter");
  const row = page.locator("tr", { has: page.locator('[data-field="name"][data-value="Casavero"]') });
  await row.getByRole("img", { name: /^\d\.\d twelve weeks ago, \d\.\d now$/ }).waitFor();
  assert.match(await row.locator('[data-field="since_snapshot"]').innerText(), /^−\d\.\d\d/, "Casavero fell since then");
  await press(page, "link", "What moved");
  await heading(page, "Compare");
  const change = await page.locator("table.compared tfoot").first().innerText();
  assert.ok(change.includes(arr.replace("EUR ", "")), `${change} is what the board says: ${arr}`);
}

/** The call goes from what fell to what is only low, and each account says why. @param {Page} page */
async function goThroughCall(page) {
  await press(page, "link", "Report");
  await heading(page, "Progress report");
  await tabTo(page, page.locator("nav.views a", { hasText: "Weekly call" }));
  await page.keyboard.press("Enter");
  await page.getByText("First what fell in the last 7 days").waitFor();
  const reasons = await page.locator("#sheet tbody .reason").allInnerTexts();
  assert.equal(reasons.length, await page.locator("#sheet tbody tr").count(), "each account says why");
  const kinds = [/^fell/, /^(notice|ends|ended)/, /^action late/, /^(under 4|never scored)/];
  const places = reasons.map((reason) => kinds.findIndex((kind) => kind.test(reason)));
  assert.deepEqual(places, places.toSorted((one, other) => one - other), reasons.join(", "));
  const falls = reasons.filter((reason) => reason.startsWith("fell")).map((reason) => Number.parseFloat(reason.slice(5)));
  assert.ok(falls.length > 1, "the demo tells of falls, and the test made one");
  assert.deepEqual(falls, falls.toSorted((one, other) => other - one), "the deepest fall first");
}

/** A number opens into its inputs. @param {Page} page */
async function openNumber(page) {
  await press(page, "link", "Report");
  await heading(page, "Progress report");
  await page.locator('#sheet tr:has-text("Tern") [data-field="overall"] a').click();
  await page.locator(".answer .score").waitFor();
  assert.match(await page.locator("main").innerText(), /Effectively launched/);
}

for (const database of DATABASES) {
  test(`the board on ${database}`, { timeout: 120_000 }, async (context) => {
    const server = await startServer({ command: "demo", database });
    context.after(() => server.discard());
    const { page, leave } = await enter(browser, server.url);
    await signIn(page, "marc@snapwright.example", DEMO_PASSWORD);

    const kept = await keepReport(page);
    const then = await whole(page);
    await editLater(page);
    await page.goto(kept);
    assert.equal(await whole(page), then, "the page that was kept is the same to the last character");
    assert.notEqual(await value(page, "Tern", "launched"), "1.2");
    await compareWithToday(page, kept);
    await lookBack(page);
    await lookAtBoard(page);
    await goThroughCall(page);
    await openNumber(page);
    await leave();
  });
}
