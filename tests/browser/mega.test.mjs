// The mega account: twelve account managers on one client, each with an own part, rolled up to one page. On both
// databases, on the demo company.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { DATABASES, enter, launch, startServer } from "./harness.mjs";
import { value } from "./sheet.mjs";
import { heading, press, signIn, tabTo } from "./steps.mjs";

/** @typedef {import("playwright-core").Page} Page */

const DEMO_PASSWORD = "snapwright-demo";
/** Steps of the demo's template, as the pages name them. */
const LAUNCHED = "Effectively launched";

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => void (browser = await launch()));
after(() => browser?.close());

/** @param {Page} page @param {string} person */
async function openScopes(page, person) {
  await signIn(page, `${person}@snapwright.example`, DEMO_PASSWORD);
  await press(page, "link", "Portfolio");
  await heading(page, "Progress report");
  await page.getByRole("link", { name: "Forkful Group", exact: true }).first().click();
  await press(page, "link", "Scopes");
  await page.getByRole("heading", { level: 2, name: "Scopes" }).waitFor();
}

/** The rows of the tree: name of the part, and its overall score. @param {Page} page */
async function parts(page) {
  const rows = await page.locator("table.scopes tbody tr").all();
  return await Promise.all(
    rows.map(async (row) => ({
      name: await row.locator("th").innerText(),
      overall: Number(await row.locator("td").first().innerText()),
    })),
  );
}

/** The own part of an account manager: the row that names them. @param {Page} page @param {string} owner */
async function openOwn(page, owner) {
  const row = page.locator("table.scopes tbody tr", { hasText: owner });
  await tabTo(page, row.getByRole("link"));
  await page.keyboard.press("Enter");
  await press(page, "link", "Open or record its scores");
  await page.getByRole("heading", { level: 2, name: /^Scores of/ }).waitFor();
}

/** Types one step of the own part. @param {Page} page @param {string} score @param {string} note */
async function scoreLaunch(page, score, note) {
  const field = page.getByLabel(`New score, 0 to 10: The whole step, as typed (${LAUNCHED})`);
  await tabTo(page, field);
  await page.keyboard.type(score);
  await tabTo(page, page.getByLabel("Note", { exact: true }));
  await page.keyboard.type(note);
  await press(page, "button", "Record scores");
  await page.locator("#launched .note", { hasText: note }).waitFor();
}

/** What the account reads of its first step, and from which regions. @param {Page} page */
async function explained(page) {
  const place = new URL(page.url()).pathname.split("/").slice(0, 5).join("/");
  await page.goto(`${place}/explain/launched`);
  const rows = page.locator("section[aria-labelledby='scopes-head'] tbody tr");
  await rows.first().waitFor();
  const told = await Promise.all(
    (await rows.all()).map(async (row) => {
      const cells = await row.locator("th, td").allInnerTexts();
      return { name: cells[0], score: Number(cells[1]), users: Number(cells[2]?.replace(/\D/g, "")) };
    }),
  );
  return { score: Number(await page.locator(".answer .score").innerText()), told };
}

/** The report reads what the scopes make. @param {Page} page @param {number} score */
async function reportSays(page, score) {
  await press(page, "link", "Portfolio");
  await heading(page, "Progress report");
  assert.equal(Number(await value(page, "Forkful Group", "launched")).toFixed(1), score.toFixed(1));
}

for (const database of DATABASES) {
  test(`the mega account on ${database}`, { timeout: 120_000 }, async (context) => {
    const server = await startServer({ command: "demo", database });
    context.after(() => server.discard());
    const one = await enter(browser, server.url);
    const other = await enter(browser, server.url);
    const [astrid, lena] = [one.page, other.page];

    await openScopes(astrid, "astrid");
    await openScopes(lena, "lena");
    assert.match(await astrid.locator("section.section").first().innerText(), /16 scopes, 12 owners/);
    const before = await parts(astrid);
    assert.equal(before.length, 17, "the whole account and its parts");
    assert.match(before[1]?.name ?? "", /^Nordics/, "the weakest part first");
    const overall = before.slice(1).filter((part) => /Region/.test(part.name)).map((part) => part.overall);
    assert.deepEqual(overall, [...overall].sort((a, b) => a - b), "and the strongest last");

    // Two account managers have their own parts open and record, one after the other, without seeing each other.
    await openOwn(astrid, "Astrid Holm");
    await openOwn(lena, "Lena Brandt");
    await scoreLaunch(astrid, "5.5", "Stockholm uses the app again");
    await scoreLaunch(lena, "9.9", "All of Vienna is live");

    const { score, told } = await explained(astrid);
    assert.equal(told.length, 4, "four regions");
    assert.ok(told.every((part, place) => place === 0 || part.score >= (told[place - 1]?.score ?? 0)), "the weakest first");
    const users = told.reduce((sum, part) => sum + part.users, 0);
    const mean = told.reduce((sum, part) => sum + part.score * part.users, 0) / users;
    assert.ok(Math.abs(mean - score) <= 0.1, `the regions by their users make ${mean}, shown is ${score}`);
    const nordics = told.find((part) => part.name === "Nordics");
    // (5.5 x 1,100 + 3.6 x 430 + 4.0 x 160) / 1,690
    assert.equal(nordics?.score, 4.9, "Astrid's score has moved her region");
    await reportSays(astrid, score);

    // One page of everything: the account with its parts among the parents and subsidiaries.
    await press(lena, "link", "Accounts");
    await press(lena, "link", "Hierarchy");
    await heading(lena, "Hierarchy");
    const rows = await lena.locator("table.scopes tbody tr").allInnerTexts();
    assert.match(rows[0] ?? "", /Forkful Group/);
    assert.match(rows[0] ?? "", /EUR 10.8M/);
    assert.ok(rows.some((row) => /Haus&Hof/.test(row)) && rows.some((row) => /PlanB/.test(row)));
    await one.leave();
    await other.leave();
  });
}
