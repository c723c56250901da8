// MSAL Node where there is no browser at hand: a device that shows a code, and a name with a password.

import assert from 'node:assert/strict';
import {
  AuthError, AuthErrorCodes, ClientAuthError, InteractionRequiredAuthError, PublicClientApplication, ServerError,
} from '@azure/msal-node';
import { allow, ordersScope } from './asks.mjs';
import { besideAPerson } from './devices.mjs';
import { pick, rejection } from './msal.mjs';
import { test } from './suite.mjs';
import { shownClaims } from './tokens.mjs';
import { graph } from './world.mjs';

const OFFLINE = 'openid profile offline_access User.Read';
// Nobody ever accepts this for Waterkant Mobile, so it is always still to be asked.
const neverGranted = (world) => ordersScope(world, 'Orders.Write');

// ---- a device

test('msal-node: a device without a browser gets tokens once a person has let it in', async (world) => {
  const { fatima } = world.people;
  const app = application(world);
  const { told, page, value: result, error } = await byDevice(world, app, { user: fatima });
  assert.deepEqual(pick(told, 'verificationUri', 'expiresIn', 'interval'), {
    verificationUri: `${world.base}/devicelogin`, expiresIn: 900, interval: 5,
  });
  assert.ok(told.message.includes(told.userCode) && told.message.includes(told.verificationUri), told.message);
  assert.deepEqual(page.pages.slice(0, 3), ['device-code', 'signin', 'device-confirm']);
  page.mustBe('device-done');
  assert.ifError(error);

  assert.deepEqual(pick(result.account, 'username', 'tenantId', 'localAccountId', 'homeAccountId'), {
    username: fatima.upn, tenantId: world.tenant, localAccountId: fatima.oid,
    homeAccountId: `${fatima.oid}.${world.tenant}`,
  });
  assert.deepEqual(pick(shownClaims(result.accessToken), 'appid', 'appidacr', 'oid'), {
    appid: world.apps.mobile.id, appidacr: '0', oid: fatima.oid,
  });
  const { status, body } = await graph(world, '/v1.0/me', result.accessToken);
  assert.deepEqual([status, body.id], [200, fatima.oid]);
  const renewed = await app.acquireTokenSilent({ account: result.account, scopes: ['User.Read'], forceRefresh: true });
  assert.equal((await graph(world, '/v1.0/me', renewed.accessToken)).status, 200);
});

test('msal-node: a no on any of the person\'s pages ends the device\'s wait', async (world) => {
  const { fatima } = world.people;
  const noes = [
    [{ user: undefined }, ['device-code', 'signin']],
    [{ user: fatima, confirm: 'No' }, ['device-code', 'signin', 'device-confirm']],
    [{ user: fatima, consent: 'decline' }, ['device-code', 'signin', 'device-confirm', 'consent']],
  ];
  // Side by side, because each device hears of it only at its second poll.
  const heard = await Promise.all(noes.map(([answers]) => (
    byDevice(world, application(world), answers, { scopes: [neverGranted(world)] }))));
  heard.forEach(({ page, error }, at) => {
    page.mustBe('device-declined');
    assert.deepEqual(page.pages, noes[at][1]);
    assert.ok(error instanceof AuthError, `${error}`);
    assert.deepEqual([error.errorCode, error.errorMessage], [
      AuthErrorCodes.postRequestFailed, 'authorization_declined',
    ]);
  });
});

test('msal-node: a device that gives up stops polling', async (world) => {
  const request = { scopes: ['User.Read'], deviceCodeCallback: () => { request.cancel = true; } };
  const error = await rejection(application(world).acquireTokenByDeviceCode(request));
  assert.ok(error instanceof ClientAuthError, `${error}`);
  assert.equal(error.errorCode, 'device_code_polling_cancelled');
});

// ---- a name and a password

test('msal-node: a name and a password bring tokens where consent stands', async (world) => {
  const { fatima } = world.people;
  await allow(world, fatima, world.apps.mobile, OFFLINE);
  const app = application(world);
  const result = await byPassword(app, fatima);
  assert.deepEqual(pick(result.account, 'username', 'localAccountId'), {
    username: fatima.upn, localAccountId: fatima.oid,
  });
  assert.equal((await graph(world, '/v1.0/me', result.accessToken)).body.id, fatima.oid);
  const renewed = await app.acquireTokenSilent({ account: result.account, scopes: ['User.Read'], forceRefresh: true });
  assert.equal((await graph(world, '/v1.0/me', renewed.accessToken)).status, 200);
});

test('msal-node: a wrong password is ServerError invalid_grant 50126', async (world) => {
  const { upn } = world.people.fatima;
  const error = await rejection(byPassword(application(world), { upn, password: 'not-the-password' }));
  assert.ok(error instanceof ServerError, `${error}`);
  assert.deepEqual([error.errorCode, String(error.errorNo)], ['invalid_grant', '50126']);
});

test('msal-node: a name and a password cannot consent, so that is InteractionRequiredAuthError', async (world) => {
  const error = await rejection(byPassword(application(world), world.people.fatima, [neverGranted(world)]));
  assert.ok(error instanceof InteractionRequiredAuthError, `${error}`);
  const { errorCode, subError, errorNo } = error;
  assert.deepEqual([errorCode, subError, String(errorNo)], ['invalid_grant', 'consent_required', '65001']);
});

// ---- how this file signs in

function application(world) {
  return new PublicClientApplication({
    auth: { clientId: world.apps.mobile.id, authority: world.authority, knownAuthorities: [world.host] },
  });
}

/** What the device was told, what the person saw last, and what MSAL ended with. */
async function byDevice(world, app, answers, { scopes = ['User.Read'] } = {}) {
  let told;
  const ended = await besideAPerson(world, answers, (show) => app.acquireTokenByDeviceCode({
    scopes,
    deviceCodeCallback: (codes) => {
      told = codes;
      show(codes.verificationUri, codes.userCode);
    },
  }));
  return { told, ...ended };
}

function byPassword(app, { upn, password }, scopes = ['User.Read']) {
  return app.acquireTokenByUsernamePassword({ scopes, username: upn, password });
}
