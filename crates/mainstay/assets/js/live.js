// The live connection: one event stream per browser where SharedWorker exists, else one per page.

/** Events kept for a page that joins after its HTML was made. */
const RECENT_MAX = 200;
/** Milliseconds until a stream that the server closed for good is opened again. */
const REOPEN_AFTER = 5000;
/** Milliseconds during which changes are collected into one request. */
const COLLECT = 50;

/** @param {string} url @param {(message: LiveMessage) => void} send */
export function openStream(url, send) {
  /** @type {Changed[]} */
  const recent = [];
  /** @type {EventSource} */
  let source;
  let timer = 0;
  /** @param {boolean} on */
  const state = (on) => send({ on });
  const open = () => {
    let first = true;
    source = new EventSource(url);
    source.onopen = () => {
      // What changed between the page's HTML and a new stream is not in it. One that the browser reconnects asks
      // for the rest by Last-Event-ID.
      if (first) send({ resync: true });
      first = false;
      state(true);
    };
    source.onerror = () => {
      state(false);
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, REOPEN_AFTER);
    };
    source.addEventListener("changed", (message) => {
      const changed = JSON.parse(message.data);
      recent.push(changed);
      if (recent.length > RECENT_MAX) recent.shift();
      send({ changed });
    });
    source.addEventListener("resync", () => send({ resync: true }));
  };
  open();
  return {
    /** @param {(message: LiveMessage) => void} to a page that joined late */
    greet(to) {
      to({ on: source.readyState === EventSource.OPEN });
      for (const changed of recent) to({ changed });
    },
    close() {
      clearTimeout(timer);
      source.close();
    },
  };
}

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
