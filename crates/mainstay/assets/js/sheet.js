// The progress report as a grid: cursor, block selection, keys, clipboard and the editor inside a cell.
// Every word comes from the page's data-text-* attributes; saving is in sheet-save.js.
import { say } from "./app.js";
import { editorIn, forget, merge, quietLinks, refused, save, table, undo, whenRefused, words } from "./sheet-save.js";

const body = /** @type {HTMLTableSectionElement} */ (table.tBodies[0]);
const box = /** @type {HTMLElement} */ (table.parentElement);
const bubble = document.createElement("p");
let [row, column, anchorRow, anchorColumn] = [0, 0, 0, 0];
/** @type {Cell[]} */
let painted = [];

const cellAt = (down = 0, right = 0) => body.rows[down]?.cells[right];
const current = () => cellAt(row, column);
/** @param {EventTarget | null} target @returns {Cell | null} */
const cellOf = (target) => (target instanceof Element && !(target instanceof HTMLInputElement) && body.contains(target) ? target.closest("td, th") : null);
const rowCount = () => body.rows.length;
const columnCount = () => body.rows[0]?.cells.length ?? 0;

const block = () =>
  [...body.rows]
    .slice(Math.min(row, anchorRow), Math.max(row, anchorRow) + 1)
    .map((line) => [...line.cells].slice(Math.min(column, anchorColumn), Math.max(column, anchorColumn) + 1));

function moveTo(down = 0, right = 0, extend = false) {
  current()?.removeAttribute("tabindex");
  row = Math.max(0, Math.min(rowCount() - 1, down));
  column = Math.max(0, Math.min(columnCount() - 1, right));
  if (!extend) [anchorRow, anchorColumn] = [row, column];
  for (const cell of painted) cell.ariaSelected = null;
  const cells = block().flat();
  painted = cells.length > 1 ? cells : [];
  for (const cell of painted) cell.ariaSelected = "true";
  const cell = current();
  if (!cell) return;
  cell.tabIndex = 0;
  cell.focus();
  explain(cell);
}
/** @param {Cell} cell */
const moveToCell = (cell, extend = false) => moveTo(/** @type {Row} */ (cell.parentElement).sectionRowIndex, cell.cellIndex, extend);

/** Says beside a refused cell what is wrong with it. @param {Cell} cell */
function explain(cell) {
  const problem = refused.get(cell);
  bubble.hidden = !problem;
  bubble.textContent = problem?.message ?? "";
  if (!problem) return;
  const at = cell.getBoundingClientRect();
  bubble.style.left = `${Math.max(8, Math.min(at.left, innerWidth - bubble.offsetWidth - 8))}px`;
  bubble.style.top = `${at.bottom + bubble.offsetHeight + 8 < innerHeight ? at.bottom + 4 : at.top - bubble.offsetHeight - 4}px`;
  (editorIn(cell) ?? cell).setAttribute("aria-describedby", bubble.id);
}

/** @param {Cell} cell */
function makeEditor(cell) {
  const input = document.createElement("input");
  const kind = cell.dataset.edit ?? "";
  input.className = "cell-editor";
  input.autocomplete = "off";
  input.inputMode = { score: "decimal", money: "decimal", type: "numeric" }[kind] ?? "text";
  if (kind === "date") input.placeholder = "YYYY-MM-DD";
  const list = kind === "person" ? "people" : cell.dataset.list;
  if (list) input.setAttribute("list", list);
  input.ariaLabel = `${cellAt(row, 0)?.dataset.value}, ${table.tHead?.rows[0]?.cells[column]?.innerText}`;
  return input;
}

/** @param {Cell} cell @param {string} [typed] the character that opened the editor */
function edit(cell, typed) {
  if (editorIn(cell)) return;
  if (!cell.dataset.edit) return say(words("fixed"));
  const input = makeEditor(cell);
  let open = true;
  const close = (keep = true, down = 0, right = 0) => {
    if (!open) return;
    open = false; // first: taking the input away makes it lose focus, which would save again
    const value = input.value.trim();
    input.remove();
    forget(cell);
    if (keep) save([{ cell, value }]);
    if (down || right || !keep) moveTo(row + down, column + right);
    else bubble.hidden = true;
  };
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const step = event.shiftKey ? -1 : 1;
    const moves = { Enter: [step, 0], Tab: [0, step], Escape: [0, 0] }[event.key];
    if (!moves || event.isComposing) return;
    event.preventDefault(); // else the key goes on to the element that gets the focus next
    close(event.key !== "Escape", ...moves);
  });
  // Another window in front is no reason to save half a value.
  input.addEventListener("blur", () => document.hasFocus() && close());
  input.value = typed ?? refused.get(cell)?.value ?? cell.dataset.value ?? "";
  input.ariaInvalid = cell.ariaInvalid;
  cell.append(input);
  input.focus();
  if (typed === undefined) input.select();
  explain(cell);
}

/** @param {Edit[]} wanted */
function saveBlock(wanted, message = "") {
  const edits = wanted.filter(({ cell }) => cell.dataset.edit);
  const skipped = wanted.length - edits.length;
  say(skipped ? words("read-only", skipped) : words(message, edits.length));
  save(edits);
}
const clear = () => saveBlock(block().flat().map((cell) => ({ cell, value: "" })), "cleared");

