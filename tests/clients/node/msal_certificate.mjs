// MSAL Node with a client that has no secret: it signs with its certificate, or brings a token of somebody it trusts.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { ServerError } from '@azure/msal-node';
import { application, pick, rejection, signIn } from './msal.mjs';
import { Visitor } from './pages.mjs';
import { assertionOf, signedApp } from './signed.mjs';
import { test } from './suite.mjs';
import { shownClaims } from './tokens.mjs';
import { GRAPH, graph } from './world.mjs';

const DEFAULT = { scopes: [`${GRAPH}/.default`] };

for (const [what, credentialOf] of [
  ['a SHA-256 thumbprint', ({ key, sha256 }) => ({ thumbprintSha256: sha256, privateKey: key })],
  ['its certificate sent along', ({ key, sha256, certificate }) => (
    { thumbprintSha256: sha256, privateKey: key, x5c: certificate })],
  ['the older SHA-1 thumbprint', ({ key, sha1 }) => ({ thumbprint: sha1, privateKey: key })],
]) {
  test(`msal-node: an application signs with its key, with ${what}, and Graph answers`, async (world) => {
    const { accessToken } = await byCertificate(world, credentialOf(signedApp(world)))
      .acquireTokenByClientCredential(DEFAULT);
    await mustBeOfSignedApp(world, accessToken);
  });
}

test('msal-node: the assertion that MSAL keeps for ten minutes is taken each time', async (world) => {
  const app = byCertificate(world);
  const first = await app.acquireTokenByClientCredential({ ...DEFAULT, skipCache: true });
  const second = await app.acquireTokenByClientCredential({ ...DEFAULT, skipCache: true });
  assert.deepEqual([first.fromCache, second.fromCache], [false, false]);
  assert.notEqual(shownClaims(second.accessToken).uti, shownClaims(first.accessToken).uti);
});

test('msal-node: a certificate proves the application in the code flow and at the refresh, too', async (world) => {
  const { lukas } = world.people;
  const app = byCertificate(world);
  const { redirect } = world.apps.signed;
  const { result } = await signIn(world, app, new Visitor(world), lukas, { redirectUri: redirect });
  const renewed = await app.acquireTokenSilent({ account: result.account, scopes: ['User.Read'], forceRefresh: true });
  for (const { accessToken } of [result, renewed]) {
    assert.deepEqual(pick(shownClaims(accessToken), 'appid', 'appidacr', 'oid'), {
      appid: signedApp(world).id, appidacr: '2', oid: lukas.oid,
    });
    assert.equal((await graph(world, '/v1.0/me', accessToken)).status, 200);
  }
});

test('msal-node: another key under the registered thumbprint is invalid_client 700027', async (world) => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { sha256 } = signedApp(world);
  const app = byCertificate(world, {
    thumbprintSha256: sha256, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  });
  mustBeRefused(await rejection(app.acquireTokenByClientCredential(DEFAULT)), '700027');
});

// ---- clientAssertion

test('msal-node: the clientAssertion callback is told client and endpoint, and its assertion counts', async (world) => {
  const signed = signedApp(world);
  const asked = [];
  const app = byAssertion(world, (config) => {
    asked.push(pick(config, 'clientId', 'tokenEndpoint'));
    return assertionOf(signed, config.tokenEndpoint);
  });
  const { accessToken } = await app.acquireTokenByClientCredential(DEFAULT);
  assert.deepEqual(asked[0], { clientId: signed.id, tokenEndpoint: `${world.authority}/oauth2/v2.0/token` });
  await mustBeOfSignedApp(world, accessToken);
});

test('msal-node: the token of an application that is trusted stands for the one that trusts it', async (world) => {
  const app = byAssertion(world, () => tokenOf(world, world.apps.nightlyExport));
  const { accessToken } = await app.acquireTokenByClientCredential(DEFAULT);
  await mustBeOfSignedApp(world, accessToken);
});

test('msal-node: the token of an application that is not trusted is invalid_client 700213', async (world) => {
  const app = byAssertion(world, () => tokenOf(world, world.apps.intranet));
  mustBeRefused(await rejection(app.acquireTokenByClientCredential(DEFAULT)), '700213');
});

// ---- how this file proves itself

function byCertificate(world, clientCertificate) {
  const { id, key, sha256 } = signedApp(world);
  const registered = { thumbprintSha256: sha256, privateKey: key };
  return application(world, { id, credential: { clientCertificate: clientCertificate ?? registered } });
}

function byAssertion(world, clientAssertion) {
  return application(world, { id: signedApp(world).id, credential: { clientAssertion } });
}

async function tokenOf(world, app) {
  return (await application(world, app).acquireTokenByClientCredential(DEFAULT)).accessToken;
}

async function mustBeOfSignedApp(world, accessToken) {
  assert.deepEqual(pick(shownClaims(accessToken), 'aud', 'appid', 'appidacr', 'roles'), {
    aud: GRAPH, appid: signedApp(world).id, appidacr: '2', roles: ['User.Read.All'],
  });
  const { status, body } = await graph(world, '/v1.0/users?$select=id', accessToken);
  assert.equal(status, 200, JSON.stringify(body));
}

function mustBeRefused(error, code) {
  assert.ok(error instanceof ServerError, `${error}`);
  assert.deepEqual([error.errorCode, String(error.errorNo), error.status], ['invalid_client', code, 401]);
}
