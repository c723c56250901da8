// The two applications that live on this machine during the run: the single-page application on port 5173 and the
// redirect address of the web application on port 5000. Both listen on loopback only.

import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const msalFolder = join(dirname(createRequire(import.meta.url).resolve('@azure/msal-browser')), '..', 'lib');
const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/** Serves Waterkant Planner; answers its origin. */
export async function servePlanner(world) {
  const settings = { clientId: world.apps.planner.id, authority: world.authority, host: world.host };
  const files = {
    '/': [HTML, readFileSync(join(here, 'spa/index.html'))],
    '/redirect.html': [HTML, readFileSync(join(here, 'spa/redirect.html'))],
    '/app.js': [SCRIPT, readFileSync(join(here, 'spa/app.js'))],
    '/settings.js': [SCRIPT, `const settings = ${JSON.stringify(settings)};`],
    '/msal-browser.js': [SCRIPT, readFileSync(join(msalFolder, 'msal-browser.min.js'))],
    '/msal-redirect-bridge.js': [
      SCRIPT, readFileSync(join(msalFolder, 'redirect-bridge/msal-redirect-bridge.min.js')),
    ],
  };
  await listen(new URL(world.apps.planner.origin), (request, response) => {
    const [type, body] = files[new URL(request.url, world.apps.planner.origin).pathname] ?? [];
    response.writeHead(body ? 200 : 404, { 'content-type': type ?? 'text/plain' });
    response.end(body ?? 'not here');
  });
  return world.apps.planner.origin;
}

/** Receives what is sent to the web application: `next()` is the first answer that has not been taken yet. */
export async function serveCallback(world) {
  const redirect = new URL(world.apps.intranet.redirect);
  const received = [];
  const waiting = [];
  await listen(redirect, async (request, response) => {
    const url = new URL(request.url, redirect);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    response.writeHead(url.pathname === redirect.pathname ? 200 : 404, { 'content-type': HTML });
    response.end('<!doctype html><html lang="en"><title>Intranet</title><main data-page="application">Arrived</main>');
    if (url.pathname !== redirect.pathname) return;
    const text = request.method === 'POST' ? Buffer.concat(chunks).toString() : url.search;
    const answer = { method: request.method, params: Object.fromEntries(new URLSearchParams(text)) };
    const taker = waiting.shift();
    if (taker) taker(answer);
    else received.push(answer);
  });
  return {
    forget: () => received.splice(0),
    next: () => (received.length ? Promise.resolve(received.shift()) : new Promise((take) => { waiting.push(take); })),
  };
}

function listen({ port, origin }, answer) {
  return new Promise((resolve, reject) => {
    const server = createServer(answer);
    server.once('error', (error) => reject(new Error(`cannot serve ${origin}: ${error.message}`)));
    server.listen(Number(port), '127.0.0.1', resolve);
    server.unref();
  });
}
