// The RavenStack data set through the running product: both files by the import, then ARR and retention over the API
// beside figures that this file works out from the CSV alone. Run by `bin/ravenstack FOLDER`, no part of the tests.
//
// The rule, which shares nothing with the product: a subscription that is no trial is worth its arr_amount from its
// start_date (inclusive) to its end_date (exclusive, open when blank). An account's ARR on a day is the sum of its
// subscriptions; accounts are those with any on the first day; new is the ARR on the last day of accounts with none on
// the first; GRR is the sum of min(end, start) by the sum of start, NRR the sum of end by the sum of start, both over
// the accounts of the first day.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";

import { client, found } from "./script.mjs";
import { DATABASES, startServer } from "./server.mjs";

/** @typedef {{ accounts: number, arr_start: number, arr_end: number, new: number, grr: number, nrr: number }} Figures */
/** @typedef {Record<string, string>} Row */

const PERIODS = /** @type {const} */ ([
  ["2024-01-01", "2024-07-01"],
  ["2024-07-01", "2025-01-01"],
  ["2023-07-01", "2024-07-01"],
]);

/** The files have no quotes. @param {string} text @returns {Row[]} */
function rows(text) {
  const [head, ...lines] = text.trim().split(/\r?\n/).map((line) => line.split(","));
  return lines.map((cells) => Object.fromEntries((head ?? []).map((name, at) => [name, cells[at] ?? ""])));
}

/** ARR by account on a day. @param {Row[]} subscriptions @param {string} day */
function arrOn(subscriptions, day) {
  /** @type {Map<string, number>} */
  const arr = new Map();
  for (const one of subscriptions) {
    const runs = one.start_date <= day && (one.end_date === "" || day < one.end_date);
    const worth = Number(one.arr_amount);
    if (one.is_trial === "True" || !runs || worth === 0) continue;
    arr.set(one.account_id, (arr.get(one.account_id) ?? 0) + worth);
  }
  return arr;
}

/** @param {Iterable<number>} numbers */
const sum = (numbers) => [...numbers].reduce((total, number) => total + number, 0);
/** @param {number} part @param {number} whole */
const fraction = (part, whole) => Math.round((part / whole) * 10_000) / 10_000;

/** @param {Row[]} subscriptions @param {string} from @param {string} to @returns {Figures} */
function expected(subscriptions, from, to) {
  const [before, after] = [arrOn(subscriptions, from), arrOn(subscriptions, to)];
  const start = sum(before.values());
  const stayed = [...before].map(([account, was]) => ({ was, is: after.get(account) ?? 0 }));
  return {
    accounts: before.size,
    arr_start: start,
    arr_end: sum(after.values()),
    new: sum([...after].filter(([account]) => !before.has(account)).map(([, arr]) => arr)),
    grr: fraction(sum(stayed.map(({ was, is }) => Math.min(was, is))), start),
    nrr: fraction(sum(stayed.map(({ is }) => is)), start),
  };
}

/** Two files in `folder`, whatever stands between their words. @param {string} folder @param {string} what */
function fileOf(folder, what) {
  const found = ["_", "-"].map((mark) => path.join(folder, `ravenstack${mark}${what}.csv`)).find((file) => existsSync(file));
  if (found === undefined) throw new Error(`no ravenstack_${what}.csv in ${folder}`);
  return found;
}

/** Uploads, waits for the check, applies, waits for the end. @param {ReturnType<typeof client>} api @param {string} file */
async function importFile(api, file) {
  const form = new FormData();
  form.set("file", new Blob([new Uint8Array(await readFile(file))]), path.basename(file));
  const began = Date.now();
  const { id } = await api("/api/v1/imports", { method: "POST", body: form });
  const done = async () => {
    for (;;) {
      const seen = await api(`/api/v1/imports/${id}`);
      if (seen.progress === null) return seen;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  await done();
  const json = { "content-type": "application/json" };
  await api(`/api/v1/imports/${id}/apply`, { method: "POST", headers: json, body: "{}" });
  const { status, known_as: knownAs, counts } = await done();
  if (status !== "applied" || counts.refused > 0) throw new Error(`${file}: ${status}, ${counts.refused} rows refused`);
  const left = counts.left_out > 0 ? `, ${counts.left_out} left out` : "";
  console.log(`  ${path.basename(file)}, read as ${knownAs}: ${counts.create} rows in${left}, ${Date.now() - began} ms`);
}

/** @param {any} arr @returns {Figures} */
const told = (arr) => ({
  accounts: arr.accounts,
  arr_start: Number(arr.arr_start.amount),
  arr_end: Number(arr.arr_end.amount),
  new: Number(arr.new.amount),
  grr: arr.grr,
  nrr: arr.nrr,
});

/** @param {import("./server.mjs").Database} database @param {string} folder @returns {Promise<number>} figures that differ */
async function compare(database, folder) {
  const subscriptions = rows(await readFile(fileOf(folder, "subscriptions"), "utf8"));
  const server = await startServer({ database });
  try {
    console.log(database);
    const api = client(server, await found(server));
    await importFile(api, fileOf(folder, "accounts"));
    await importFile(api, fileOf(folder, "subscriptions"));
    let wrong = 0;
    for (const [from, to] of PERIODS) {
      const wanted = Object.entries(expected(subscriptions, from, to));
      /** @type {Record<string, number>} */
      const found = told(await api(`/api/v1/arr?from=${from}&to=${to}`));
      const lines = wanted.map(([name, value]) => `${name} ${found[name]}${found[name] === value ? "" : ` (expected ${value})`}`);
      wrong += wanted.filter(([name, value]) => found[name] !== value).length;
      console.log(`  ${from} -> ${to}: ${lines.join(", ")}`);
    }
    console.log(wrong === 0 ? "  as expected, every figure" : `  ${wrong} figures differ`);
    return wrong;
  } finally {
    await server.discard();
  }
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("say in which folder the files are");
let wrong = 0;
for (const database of DATABASES) wrong += await compare(database, folder);
process.exitCode = wrong === 0 ? 0 : 1;
