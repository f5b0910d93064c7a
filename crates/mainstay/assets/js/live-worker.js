// SharedWorker: one connection for all pages of a workspace. Its name is the stream's URL.
import { openStream } from "./live.js";

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
