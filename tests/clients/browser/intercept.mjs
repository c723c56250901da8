// MSAL Browser, told nothing of us, where the public cloud's names lead to `mandate dev --intercept`:
// `node intercept.mjs <dev.env>`. No authority of ours, no list of known hosts, no address of Graph.

import assert from 'node:assert/strict';
import { closeBench, runAll, test } from '../node/suite.mjs';
import { readWorld } from '../node/world.mjs';
import { servePlanner } from './applications.mjs';
import { closeBrowser, inContext } from './browser.mjs';
import { claimsOf, Planner } from './planner.mjs';

const [envFile] = process.argv.slice(2);
const told = readWorld(envFile);
// What an application for the public cloud knows: its tenant.
const world = { ...told, host: undefined, authority: `https://login.microsoftonline.com/${told.tenant}` };
await servePlanner(world);

test('MSAL Browser: a person signs in, and the page calls Graph', () => inContext({}, async (context) => {
  const { pieter } = world.people;
  const planner = await Planner.signedIn(world, context, pieter, { prompt: 'consent' });
  const ask = { account: pieter.upn, scopes: ['User.Read'] };
  const { accessToken, fromCache } = await planner.call('acquireTokenSilent', { ...ask, forceRefresh: true });
  assert.equal(fromCache, false);
  assert.equal(claimsOf(accessToken).iss, `https://sts.windows.net/${world.tenant}/`);
  const { status, body } = await planner.graph('/v1.0/me', accessToken, 'https://graph.microsoft.com');
  assert.deepEqual([status, body.id], [200, pieter.oid]);
}));

const failed = await runAll(world);
await closeBrowser();
closeBench(failed);
