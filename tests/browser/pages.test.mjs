// Every page, light and dark, on a desk and on a phone: no violation by axe, no sideways scrolling, no error in the console.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { enter, inspect, launch, startServer } from "./harness.mjs";
import { setUp, signIn, upload } from "./steps.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {Awaited<ReturnType<import("playwright-core").BrowserContext["storageState"]>>} Session */

/** @type {import("playwright-core").Browser} */
let browser;
before(async () => void (browser = await launch()));
after(() => browser?.close());

/**
 * One page in a browser of its own.
 * @param {string} url of the server
 * @param {Session | undefined} session
 * @param {(page: Page) => Promise<unknown>} look
 */
async function visit(url, session, look) {
  const { page, context, leave } = await enter(browser, url, { storageState: session });
  try {
    await look(page);
  } catch (fault) {
    await context.close();
    throw fault;
  }
  await leave();
}

/** @param {Page} page @param {string} path @param {number} status */
async function open(page, path, status = 200) {
  const answer = await page.goto(path);
  assert.equal(answer?.status(), status, path);
}

/** The address of an account's page, by its line in the report. @param {Page} page @param {string} name */
async function account(page, name) {
  await open(page, "/w/snapwright/portfolio");
  return await page.getByRole("link", { name, exact: true }).getAttribute("href") ?? "";
}

/** @param {string} name @param {string[]} lines */
const csv = (name, lines) => ({ name, mimeType: "text/csv", buffer: Buffer.from(lines.join("\n")) });

/** A file with everything that can be wrong with one. */
const troubled = () =>
  csv("accounts-2026.csv", [
    "Account;Sales Associate;Account End Date;Type;Effectively Launched;Generate ROI;Last Year ARR;Delta ARR;YTD;Mood",
    "Forkful Group;Ines Cabrera;04/05/2027;1;7/10;6.6;10,380,000;900,000;10,800,000;sunny",
    "Tiffin24;Jonas Weber;05/06/2027;2;12;8.2;1,190,000;200,000;1,450,000;mixed",
    "Piatto Pronto;Elisa Conti;soon;2;7.1;6.4;825,000;90,000;860,000;mixed",
    "MesaYa;Elisa Conti;01/06/2027;9;6.4;5.8;610,000;80,000;620,000;rain",
    ";Elisa Conti;01/06/2027;2;6.4;5.8;610,000;80,000;620,000;no name",
    "Krume;Elisa Conti;02/03/2027;3;5.0;;95k;10k;95k;",
    "Total;;;;;;13,100,000;;;",
  ]);

/** More accounts than a page of the report shows. */
const crowd = () =>
  csv("crowd.csv", [
    "Account,Type,Effectively Launched,Generate ROI,YTD",
    ...Array.from({ length: 130 }, (_, index) => `Client ${String(index + 1).padStart(3, "0")},${1 + (index % 4)},${index % 11},${(index * 3) % 11},${(index + 1) * 1000}`),
  ]);

/** Two people change the same account; the second is asked before anything is lost. @param {Page} page */
async function inspectConflict(page) {
  const path = await account(page, "Krume");
  const other = await page.context().newPage();
  for (const one of [page, other]) await open(one, `${path}/edit`);
  await page.getByLabel("Account name").fill("Krume & Co");
  await other.getByLabel("Account name").fill("Krume AG");
  await other.getByRole("button", { name: "Save details" }).click();
  await other.getByRole("heading", { name: "Krume AG" }).waitFor();
  await page.getByRole("button", { name: "Save details" }).click();
  await page.getByRole("alert").waitFor();
  await inspect(page, "account-edit-conflict");
  await other.close();
}

