// The harness itself catches what it is there to catch.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { accessible, enter, launch, startServer } from "./harness.mjs";

const POLICY = "default-src 'none'; style-src 'self'";
/** @type {Record<string, string>} */
const PAGES = {
  "/good": '<html lang="en"><title>Good</title><main><h1>Good</h1><p>Calm and dense.</p></main>',
  "/unnamed": '<html lang="en"><title>Bad</title><main><h1>Bad</h1><input></main>',
  "/wide": '<html lang="en"><title>Wide</title><main><h1>Wide</h1><table><tr><td>' + "wide".repeat(200) + "</table></main>",
  "/blocked": '<html lang="en"><title>Blocked</title><main><h1 style="color: red">Blocked</h1></main>',
};

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {import("node:http").Server} */
let server;
let url = "";

before(async () => {
  browser = await launch();
  server = createServer((request, answer) => {
    const page = PAGES[request.url ?? ""];
    answer.writeHead(page ? 200 : 404, { "content-type": "text/html; charset=utf-8", "content-security-policy": POLICY });
    answer.end(page ? `<!doctype html>${page}` : "");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  assert.ok(address !== null && typeof address !== "string");
  url = `http://127.0.0.1:${address.port}`;
});

after(async () => {
  await browser?.close();
  server?.close();
});

test("a good page passes under a strict policy", async () => {
  const { page, leave } = await enter(browser, url);
  await page.goto("/good");
  await accessible(page, "good");
  await leave();
});

test("a field without a name is caught", async () => {
  const { page, leave } = await enter(browser, url, { scheme: "dark" });
  await page.goto("/unnamed");
  await assert.rejects(accessible(page, "unnamed"), /label/);
  await leave();
});

test("a page that is wider than a small screen is caught", async () => {
  const { page, leave } = await enter(browser, url, { width: 320 });
  await page.goto("/wide");
  await assert.rejects(accessible(page, "wide"), /wider than the screen/);
  await leave();
});

test("what the policy blocks is caught", async () => {
  const { page, leave } = await enter(browser, url);
  await page.goto("/blocked");
  await assert.rejects(leave(), /errors in the browser's console/);
});

test("a server that ends at once is told with its words, and leaves no folder behind", async (context) => {
  const real = process.env.MAINSTAY_BINARY;
  context.after(() => {
    if (real === undefined) delete process.env.MAINSTAY_BINARY;
    else process.env.MAINSTAY_BINARY = real;
  });
  // `expr serve --data-dir …` prints a complaint and ends.
  process.env.MAINSTAY_BINARY = "/usr/bin/expr";
  await assert.rejects(startServer(), /a ready server was not seen[^]*expr: syntax error/);
});
