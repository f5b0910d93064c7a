// The event stream. As a SharedWorker, whose name is the stream's URL, it serves all pages of a workspace over one
// connection; where there is no SharedWorker each page opens its own.

/** Events kept for a page that joins after its HTML was made. */
const RECENT_MAX = 200;
/** Milliseconds until a stream that the server closed for good is opened again. */
const REOPEN_AFTER = 5000;

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

/** @type {Set<MessagePort>} */
const ports = new Set();
/** @type {ReturnType<typeof openStream> | null} */
let stream = null;

addEventListener("connect", (event) => {
  const [port] = /** @type {MessageEvent} */ (event).ports;
  if (!port) return;
  ports.add(port);
  port.onmessage = () => {
    ports.delete(port); // the page says goodbye
    if (ports.size) return;
    stream?.close();
    stream = null;
  };
  if (stream) stream.greet((message) => port.postMessage(message));
  else stream = openStream(self.name, (message) => ports.forEach((one) => one.postMessage(message)));
});
