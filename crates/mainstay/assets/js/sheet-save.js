// Saving edits of the sheet: shown at once, sent in order, kept when refused or offline, undone and redone.
// Rows of the server are merged cell by cell, so that focus, selection and a half-typed value stay where they are.
import { say } from "./app.js";

/** Milliseconds that a changed cell is marked. */
const FLASH = 1600;

export const table = /** @type {HTMLTableElement} */ (document.getElementById("sheet"));
/** @type {Map<Cell, Held>} */
const held = new Map();
/** @type {Map<Cell, Refusal>} */
export const refused = new Map();
/** @type {Step[][]} */
const done = [];
/** @type {Step[][]} */
const undone = [];
let queue = Promise.resolve();
/** @type {(cell: Cell, alone: boolean) => void} */
let onRefused;

/** The page's own words, with a number filled in. */
export const words = (name = "", count = 0) => (table.getAttribute(`data-text-${name}`) ?? "").replace("{n}", `${count}`);
/** @param {Element} cell @returns {HTMLInputElement | null} */
export const editorIn = (cell) => cell.querySelector(":scope > input");
/** @param {ParentNode} rows links are reached by Enter on their cell: the sheet is one tab stop */
export const quietLinks = (rows) => rows.querySelectorAll("a").forEach((link) => (link.tabIndex = -1));
/** @param {typeof onRefused} listener */
export const whenRefused = (listener) => (onRefused = listener);

const parsed = (html = "") => Object.assign(document.createElement("template"), { innerHTML: html }).content;

/** @param {Cell} cell @param {(string | Node)[]} content */
function fill(cell, content) {
  const editor = editorIn(cell);
  for (const node of [...cell.childNodes]) if (node !== editor) node.remove();
  cell.prepend(...content);
}

/** @param {Cell} cell @returns {Served} */
function served(cell) {
  const copy = /** @type {Cell} */ (cell.cloneNode(true));
  editorIn(copy)?.remove();
  return { html: copy.innerHTML, value: cell.dataset.value ?? "", undo: cell.dataset.undo };
}

/** @param {Cell} cell @param {Served} was */
function restore(cell, was) {
  fill(cell, [parsed(was.html)]);
  cell.dataset.value = was.value;
  if (was.undo !== undefined) cell.dataset.undo = was.undo;
}

/** Shows a value before the server has answered. @param {Cell} cell */
function show(cell, value = "") {
  cell.dataset.value = value;
  delete cell.dataset.undo;
  if (cell.dataset.edit !== "score") return fill(cell, [value]);
  const chip = document.createElement("b");
  const score = Number(value.replace(",", "."));
  const known = value && score >= 0 && score <= 10;
  chip.className = `score ${known ? `s${Math.round(score * 10)}` : "none"}`;
  chip.textContent = known ? score.toFixed(1) : value || "–";
  fill(cell, [chip]);
}

/** @param {Cell} cell @param {Cell} fresh */
function mergeCell(cell, fresh, quiet = false) {
  const same = served(cell).html === fresh.innerHTML;
  for (const name of ["class", "title", "data-value", "data-undo", "data-edit"]) {
    const value = fresh.getAttribute(name);
    if (value === null) cell.removeAttribute(name);
    else cell.setAttribute(name, value);
  }
  if (same) return;
  fill(cell, [...fresh.childNodes]);
  if (quiet) return;
  cell.classList.add("flash");
  setTimeout(() => cell.classList.remove("flash"), FLASH);
}

/** @param {Set<Cell>} [answered] cells whose own edit this answers */
export function merge(html = "", answered) {
  const content = parsed(html);
  quietLinks(content);
  for (const fresh of content.querySelectorAll("tr")) {
    const row = /** @type {Row | null} */ (fresh.id && document.getElementById(fresh.id));
    if (!row || Number(row.dataset.version) > Number(fresh.dataset.version)) continue; // an answer that was overtaken
    row.dataset.version = fresh.dataset.version;
    for (const cell of row.cells) {
      const hold = held.get(cell);
      const now = /** @type {Cell} */ (fresh.cells[cell.cellIndex]);
      mergeCell(cell, now, Boolean(hold || answered?.has(cell)));
      if (!hold) continue;
      hold.was = served(cell);
      show(cell, hold.last); // a newer value is still on its way
    }
  }
  const totals = content.querySelector("tfoot");
  if (totals) table.tFoot = totals;
}