/** A block as a spreadsheet writes it: lines, tabs, quotes around what holds one of them. */
const copy = () =>
  block()
    .map((line) => line.map((cell) => cell.dataset.value ?? cell.innerText).map((value) => (/[\t\n"]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join("\t"))
    .join("\n");

function parse(text = "") {
  /** @type {string[][]} */
  const lines = [[]];
  for (const [, quoted, plain, end] of text.replace(/\r?\n$/, "").matchAll(/(?:"((?:[^"]|"")*)"|([^\t\r\n]*))(\t|\r?\n|$)/g)) {
    lines.at(-1)?.push((quoted?.replaceAll('""', '"') ?? plain ?? "").trim());
    if (!end) break;
    if (end !== "\t") lines.push([]);
  }
  return lines;
}

function paste(text = "") {
  const lines = parse(text);
  const [top, left] = [Math.min(row, anchorRow), Math.min(column, anchorColumn)];
  const one = lines.length === 1 && lines[0]?.length === 1 ? lines[0][0] : undefined;
  if (one === undefined) {
    moveTo(top, left);
    moveTo(top + lines.length - 1, left + Math.max(...lines.map((line) => line.length)) - 1, true);
  }
  const edits = block().flatMap((line, down) => line.map((cell, right) => ({ cell, value: one ?? lines[down]?.[right] ?? cell.dataset.value ?? "" })));
  saveBlock(edits, "pasted");
}

/** Where a moving key leads. @returns {number[] | undefined} */
function target(key = "", control = false) {
  const page = Math.max(1, Math.floor(box.clientHeight / (body.rows[0]?.offsetHeight || 1)) - 3);
  return {
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    Home: [control ? 0 : row, 0],
    End: [control ? rowCount() : row, columnCount()],
    PageUp: [row - page, column],
    PageDown: [row + page, column],
  }[key];
}

/** @param {KeyboardEvent} event @param {Cell} cell @returns {boolean} whether the key was used */
function command(event, cell, control = false) {
  const key = event.key.toLowerCase();
  /** @type {HTMLElement | null} */
  const link = cell.querySelector("[data-dialog]") ?? cell.querySelector("a");
  const why = /** @type {HTMLElement | null} */ (cell.querySelector(".why"));
  if (control && (key === "z" || key === "y")) undo(key === "z" && !event.shiftKey);
  else if (control || event.altKey) return false;
  else if (key === "?" && why) why.click();
  else if (key === "enter" && link && !cell.dataset.edit) link.click();
  else if (key === "enter" || key === "f2") edit(cell);
  else if (key === "delete" || key === "backspace") clear();
  else if (key === "escape") moveTo(row, column);
  else if (key.length === 1 && key > " " && cell.dataset.edit) edit(cell, event.key);
  else return false;
  return true;
}

body.addEventListener("keydown", (event) => {
  const cell = cellOf(event.target);
  if (!cell || event.isComposing) return;
  const control = event.ctrlKey || event.metaKey;
  const place = target(event.key, control);
  if (place) moveTo(place[0], place[1], event.shiftKey);
  if (place || command(event, cell, control)) event.preventDefault();
});
body.addEventListener("mousedown", (event) => {
  const cell = cellOf(event.target);
  if (!cell || event.button) return;
  event.preventDefault();
  moveToCell(cell, event.shiftKey);
});
body.addEventListener("dblclick", (event) => {
  const cell = cellOf(event.target);
  if (cell?.dataset.edit) edit(cell);
});
for (const kind of /** @type {const} */ (["copy", "cut", "paste"])) {
  document.addEventListener(kind, (event) => {
    if (!cellOf(document.activeElement) || !event.clipboardData) return;
    event.preventDefault();
    if (kind === "paste") return paste(event.clipboardData.getData("text"));
    event.clipboardData.setData("text", copy());
    if (kind === "cut") clear();
    else say(words("copied", block().flat().length));
  });
}
box.addEventListener("scroll", () => (bubble.hidden = true));
whenRefused((cell, alone) => {
  if (body.querySelector("input")) return; // who is typing elsewhere is not torn away; the cell stays marked
  moveToCell(cell);
  if (alone) edit(cell);
});

bubble.id = "cell-problem";
bubble.className = "cell-problem";
bubble.hidden = true;
bubble.role = "alert";
document.body.append(bubble);
quietLinks(body);
table.role = "grid";
table.setAttribute("aria-multiselectable", "true");
const first = current();
if (first) first.tabIndex = 0;

let reading = Promise.resolve();
/** One after the other, so that totals never go back. @param {(string | undefined)[]} accounts */
function reload(accounts) {
  const url = new URL(table.dataset.rowsUrl ?? "", location.href);
  for (const account of accounts) url.searchParams.append("account", account ?? "");
  if (!accounts.length) return;
  reading = reading.then(async () => {
    const answer = await fetch(url, { headers: { accept: "text/html" } }).catch(() => null);
    if (answer?.ok && !answer.redirected) merge(await answer.text());
  });
}
/** @param {Changed[]} events */
export function changed(events) {
  const behind = events.filter((event) => Number(document.getElementById(`account-${event.account}`)?.dataset.version) < event.version);
  reload([...new Set(behind.map((event) => event.account))]);
}
export const resync = () => reload([...body.rows].map((line) => line.dataset.account));
document.addEventListener("task", (event) => reload([/** @type {CustomEvent} */ (event).detail]));
