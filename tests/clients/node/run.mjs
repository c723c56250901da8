// Runs the Node client suite against a server that is already up: `node run.mjs <dev.env>`.
//
// Who signs in here, so that suites that share a server keep out of each other's way:
//   lukas   Waterkant Intranet through MSAL Node and openid-client, and at the older endpoints; Waterkant Mobile on
//           devices; Waterkant Signed Job; he never allows the Orders API to call Graph
//   fatima  the second account, Waterkant Mobile, Waterkant Payroll, Waterkant Planner with the Orders API behind it
//   sanne   only looks at the administrator's consent page, accepts nothing
// Nobody allows Waterkant Mobile anything of the Orders API.
// A consent given by an earlier run must not matter: a test that needs the consent page asks for `prompt=consent`, or
// first finds a permission that nobody has granted yet.

import { spawnSync } from 'node:child_process';
import { closeBench, runAll } from './suite.mjs';
import { readWorld } from './world.mjs';

const [envFile] = process.argv.slice(2);
if (!envFile) {
  console.error('usage: node run.mjs <path of dev.env>');
  process.exit(2);
}
const world = readWorld(envFile);

// Node reads its extra certificate authority only at start, so a run without ours starts itself once more.
if (process.env.NODE_EXTRA_CA_CERTS !== world.ca) {
  const again = spawnSync(process.execPath, process.argv.slice(1), {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: world.ca },
    stdio: 'inherit',
  });
  process.exit(again.status ?? 1);
}

// @azure/identity goes through the proxy of the environment, if there is one, which knows no server of this machine.
const { hostname } = new URL(world.base);
process.env.NO_PROXY = [process.env.NO_PROXY ?? process.env.no_proxy, hostname].filter(Boolean).join(',');

await import('./front_door.mjs');
await import('./msal_confidential.mjs');
await import('./msal_public.mjs');
await import('./msal_device.mjs');
await import('./msal_certificate.mjs');
await import('./msal_on_behalf.mjs');
await import('./openid_client.mjs');
await import('./azure_identity.mjs');
await import('./v1_endpoints.mjs');

const failed = await runAll(world);
closeBench(failed);
