// What a script does first: a workspace with its administrator, a token, and requests that fail when they fail.
import { execFileSync } from "node:child_process";

import { binary } from "./server.mjs";

const ADMIN = "rita@ravenstack.example";
const PASSWORD = "a long password of ravens";

/** Founds the workspace and gives a token that may write. @param {import("./server.mjs").Server} server */
export async function found(server) {
  const [link] = await server.printed(/http:\/\/\S+\/set-up\S*/);
  const founder = {
    workspace: "RavenStack", currency: "USD", zone: "UTC", fiscal_year_start_month: "1",
    name: "Rita Raven", email: ADMIN, password: PASSWORD,
  };
  const headers = { "sec-fetch-site": "same-origin", origin: server.url };
  const founded = await fetch(link, { method: "POST", body: new URLSearchParams(founder), redirect: "manual", headers });
  if (founded.status !== 303) throw new Error(`the workspace was not made: ${founded.status} ${await founded.text()}`);
  const words = ["token", "create", ...server.options, "--user", ADMIN, "--scope", "write"];
  return execFileSync(binary(), words, { encoding: "utf8" }).trim();
}

/** @param {import("./server.mjs").Server} server @param {string} token */
export function client({ url }, token) {
  /** @param {string} where @param {RequestInit} [more] @returns {Promise<any>} */
  return async (where, more) => {
    const headers = { authorization: `Bearer ${token}`, ...more?.headers };
    const answer = await fetch(`${url}${where}`, { ...more, headers });
    if (!answer.ok) throw new Error(`${where}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
}