/** Counts an answer off; `each` sees the cells that await no other. @param {Step[]} steps @param {(cell: Cell, was: Served, index: number) => void} each */
function release(steps, each) {
  steps.forEach(({ cell }, index) => {
    const hold = /** @type {Held} */ (held.get(cell));
    if ((hold.pending -= 1)) return;
    held.delete(cell);
    cell.removeAttribute("aria-busy");
    each(cell, hold.was, index);
  });
}

/** @param {Step[]} steps @param {Problem} problem */
function refuse(steps, problem) {
  const messages = new Map(problem.errors?.map((error) => [Number(error.pointer?.split("/")[2]), error.message ?? ""]));
  /** @type {Cell[]} */
  const marked = [];
  release(steps, (cell, was, index) => {
    const message = messages.size ? messages.get(index) : (problem.detail ?? problem.title);
    const value = cell.dataset.value ?? "";
    restore(cell, was);
    if (!message) return;
    refused.set(cell, { value, message });
    cell.ariaInvalid = "true";
    marked.push(cell);
  });
  for (const list of [done, undone]) if (list.includes(steps)) list.splice(list.indexOf(steps), 1);
  if (steps.length > 1) say(words("refused-many", marked.length));
  if (marked[0]) onRefused(marked[0], steps.length === 1);
}

/** Asks again, with the same key, until the server has answered. */
async function post(body = "") {
  const headers = { "content-type": "application/json", accept: "text/html", "x-csrf-token": table.dataset.csrf ?? "", "idempotency-key": crypto.randomUUID() };
  for (;;) {
    const answer = await fetch(table.dataset.cellsUrl ?? "", { method: "POST", headers, body }).catch(() => null);
    if (answer && answer.status < 500 && !answer.headers.has("retry-after")) return answer;
    await new Promise((again) => {
      say(words("offline"), words("retry"), () => again(0));
      addEventListener("online", again, { once: true });
    });
    say("");
  }
}

/** @param {Step[]} steps @param {string[]} values */
async function send(steps, values) {
  const edits = steps.map(({ cell }, index) => ({ account: cell.closest("tr")?.dataset.account, field: cell.dataset.field, value: values[index] }));
  const answer = await post(JSON.stringify({ edits }));
  if (answer.redirected) return refuse(steps, { title: words("signed-out") });
  if (!answer.ok) return refuse(steps, await answer.json().catch(() => ({ title: `${answer.status} ${answer.statusText}` })));
  const html = await answer.text();
  /** @type {Set<Cell>} */
  const answered = new Set();
  release(steps, (cell) => answered.add(cell));
  merge(html, answered);
  for (const step of steps) if (answered.has(step.cell)) step.seen = step.cell.dataset.value ?? "";
}

/** @param {Step[]} steps @param {"old" | "typed"} side */
function start(steps, side) {
  for (const step of steps) {
    const { cell } = step;
    const hold = held.get(cell) ?? { pending: 0, last: "", was: served(cell) };
    held.set(cell, hold);
    hold.pending += 1;
    hold.last = step.seen = step[side];
    forget(cell);
    show(cell, hold.last);
    cell.ariaBusy = "true";
  }
  const values = steps.map((step) => step[side]);
  queue = queue.then(() => send(steps, values));
}

/** @param {Cell} cell */
export function forget(cell) {
  refused.delete(cell);
  cell.removeAttribute("aria-invalid");
}

/** @param {Edit[]} edits */
export function save(edits) {
  const steps = edits
    .filter(({ cell, value }) => value !== cell.dataset.value)
    .map(({ cell, value }) => ({ cell, old: cell.dataset.undo ?? cell.dataset.value ?? "", typed: value, seen: value }));
  if (!steps.length) return;
  done.push(steps);
  undone.length = 0;
  start(steps, "typed");
}

/** Takes back (or does again) the last entry; what someone else has changed since is left alone. */
export function undo(back = true) {
  const entry = (back ? done : undone).pop();
  const mine = entry?.filter((step) => step.cell.dataset.value === step.seen) ?? [];
  const lost = (entry?.length ?? 0) - mine.length;
  say(!entry ? words("nothing-undo") : lost ? words("conflict", lost) : words(back ? "undone" : "redone"));
  if (!mine.length) return;
  (back ? undone : done).push(mine);
  start(mine, back ? "old" : "typed");
}

addEventListener("beforeunload", (event) => {
  if (held.size || refused.size) event.preventDefault();
});