describe("the demo company", () => {
  /** @type {import("./server.mjs").Server} */
  let server;
  /** @type {Session} */
  let admin;
  /** @type {Session} */
  let member;

  /** @param {string} email */
  async function session(email) {
    const { context, page, leave } = await enter(browser, server.url);
    await signIn(page, email, "snapwright-demo");
    const state = await context.storageState();
    await leave();
    return state;
  }

  before(async () => {
    server = await startServer({ command: "demo" });
    admin = await session("henrik@snapwright.example");
    member = await session("mei@snapwright.example");
  });
  after(() => server?.discard());

  const PAGES = {
    "today": "/today",
    "weekly-call": "/portfolio/call",
    "task-new": "/tasks/new",
    "portfolio": "/portfolio",
    "portfolio-filtered": "/portfolio?type=2&gap=1&sort=-overall",
    "arr": "/portfolio/arr",
    "arr-churn": "/portfolio/arr?part=churn&kind=churn",
    "settings-currencies": "/settings/currencies",
    "portfolio-no-match": "/portfolio?q=zeppelin",
    "portfolio-print": "/portfolio/print",
    "portfolio-heat": "/portfolio/heat",
    "portfolio-mobility": "/portfolio/mobility",
    "portfolio-bulk": "/portfolio/bulk?type=2",
    "portfolio-as-of": "/portfolio?as_of=2026-09-15",
    "portfolio-before-all": "/portfolio?as_of=2001-01-01",
    "portfolio-heat-as-of": "/portfolio/heat?as_of=2026-09-15",
    "portfolio-compare": "/portfolio/compare?from=2026-09-15",
    "portfolio-compare-wrong": "/portfolio/compare?from=lately",
    "portfolio-snapshots": "/portfolio/snapshots",
    "portfolio-weekly-call": "/portfolio?view=weekly-call",
    "portfolio-board": "/portfolio?view=board&open=2",
    "portfolio-grouped": "/portfolio?group=field.renewal_likelihood&open=likely&industry=-",
    "portfolio-conditions": "/portfolio?field.renewal_likelihood=likely&overall=4..&columns=overall,industry,field.renewal_likelihood,field.sites",
    "accounts": "/accounts",
    "accounts-search": "/accounts?q=ta",
    "accounts-no-match": "/accounts?q=zeppelin",
    "accounts-archived": "/accounts?archived=1",
    "account-new": "/accounts/new",
    "imports-empty": "/import",
    "import-new": "/import/new",
    "settings-workspace": "/settings",
    "settings-people": "/settings/people",
    "settings-scorecards": "/settings/scorecards",
    "settings-scorecard": "/settings/scorecards/software",
    "settings-scorecard-new": "/settings/scorecards/new",
    "settings-fields": "/settings/fields",
    "settings-tokens": "/settings/tokens",
    "settings-signals": "/settings/signals",
    "settings-signal": "/settings/signals/failed_shoots",
    "settings-jobs": "/settings/jobs",
    "settings-job-schedule": "/settings/jobs/schedules/housekeeping",
    "settings-me": "/settings/me",
  };
  for (const [name, path] of Object.entries(PAGES)) {
    test(name, () =>
      visit(server.url, admin, async (page) => {
        await open(page, `/w/snapwright${path}`);
        await inspect(page, name);
      }));
  }

  const TABS = { progress: "", scopes: "/scopes", history: "/scores/roi_generated", explain: "/explain/overall", "explain-arr": "/explain/arr_ytd", "explain-gap": "/explain/gap", type: "/type", "data-points": "/data-points", merge: "/merge", "explain-step": "/explain/launched?from=2026-01-01", money: "/money", feed: "/feed", team: "/team", edit: "/edit" };
  for (const [name, path] of Object.entries(TABS)) {
    test(`account-${name}`, () =>
      visit(server.url, admin, async (page) => {
        await open(page, `${await account(page, "MesaYa")}${path}`);
        await inspect(page, `account-${name}`);
      }));
  }

  test("hierarchy", () =>
    visit(server.url, admin, async (page) => {
      await open(page, "/w/snapwright/accounts/hierarchy");
      await inspect(page, "hierarchy");
    }));

  test("account-scopes-divided, and one of its scopes", () =>
    visit(server.url, admin, async (page) => {
      await open(page, `${await account(page, "Forkful Group")}/scopes`);
      await inspect(page, "account-scopes-divided");
      await page.getByRole("link", { name: "Iberia" }).click();
      await page.getByText("Change this scope").click();
      await inspect(page, "account-scope");
      await page.getByRole("link", { name: "Open or record its scores" }).click();
      await inspect(page, "account-scope-scores");
    }));

  test("account-progress-open: every fold of a step", () =>
    visit(server.url, admin, async (page) => {
      await open(page, await account(page, "Forkful Group"));
      for (const fold of await page.locator("main details").all()) await fold.evaluate((details) => details.setAttribute("open", ""));
      await inspect(page, "account-progress-open");
    }));

  test("account-new-error", () =>
    visit(server.url, admin, async (page) => {
      await open(page, "/w/snapwright/accounts/new");
      await page.getByLabel("Account name").fill("");
      await page.getByLabel("External id").fill("MESAYA");
      await page.getByLabel("End date").fill("1899-01-01");
      await page.locator("main form").evaluate((form) => /** @type {HTMLFormElement} */ (form).submit());
      await page.getByRole("alert").waitFor();
      await inspect(page, "account-new-error");
    }));

  test("settings-token-created", () =>
    visit(server.url, admin, async (page) => {
      await open(page, "/w/snapwright/settings/tokens");
      await page.getByLabel("What it is for").fill("Board slides");
      await page.getByRole("button", { name: "Create token" }).click();
      await page.locator("#secret").waitFor();
      await inspect(page, "settings-token-created");
    }));

  test("settings-signal-error", () =>
    visit(server.url, admin, async (page) => {
      await open(page, "/w/snapwright/settings/signals/failed_shoots");
      await page.getByLabel("Level in %").fill("a lot");
      await page.getByRole("button", { name: "Watch this level" }).click();
      await page.getByText("A value is a number").waitFor();
      await inspect(page, "settings-signal-error");
    }));

  test("settings-people-error", () =>
    visit(server.url, admin, async (page) => {
      await open(page, "/w/snapwright/settings/people");
      await page.getByText("Add someone", { exact: true }).click();
      await page.getByLabel("Name", { exact: true }).fill("Noor Haddad");
      await page.getByLabel("E-mail", { exact: true }).fill("noor");
      await page.locator("#add form").evaluate((form) => /** @type {HTMLFormElement} */ (form).submit());
      await page.locator("#email-error").waitFor();
      await inspect(page, "settings-people-error");
    }));

  test("portfolio-choices: filters, columns and saving a view, opened", () =>
    visit(server.url, admin, async (page) => {
      await open(page, "/w/snapwright/portfolio?industry=-");
      for (const name of ["Add filter", "Columns", "Save as view"]) {
        await page.locator("summary", { hasText: name }).click();
        await inspect(page, `portfolio-${name.toLowerCase().replaceAll(" ", "-")}`);
        await page.locator("summary", { hasText: name }).click();
      }
    }));

  test("settings-field: a choice and its settings", () =>
    visit(server.url, admin, async (page) => {
      await open(page, "/w/snapwright/settings/fields");
      await page.getByRole("row", { name: /Renewal likelihood/ }).getByRole("link").click();
      await page.getByRole("button", { name: "Save field" }).waitFor();
      await inspect(page, "settings-field");
    }));

  test("the menu of one's own, opened", () =>
    visit(server.url, admin, async (page) => {
      await open(page, "/w/snapwright/accounts");
      await page.locator(".top .menu summary").click();
      await inspect(page, "menu");
    }));

  test("the report of 26 accounts prints on one landscape page, A4 and Letter", () =>
    visit(server.url, admin, async (page) => {
      await open(page, "/w/snapwright/portfolio/print");
      for (const format of ["A4", "Letter"]) {
        const pdf = (await page.pdf({ format, landscape: true })).toString("latin1");
        assert.equal(pdf.match(/\/Type\s*\/Page[^s]/g)?.length, 1, format);
      }
    }));

  test("portfolio-export: the ways out, opened", () =>
    visit(server.url, admin, async (page) => {
      await open(page, "/w/snapwright/portfolio?type=2");
      await page.locator(".page-head .menu summary").click();
      await inspect(page, "portfolio-export");
      const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Excel workbook (.xlsx)" }).click()]);
      assert.match(file.suggestedFilename(), /^progress-report-\d{4}-\d\d-\d\d\.xlsx$/);
    }));

  test("error-403: a member does not import", () =>
    visit(server.url, member, async (page) => {
      await open(page, "/w/snapwright/import/new", 403);
      await inspect(page, "error-403");
    }));

  test("settings-workspace-member: read, not changed", () =>
    visit(server.url, member, async (page) => {
      await open(page, "/w/snapwright/settings");
      await inspect(page, "settings-workspace-member");
    }));

  test("error-404: of an account, and of no address at all", () =>
    visit(server.url, admin, async (page) => {
      await open(page, "/w/snapwright/accounts/01890000-0000-7000-8000-000000000000", 404);
      await inspect(page, "error-404");
      await open(page, "/nowhere", 404);
      await inspect(page, "error-404-outside");
    }));

  const OPEN = { "sign-in": "/sign-in", "api-docs": "/api/docs", "docs-errors": "/docs/errors" };
  for (const [name, path] of Object.entries(OPEN)) {
    test(name, () =>
      visit(server.url, undefined, async (page) => {
        await open(page, path);
        await inspect(page, name);
      }));
  }

  test("sign-in-error", () =>
    visit(server.url, undefined, async (page) => {
      await open(page, "/sign-in");
      await page.getByLabel("E-mail").fill("nobody@snapwright.example");
      await page.getByLabel("Password").fill("not the password");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("alert").waitFor();
      await inspect(page, "sign-in-error");
    }));

  test("without scripts the report is read, filtered, and an account is read and scored", async () => {
    const { page, leave } = await enter(browser, server.url, { storageState: admin, javaScriptEnabled: false });
    await open(page, "/w/snapwright/portfolio");
    await page.getByPlaceholder("Account name").fill("tiffin");
    await page.getByRole("button", { name: "Filter" }).click();
    assert.equal(await page.locator("#sheet tbody tr").count(), 1);
    await page.getByRole("link", { name: "Tiffin24", exact: true }).click();
    const path = new URL(page.url()).pathname;
    await page.locator("#launched summary").first().click();
    await page.locator("#launched").getByLabel("Score").first().fill("3.3");
    await page.locator("#launched").getByRole("button", { name: /^Record/ }).first().click();
    assert.equal(new URL(page.url()).pathname, path);
    await open(page, `${path}/feed`);
    assert.match(await page.locator(".feed").innerText(), /Henrik Aas recorded .*3\.3/);
    await leave();
  });
});

