// The credentials of @azure/identity, each as an application constructs it: host and tenant are all it is told of us.

import assert from 'node:assert/strict';
import {
  AuthenticationRequiredError, ClientAssertionCredential, ClientCertificateCredential, ClientSecretCredential,
  DeviceCodeCredential, OnBehalfOfCredential, UsernamePasswordCredential,
} from '@azure/identity';
import { allow, ordersScope } from './asks.mjs';
import { allowThroughPlanner } from './combined_consent.mjs';
import { besideAPerson } from './devices.mjs';
import { application, pick, rejection, signIn } from './msal.mjs';
import { Visitor } from './pages.mjs';
import { assertionOf, signedApp } from './signed.mjs';
import { test } from './suite.mjs';
import { shownClaims } from './tokens.mjs';
import { GRAPH, graph } from './world.mjs';

const DEFAULT = `${GRAPH}/.default`;
const USER_READ = `${GRAPH}/User.Read`;
const ourselves = (world) => ({ authorityHost: world.base, disableInstanceDiscovery: true });

// ---- applications

test('azure-identity: ClientSecretCredential gets a token that Graph accepts, and keeps it', async (world) => {
  const credential = bySecret(world);
  const first = await credential.getToken(DEFAULT);
  await mustReadUsers(world, first.token, { appid: world.apps.nightlyExport.id, appidacr: '1' });
  assert.equal((await credential.getToken(DEFAULT)).token, first.token);
  const minutes = (first.expiresOnTimestamp - Date.now()) / 60_000;
  assert.ok(minutes > 55 && minutes <= 91, `the token lives ${minutes.toFixed(1)} minutes`);
});

test('azure-identity: ClientSecretCredential tells of a wrong secret with the number of it', async (world) => {
  const error = await rejection(bySecret(world, { secret: 'not-the-secret' }).getToken(DEFAULT));
  mustNeedAuthentication(error, /AADSTS7000215: /);
});

for (const [what, certificateOf, options] of [
  ['the path of a PEM file', (world) => world.apps.signed.pemFile, {}],
  ['a PEM text', (world) => ({ certificate: signedApp(world).pem }), {}],
  ['its certificate sent along', (world) => world.apps.signed.pemFile, { sendCertificateChain: true }],
]) {
  test(`azure-identity: ClientCertificateCredential with ${what}`, async (world) => {
    const { id } = signedApp(world);
    const credential = new ClientCertificateCredential(world.tenant, id, certificateOf(world), {
      ...ourselves(world), ...options,
    });
    const { token } = await credential.getToken(DEFAULT);
    await mustReadUsers(world, token, { appid: id, appidacr: '2' });
  });
}

for (const [what, assertionFor] of [
  ['an assertion of its own', (world) => assertionOf(signedApp(world), world.issuer)],
  ['the token of an application that it trusts', async (world) => (await bySecret(world).getToken(DEFAULT)).token],
]) {
  test(`azure-identity: ClientAssertionCredential with ${what}`, async (world) => {
    const { id } = signedApp(world);
    const credential = new ClientAssertionCredential(world.tenant, id, () => assertionFor(world), ourselves(world));
    const { token } = await credential.getToken(DEFAULT);
    await mustReadUsers(world, token, { appid: id, appidacr: '2' });
  });
}

// ---- people

test('azure-identity: DeviceCodeCredential prompts once and renews in silence', async (world) => {
  const { fatima } = world.people;
  let prompts = 0;
  let credential;
  const { page, value, error } = await besideAPerson(world, { user: fatima }, (show) => {
    credential = byDevice(world, (codes) => {
      prompts += 1;
      show(codes.verificationUri, codes.userCode);
    });
    return credential.getToken(USER_READ);
  });
  page.mustBe('device-done');
  assert.ifError(error);
  await mustBeTokenOf(world, value.token, fatima, { appid: world.apps.mobile.id, appidacr: '0' });
  assert.equal((await credential.getToken(USER_READ)).token, value.token);
  assert.equal(prompts, 1);
});

test('azure-identity: DeviceCodeCredential hears that the person said no', async (world) => {
  const answers = { user: world.people.fatima, confirm: 'No' };
  const { page, error } = await besideAPerson(world, answers, (show) => (
    byDevice(world, (codes) => show(codes.verificationUri, codes.userCode)).getToken(USER_READ)));
  page.mustBe('device-declined');
  mustNeedAuthentication(error, /authorization_declined/);
});

test('azure-identity: UsernamePasswordCredential, where consent stands', async (world) => {
  const { fatima } = world.people;
  const { mobile } = world.apps;
  await allow(world, fatima, mobile, 'openid profile offline_access User.Read');
  const credential = new UsernamePasswordCredential(
    world.tenant, mobile.id, fatima.upn, fatima.password, ourselves(world),
  );
  const { token } = await credential.getToken(USER_READ);
  await mustBeTokenOf(world, token, fatima, { appid: mobile.id, appidacr: '0' });
});

test('azure-identity: OnBehalfOfCredential calls Graph in the person\'s name', async (world) => {
  const { fatima } = world.people;
  await allowThroughPlanner(world, fatima);
  const { token } = await (await onBehalf(world, fatima)).getToken(USER_READ);
  await mustBeTokenOf(world, token, fatima, { appid: world.apps.ordersApi.id, appidacr: '1' });
});

test('azure-identity: OnBehalfOfCredential without consent to the API tells 65001', async (world) => {
  const credential = await onBehalf(world, world.people.lukas);
  mustNeedAuthentication(await rejection(credential.getToken(USER_READ)), /AADSTS65001: /);
});

// ---- how this file makes its credentials

function bySecret(world, change = {}) {
  const { id, secret } = { ...world.apps.nightlyExport, ...change };
  return new ClientSecretCredential(world.tenant, id, secret, ourselves(world));
}

function byDevice(world, userPromptCallback) {
  return new DeviceCodeCredential({
    tenantId: world.tenant, clientId: world.apps.mobile.id, userPromptCallback, ...ourselves(world),
  });
}

/** The API's credential, once the intranet has called it as `user`. */
async function onBehalf(world, user) {
  const scopes = [ordersScope(world, 'Orders.Read')];
  const { result } = await signIn(world, application(world), new Visitor(world), user, { scopes });
  const { id, secret } = world.apps.ordersApi;
  return new OnBehalfOfCredential({
    tenantId: world.tenant, clientId: id, clientSecret: secret, userAssertionToken: result.accessToken,
    ...ourselves(world),
  });
}

// ---- what it holds tokens and errors to

async function mustReadUsers(world, token, expected) {
  assert.deepEqual(pick(shownClaims(token), 'aud', 'appid', 'appidacr', 'roles'), {
    aud: GRAPH, ...expected, roles: ['User.Read.All'],
  });
  const { status, body } = await graph(world, '/v1.0/users?$select=id', token);
  assert.equal(status, 200, JSON.stringify(body));
}

async function mustBeTokenOf(world, token, user, expected) {
  assert.deepEqual(pick(shownClaims(token), 'aud', 'appid', 'appidacr', 'oid'), {
    aud: GRAPH, ...expected, oid: user.oid,
  });
  const { status, body } = await graph(world, '/v1.0/me', token);
  assert.deepEqual([status, body.id], [200, user.oid]);
}

function mustNeedAuthentication(error, message) {
  assert.ok(error instanceof AuthenticationRequiredError, `${error}`);
  assert.match(error.message, message);
}
