// Runs the Node client suite against a server that is already up: `node run.mjs <dev.env>`.
//
// Who signs in here, so that suites that share a server keep out of each other's way:
//   lukas   Waterkant Intranet through MSAL Node and openid-client
//   fatima  the second account, Waterkant Mobile, Waterkant Payroll
//   sanne   only looks at the administrator's consent page, accepts nothing
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

await import('./front_door.mjs');
await import('./msal_confidential.mjs');
await import('./msal_public.mjs');
await import('./openid_client.mjs');

const failed = await runAll(world);
closeBench(failed);
