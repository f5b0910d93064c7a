// Unmodified client libraries of Segment, in two languages, deliver everything when their host is this server.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Analytics } from "@segment/analytics-node";

import { client, found } from "./script.mjs";
import { DATABASES, startServer } from "./server.mjs";

const EACH = 300;
const FOLDER = path.dirname(fileURLToPath(import.meta.url));
const PYTHON = path.join(FOLDER, "node_modules/.python/bin/python");

/** @param {string} host @param {string} key @param {string} group */
async function sendFromNode(host, key, group) {
  /** @type {unknown[]} */
  const failed = [];
  const analytics = new Analytics({ host, writeKey: key, flushAt: 50 }).on("error", (error) => failed.push(error));
  for (let n = 0; n < EACH; n += 1) {
    analytics.track({
      userId: `node-${n % 5}`,
      event: "Node Event",
      properties: { number: n },
      context: { groupId: group },
    });
  }
  await analytics.closeAndFlush();
  assert.deepEqual(failed, []);
}

for (const database of DATABASES) {
  test(`Segment's clients deliver 600 of 600: ${database}`, { timeout: 120_000 }, async (t) => {
    assert.ok(existsSync(PYTHON), "bin/setup makes the Python environment");
    const server = await startServer({ database });
    t.after(() => server.discard());
    const key = await found(server);
    const api = client(server, key);
    const account = { name: "Casavero", type: 1, external_id: "crm-4711" };
    const json = { "content-type": "application/json" };
    const { id } = await api("/api/v1/accounts", { method: "POST", headers: json, body: JSON.stringify(account) });
    await sendFromNode(server.url, key, account.external_id);
    const words = [path.join(FOLDER, "clients/send_events.py"), server.url, key, account.external_id, String(EACH)];
    await promisify(execFile)(PYTHON, words);
    const signals = await api(`/api/v1/accounts/${id}/signals`);
    const counted = Object.fromEntries(signals.data.map((/** @type {any} */ one) => [one.name, one.points]));
    assert.deepEqual(counted, { node_event: EACH, python_event: EACH });
  });
}
