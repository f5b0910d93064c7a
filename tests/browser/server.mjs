// Starts a server of its own for a test: fresh folder or fresh PostgreSQL database, free port on loopback.
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const READY_MS_MAX = 60_000;
const STOP_MS_MAX = 10_000;
const APP_ROLE = "mainstay_app";

/** @typedef {"sqlite" | "postgres"} Database */
/** Every story runs on both. @type {readonly Database[]} */
export const DATABASES = ["sqlite", "postgres"];

/**
 * @typedef {object} Server
 * @property {string} url without a slash at the end
 * @property {string} folder the data folder
 * @property {string[]} options that reach the same data by another command or a second instance
 * @property {() => string} output everything that it has printed
 * @property {(words: RegExp) => Promise<RegExpMatchArray>} printed waits until it has printed this
 * @property {(signal?: NodeJS.Signals) => Promise<void>} stop ends the process and keeps the data
 * @property {() => Promise<void>} discard ends the process and deletes the data
 */

/** The program under test: MAINSTAY_BINARY, else what cargo built last. */
export function binary() {
  const places = [process.env.MAINSTAY_BINARY, "target/debug/mainstay", "target/release/mainstay"];
  const found = places
    .filter((place) => place !== undefined && place !== "")
    .map((place) => path.resolve(ROOT, /** @type {string} */ (place)))
    .find((place) => existsSync(place));
  if (found === undefined) throw new Error("no mainstay binary; run `cargo build` or set MAINSTAY_BINARY");
  return found;
}

/** A port that nobody listens on. @returns {Promise<number>} */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === "string") reject(new Error("no port"));
        else resolve(address.port);
      });
    });
  });
}

/** @param {string} url @param {string} sql */
function psql(url, sql) {
  execFileSync("psql", ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", sql, url], { stdio: "pipe" });
}

/** The settings of whoever runs the tests must not reach the server under test. */
function environment() {
  const kept = Object.entries(process.env).filter(([name]) => name !== "DATABASE_URL" && !name.startsWith("MAINSTAY_"));
  return { ...Object.fromEntries(kept), RUST_BACKTRACE: "1" };
}

/**
 * A database that the test role owns and the app role may only use, so that row-level security holds.
 * @param {string} folder the data folder
 * @returns {{ url: string, drop: () => void }}
 */
function freshPostgres(folder) {
  const maintenance = process.env.MAINSTAY_TEST_POSTGRES;
  if (!maintenance) throw new Error("MAINSTAY_TEST_POSTGRES is not set; run the tests by `bin/test browser`");
  const name = `mainstay_browser_${randomBytes(6).toString("hex")}`;
  psql(maintenance, `CREATE DATABASE ${name}`);
  const owner = new URL(maintenance);
  owner.pathname = `/${name}`;
  const migrate = ["migrate", "--data-dir", folder, "--owner-database-url", owner.href, "--grant-to", APP_ROLE];
  execFileSync(binary(), migrate, { env: environment(), stdio: "pipe" });
  const app = new URL(owner.href);
  app.username = APP_ROLE;
  return { url: app.href, drop: () => psql(maintenance, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/**
 * @param {{ command?: "serve" | "demo", database?: Database, more?: string[], beside?: Server }} [wish]
 *   `beside` starts another instance on the data of a running server; only PostgreSQL takes several.
 * @returns {Promise<Server>}
 */
export async function startServer({ command = "serve", database = "sqlite", more = [], beside } = {}) {
  const folder = beside?.folder ?? (await mkdtemp(path.join(tmpdir(), "mainstay-browser-")));
  const postgres = database === "postgres" && !beside ? freshPostgres(folder) : undefined;
  const options = beside?.options ?? ["--data-dir", folder, ...(postgres ? ["--database-url", postgres.url] : [])];
  const url = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(binary(), [command, ...options, "--listen", new URL(url).host, ...more], {
    cwd: folder,
    env: environment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const keep = (/** @type {Buffer} */ part) => void (text += part.toString());
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const ended = new Promise((resolve) => child.once("exit", resolve));

  /** @param {string} what @param {() => Promise<any>} ask */
  async function until(what, ask) {
    const deadline = Date.now() + READY_MS_MAX;
    while (Date.now() < deadline) {
      const answer = await ask();
      if (answer) return answer;
      if (child.exitCode !== null || child.signalCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    child.kill("SIGKILL");
    throw new Error(`mainstay ${command}: ${what} was not seen in ${READY_MS_MAX / 1000} s. It printed:\n${text}`);
  }

  /** @type {Server["stop"]} */
  async function stop(signal = "SIGTERM") {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
    await ended;
    clearTimeout(late);
  }

  async function discard() {
    await stop();
    if (beside) return;
    postgres?.drop();
    await rm(folder, { recursive: true, force: true });
  }

  const ready = () => fetch(`${url}/readyz`).then((answer) => answer.ok, () => false);
  try {
    await until("a ready server", ready);
  } catch (fault) {
    await discard();
    throw fault;
  }
  return {
    url, folder, options, stop, discard,
    output: () => text,
    printed: (words) => until(`output like ${words}`, async () => text.match(words)),
  };
}
