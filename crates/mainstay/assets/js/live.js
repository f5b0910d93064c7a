// The page's side of the live connection: joins the shared stream and collects what changed for a moment.
import { openStream } from "./live-worker.js";

/** Milliseconds during which changes are collected into one request. */
const COLLECT = 50;

/** @param {string} url @param {Listener} listener */
export function connect(url, listener) {
  /** @type {Changed[]} */
  let events = [];
  let timer = 0;
  let everything = false;
  const flush = () => {
    if (everything) listener.resync();
    else listener.changed(events);
    events = [];
    timer = 0;
    everything = false;
  };
  /** @param {LiveMessage} message */
  const receive = (message) => {
    if ("on" in message) return listener.state(message.on);
    if ("changed" in message) events.push(message.changed);
    else everything = true;
    timer ||= setTimeout(flush, COLLECT);
  };
  const join = () => {
    if (!("SharedWorker" in window)) return openStream(url, receive).close;
    const { port } = new SharedWorker(new URL("./live-worker.js", import.meta.url), { name: url, type: "module" });
    port.onmessage = (message) => receive(message.data);
    return () => port.postMessage("goodbye");
  };
  let leave = join();
  addEventListener("pagehide", () => leave());
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    leave = join();
    receive({ resync: true }); // back from the browser's cache: the page may be hours old
  });
}
