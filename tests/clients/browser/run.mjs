// Runs the browser client suite against a server that is already up: `node run.mjs <dev.env>`.
// Needs /usr/bin/chromium (or CHROMIUM=<path>) and the ports 5173 (the single-page application) and 5000 (the web
// application's redirect address), because those are the addresses the sample organisation registers.
//
// Who signs in here, so that suites that share a server keep out of each other's way:
//   pieter, daan   Waterkant Planner through MSAL Browser; pieter also Waterkant Intranet by hand
//   jurgen         Waterkant Planner, the token to itself; he must never consent to it
//   joris, anneke, sanne   only look at pages; they accept nothing
//   mareike        allows, takes back, changes her password and changes it back; noor must choose one and does not
//   fatima         Waterkant Payroll, which hears of her sign-out
// A consent given by an earlier run must not matter: where the page is the point, the test asks for `prompt=consent`.

import { closeBench, runAll } from '../node/suite.mjs';
import { readWorld } from '../node/world.mjs';
import { closeBrowser } from './browser.mjs';
import { serveCallback, servePlanner } from './applications.mjs';

const [envFile] = process.argv.slice(2);
if (!envFile) {
  console.error('usage: node run.mjs <path of dev.env>');
  process.exit(2);
}
const world = readWorld(envFile);
const planner = await servePlanner(world);
const callback = await serveCallback(world);

await import('./msal_browser.mjs');
await import('./pages_by_hand.mjs');
await import('./accessibility.mjs');

const failed = await runAll({ ...world, planner, callback });
await closeBrowser();
closeBench(failed);
