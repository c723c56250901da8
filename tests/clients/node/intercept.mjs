// Clients that are told nothing of us, where the public cloud's names lead to `mandate dev --intercept`:
// `node intercept.mjs <dev.env>`. No authority of ours, no list of known hosts, no address of Graph.

import assert from 'node:assert/strict';
import { ConfidentialClientApplication } from '@azure/msal-node';
import { ClientSecretCredential } from '@azure/identity';
import { closeBench, runAll, test } from './suite.mjs';
import { readEnv } from './world.mjs';

const EXPORT = { id: 'c1000000-0000-4000-8000-000000000004', secret: 'export-secret-for-development-only' };
const DEFAULT = 'https://graph.microsoft.com/.default';

async function readsUsers(token) {
  const answer = await fetch('https://graph.microsoft.com/v1.0/users', { headers: { authorization: `Bearer ${token}` } });
  const body = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(body));
  assert.match(body['@odata.context'], /^https:\/\/graph\.microsoft\.com\/v1\.0\/\$metadata/);
}

function issuerOf(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString()).iss;
}

for (const host of ['login.microsoftonline.com', 'login.windows.net']) {
  test(`MSAL Node: a daemon at ${host}`, async ({ tenant }) => {
    const auth = { clientId: EXPORT.id, clientSecret: EXPORT.secret, authority: `https://${host}/${tenant}` };
    const answer = await new ConfidentialClientApplication({ auth }).acquireTokenByClientCredential({ scopes: [DEFAULT] });
    assert.equal(issuerOf(answer.accessToken), `https://sts.windows.net/${tenant}/`);
    await readsUsers(answer.accessToken);
  });
}

test('azure-identity for JavaScript: a secret', async ({ tenant }) => {
  const { token } = await new ClientSecretCredential(tenant, EXPORT.id, EXPORT.secret).getToken(DEFAULT);
  await readsUsers(token);
});

const [envFile] = process.argv.slice(2);
const env = readEnv(envFile, ['MANDATE_TENANT']);
closeBench(await runAll({ tenant: env.MANDATE_TENANT }));