describe("a new company", () => {
  /** @type {import("./server.mjs").Server} */
  let server;
  /** @type {Session} */
  let admin;

  before(async () => {
    server = await startServer();
    await visit(server.url, undefined, async (page) => {
      const [link] = await server.printed(/http:\S+\/set-up\/\S+/);
      await open(page, link);
      await inspect(page, "set-up");
      await page.locator("main form").evaluate((form) => /** @type {HTMLFormElement} */ (form).submit());
      await page.locator("#workspace-error").waitFor();
      await inspect(page, "set-up-error");
      await setUp(page, server);
      admin = await page.context().storageState();
      await open(page, link, 410);
      await inspect(page, "set-up-gone");
    });
  });
  after(() => server?.discard());

  test("invitation", () =>
    visit(server.url, admin, async (page) => {
      await open(page, "/w/snapwright/settings/people");
      await page.getByText("Add someone", { exact: true }).click();
      await page.getByLabel("Name", { exact: true }).fill("Rui Tavares");
      await page.getByLabel("E-mail", { exact: true }).fill("rui@snapwright.example");
      await page.getByRole("button", { name: "Add", exact: true }).click();
      const link = await page.locator("#secret").inputValue();
      await inspect(page, "settings-people-invited");
      await open(page, link);
      await inspect(page, "invitation");
      await open(page, `${link}x`, 410);
      await inspect(page, "invitation-gone");
    }));

  test("import-new-error", () =>
    visit(server.url, admin, async (page) => {
      await open(page, "/w/snapwright/import/new");
      await page.locator("#file").setInputFiles({ name: "holiday.jpg", mimeType: "image/jpeg", buffer: Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]) });
      await page.getByRole("button", { name: "Read the file" }).click();
      await page.getByRole("alert").waitFor();
      await inspect(page, "import-new-error");
    }));

  test("import-preview, import-result, import-undone, imports, account-edit-conflict", () =>
    visit(server.url, admin, async (page) => {
      await open(page, "/w/snapwright/import");
      await upload(page, troubled());
      await page.getByRole("heading", { name: "Check the import" }).waitFor();
      await inspect(page, "import-preview");
      await page.getByLabel("Day first").check();
      await page.getByRole("button", { name: "Check again" }).click();
      await page.getByText(/^Leave out/).click();
      await page.getByRole("button", { name: /^Import \d+ row/ }).click();
      await page.getByRole("heading", { name: "Import done" }).waitFor();
      const result = page.url();
      await inspect(page, "import-result");
      await open(page, "/w/snapwright/import");
      await inspect(page, "imports");
      await inspectConflict(page);
      await open(page, result);
      await page.getByRole("button", { name: "Undo this import" }).click();
      await page.getByRole("heading", { name: "Import undone" }).waitFor();
      await inspect(page, "import-undone");
    }));

  test("import-contracts, import-scores-result", () =>
    visit(server.url, admin, async (page) => {
      await open(page, "/w/snapwright/import");
      const rows = ["Account;Contract id;Start;End;MRR;Trial", "Casavero;C-1;2026-01-01;2026-12-31;100;no", "Casavero;C-2;2026-02-01;2026-01-01;90;no",
        "Domus;C-3;soon;;lots;no", "Domus;C-4;2026-03-01;;10;yes"];
      await upload(page, { name: "contracts.csv", mimeType: "text/csv", buffer: Buffer.from(rows.join("\n")) });
      await page.getByRole("heading", { name: "Check the import" }).waitFor();
      await inspect(page, "import-contracts");
      await page.getByText(/^Leave out the row/).click();
      await page.getByRole("button", { name: /^Import \d+ row/ }).click();
      await page.getByText("1 amendment of contracts came in, for 1 account.").waitFor();
      await open(page, "/w/snapwright/import");
      const scores = Array.from({ length: 2_400 }, (_, n) => `Casavero,step ${n % 5 + 1},${n % 10},${2000 + n % 25}-01-${String(n % 28 + 1).padStart(2, "0")}`);
      await upload(page, { name: "scores.csv", mimeType: "text/csv", buffer: Buffer.from(`Account,Step,Score,Date\n${scores.join("\n")}`) });
      await page.getByRole("heading", { name: /^Checking the file|^Check the import/ }).waitFor();
      await page.getByRole("button", { name: /^Import [\d,]+ rows/ }).click();
      await page.getByRole("heading", { name: "Import done" }).waitFor();
      await inspect(page, "import-scores-result");
    }));
});

describe("a company with nothing, then with more accounts than a page", () => {
  test("portfolio-empty, accounts-empty, portfolio-paged", async () => {
    const server = await startServer();
    try {
      await visit(server.url, undefined, async (page) => {
        await setUp(page, server);
        await inspect(page, "today-empty");
        await open(page, "/w/snapwright/portfolio");
        await inspect(page, "portfolio-empty");
        await open(page, "/w/snapwright/accounts");
        await inspect(page, "accounts-empty");
        await open(page, "/w/snapwright/settings/signals");
        await inspect(page, "settings-signals-empty");
        await open(page, "/w/snapwright/import");
        await upload(page, crowd());
        await page.getByRole("button", { name: "Import 130 rows" }).click();
        await page.getByRole("link", { name: "Open the progress report" }).click();
        await page.getByRole("link", { name: "Next" }).click();
        assert.equal(await page.locator("#sheet tbody tr").count(), 30);
        await page.getByRole("link", { name: "First page" }).waitFor();
        await inspect(page, "portfolio-paged");
      });
    } finally {
      await server.discard();
    }
  });
});
