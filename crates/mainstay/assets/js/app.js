// What every page does: theme, search key, menus, filters that apply at once, file drop, copy, relative dates, the
// live dot and fragments that follow. The grid is loaded only where there is one.
import { connect } from "./live.js";

/** Milliseconds that a message without a button stays. */
const STAY = 5000;
let stay = 0;

/** @param {ParentNode} inside @returns {HTMLInputElement[]} */
const all = (selector = "", inside = document) => [...inside.querySelectorAll(/** @type {"input"} */ (selector))];

/** The page's status line, spoken and shown; with a button it stays until that is used. */
export function say(text = "", label = "", run = () => {}) {
  clearTimeout(stay);
  const [line] = all("#say");
  if (!line) return;
  line.textContent = text;
  if (text && !label) stay = setTimeout(say, STAY);
  if (!label) return;
  const button = document.createElement("button");
  button.textContent = label;
  button.onclick = run;
  line.append(button);
}

for (const radio of all("[data-theme-choice] input")) {
  const root = document.documentElement;
  radio.checked = radio.value === root.dataset.theme;
  radio.onchange = () => localStorage.setItem("theme", (root.dataset.theme = radio.value));
}

addEventListener("keydown", (event) => {
  const typing = event.target instanceof Element && event.target.matches("input, textarea, select");
  const command = event.ctrlKey || event.metaKey;
  const [search] = all("#search");
  if (search && (command ? event.key === "k" : event.key === "/" && !typing)) {
    event.preventDefault();
    search.select();
  }
  if (event.key === "Escape") closeMenus(null);
}, true);

// On a narrow screen the tab of this very page may be out of sight.
for (const tab of all(".tabs [aria-current], .side [aria-current]")) {
  const strip = /** @type {HTMLElement} */ (tab.parentElement);
  strip.scrollLeft = tab.offsetLeft - strip.offsetLeft - (strip.clientWidth - tab.offsetWidth) / 2;
}

/** @param {Node | null} except what was clicked */
function closeMenus(except) {
  for (const menu of all(".menu[open]")) {
    if (menu.contains(except)) continue;
    if (menu.contains(document.activeElement)) menu.querySelector("summary")?.focus();
    menu.removeAttribute("open");
  }
}

addEventListener("click", ({ target }) => {
  const element = /** @type {Element} */ (target);
  closeMenus(element);
  const button = /** @type {HTMLElement | null} */ (element.closest("[data-copy]"));
  const [source] = all(`#${button?.dataset.copy}`);
  if (source) void navigator.clipboard.writeText(source.value).then(() => say(button?.dataset.textCopied ?? ""));
});

// Filters apply at once; the next page gives the focus back to the control that was used.
for (const form of all("form[data-autosubmit]")) {
  const controls = all("input, select", form);
  /** @param {HTMLInputElement} control */
  const sign = (control) => `${control.name} ${control.type === "checkbox" && control.value}`;
  const used = sessionStorage.getItem("filter");
  sessionStorage.removeItem("filter");
  controls.find((control) => sign(control) === used)?.focus();
  form.onchange = ({ target }) => {
    sessionStorage.setItem("filter", sign(/** @type {HTMLInputElement} */ (target)));
    for (const control of controls) control.disabled = !control.value; // a short address to send to a colleague
    controls[0]?.form?.requestSubmit();
  };
}

for (const drop of all(".drop")) {
  const [input] = all("input", drop);
  drop.ondragover = drop.ondragleave = drop.ondrop = (event) => {
    event.preventDefault();
    drop.classList.toggle("over", event.type === "dragover");
    const files = event.dataTransfer?.files;
    if (input && event.type === "drop" && files) input.files = files;
  };
}

/** "3 hours ago" in the page's own language; the exact instant stays in the title. */
function relativeTimes() {
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  for (const time of /** @type {HTMLElement[]} */ (all("time[data-relative]"))) {
    const minutes = (Date.parse(/** @type {HTMLTimeElement} */ (time).dateTime) - Date.now()) / 60_000;
    const far = Math.abs(minutes);
    time.title ||= time.textContent ?? "";
    const [size, unit] = far < 60 ? /** @type {const} */ ([1, "minute"]) : far < 1440 ? /** @type {const} */ ([60, "hour"]) : /** @type {const} */ ([1440, "day"]);
    time.textContent = format.format(Math.trunc(minutes / size), unit);
  }
}
relativeTimes();
setInterval(relativeTimes, 60_000);

/** Whether someone is writing in a part of the page. @param {Element} part */
const writing = (part) =>
  all("input:not([type=hidden]), textarea, select", part).some((control) => control === document.activeElement || (control.defaultValue ?? control.value) !== control.value);

/** Fetches a part of the page again, unless someone is writing in it: then when they leave it. @param {HTMLElement} part @returns {Promise<void>} */
async function reload(part) {
  const answer = await fetch(part.dataset.liveFragment ?? "", { headers: { accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const html = await answer.text();
  if (writing(part)) return part.addEventListener("focusout", () => setTimeout(() => reload(part), 200), { once: true });
  const open = all("details[open]", part).map((details) => details.id);
  const focused = part.contains(document.activeElement) && document.activeElement?.id;
  part.innerHTML = html;
  for (const details of all("details", part)) details.toggleAttribute("open", open.includes(details.id));
  if (focused) document.getElementById(focused)?.focus();
  relativeTimes();
}

/** A part is about one account, or about kinds of events of any. @param {HTMLElement} part @param {Changed} event */
const concerns = (part, event) => (part.dataset.kinds ? part.dataset.kinds.split(" ").includes(event.kind) : event.account === part.dataset.account);

/** What a form on this very page has changed, without waiting for the stream. @returns {Promise<unknown>} */
export const renew = () => Promise.all(all("[data-live-fragment]").map(reload));

/** Not awaited at the top: the sheet's modules import this one. */
async function follow() {
  const sheet = document.getElementById("sheet") && (await import("./sheet.js"));
  if (document.querySelector("[data-quiet], [data-dialog], #sheet")) await import("./task.js");
  for (const dot of all("#live")) {
    connect(dot.dataset.liveUrl ?? "", {
      changed(events) {
        sheet?.changed(events);
        for (const part of all("[data-live-fragment]")) if (events.some((event) => concerns(part, event))) void reload(part);
      },
      resync() {
        sheet?.resync();
        for (const part of all("[data-live-fragment]")) void reload(part);
      },
      state(on) {
        const which = on ? "on" : "off";
        dot.className = `live ${which}`;
        dot.title = dot.getAttribute(`data-title-${which}`) ?? "";
        const [word, spoken] = all("span", dot);
        if (word) word.textContent = dot.getAttribute(`data-text-${which}`);
        if (spoken) spoken.textContent = dot.title;
      },
    });
  }
}
void follow();
