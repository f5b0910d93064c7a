// Tasks without leaving the page: forms that are sent quietly, the small page of a new action as a dialog, and the
// keys of a day. Without this module the same forms and links work as pages.
import { renew, say } from "./app.js";

/** @type {HTMLDialogElement | null} */
let dialog = null;

/** @param {string} html a page @returns {HTMLElement | null} its heading and form, which the dialog shows */
function formOf(html) {
  const main = new DOMParser().parseFromString(html, "text/html").querySelector("main");
  return main?.querySelector("form") ? main : null;
}

/** @param {HTMLElement} main */
function show(main) {
  dialog ??= document.body.appendChild(document.createElement("dialog"));
  dialog.className = "stack";
  dialog.replaceChildren(...main.childNodes);
  const heading = dialog.querySelector("h1");
  if (heading) dialog.setAttribute("aria-labelledby", (heading.id = "dialog-head"));
  if (!dialog.open) dialog.showModal();
  /** @type {HTMLElement | null} */ (dialog.querySelector("[aria-invalid], .primary"))?.focus();
}

/** @param {string} address */
async function open(address) {
  const answer = await fetch(address, { headers: { accept: "text/html" } }).catch(() => null);
  const main = answer?.ok && !answer.redirected ? formOf(await answer.text()) : null;
  if (main) show(main);
  else location.assign(address);
}

/** The tick that gets the focus when this one's line goes. @param {HTMLElement} form */
function neighbour(form) {
  const ticks = [...document.querySelectorAll("[data-task] .tick")];
  const at = ticks.findIndex((tick) => form.contains(tick));
  return at < 0 ? "" : ((ticks[at + 1] ?? ticks[at - 1])?.id ?? "");
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} button */
async function send(form, button) {
  const fields = new FormData(form, button);
  const next = neighbour(form);
  const body = new URLSearchParams([...fields].map(([name, value]) => [name, String(value)]));
  const headers = { accept: "text/html", "x-csrf-token": String(fields.get("csrf") ?? "") };
  const answer = await fetch(form.action, { method: "POST", body, headers }).catch(() => null);
  const main = answer?.status === 422 && answer.headers.get("content-type")?.includes("html") ? formOf(await answer.text()) : null;
  if (main) return show(main);
  if (!answer?.ok) return say((await answer?.json().catch(() => null))?.detail ?? document.getElementById("live")?.dataset.titleOff ?? "");
  if (form.closest("dialog")) dialog?.close();
  else {
    // What was typed is saved: it must not look half-typed, or the fragment around it would stay as it is.
    form.reset();
    const field = /** @type {HTMLElement | null} */ (form.closest("[data-live-fragment]") && document.activeElement);
    if (field && form.contains(field)) field.blur();
  }
  document.dispatchEvent(new CustomEvent("task", { detail: fields.get("account") }));
  await renew();
  if (document.activeElement === document.body) document.getElementById(next)?.focus();
}

addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (!form.matches("[data-quiet]")) return;
  event.preventDefault();
  void send(form, event.submitter);
});

addEventListener("click", (event) => {
  const element = /** @type {Element} */ (event.target);
  const link = /** @type {HTMLAnchorElement | null} */ (element.closest("a[data-dialog]"));
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (link && plain) void open(link.href);
  const closes = dialog?.open && element.closest("[data-close]");
  if (closes) dialog?.close();
  if ((link && plain) || closes) event.preventDefault();
});

/** Moves between the day's tasks. @param {number} step */
function move(step) {
  const ticks = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-task] button.tick")]);
  const line = document.activeElement?.closest("[data-task]");
  const at = ticks.findIndex((tick) => line?.contains(tick));
  ticks[at < 0 ? (step > 0 ? 0 : ticks.length - 1) : Math.max(0, Math.min(ticks.length - 1, at + step))]?.focus();
}

addEventListener("keydown", (event) => {
  const target = /** @type {Element} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || dialog?.open || target.matches("input, textarea, select, [role=grid] *")) return;
  if (!document.querySelector("[data-task], .quick")) return;
  const line = document.activeElement?.closest("[data-task]");
  const key = event.key.toLowerCase();
  if (key === "j" || (key === "arrowdown" && line)) move(1);
  else if (key === "k" || (key === "arrowup" && line)) move(-1);
  else if (key === "x" && line) /** @type {HTMLElement | null} */ (line.querySelector("button.tick"))?.click();
  else if (key === "e" && line) /** @type {HTMLElement | null} */ (line.querySelector("a.name"))?.click();
  else if (key === "n") document.getElementById("title")?.focus();
  else return;
  event.preventDefault();
});
