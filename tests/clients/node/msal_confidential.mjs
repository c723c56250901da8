// MSAL Node as a confidential application: client credentials, the code flow, silent renewal, incremental consent,
// two accounts, and the error classes applications branch on.

import assert from 'node:assert/strict';
import { InteractionRequiredAuthError, ServerError } from '@azure/msal-node';
import { ordersScope, permissionNotYetGranted } from './asks.mjs';
import { application, ask, pick, rejection, signIn } from './msal.mjs';
import { Visitor } from './pages.mjs';
import { test } from './suite.mjs';
import { shownClaims, verifiedClaims } from './tokens.mjs';
import { GRAPH, graph } from './world.mjs';

const USER_READ = `${GRAPH}/User.Read`;
const UNKNOWN_ID = 'c9999999-0000-4000-8000-000000000009';

// ---- client credentials

test('msal-node: client credentials give an application token that Graph accepts', async (world) => {
  const { id, servicePrincipal } = world.apps.nightlyExport;
  const { accessToken } = await application(world, world.apps.nightlyExport)
    .acquireTokenByClientCredential({ scopes: [`${GRAPH}/.default`] });
  const { aud, appid, appidacr, tid, oid, sub, roles, scp, ver } = shownClaims(accessToken);
  assert.deepEqual({ aud, appid, appidacr, tid, oid, sub, roles, scp, ver }, {
    aud: GRAPH, appid: id, appidacr: '1', tid: world.tenant, oid: servicePrincipal, sub: servicePrincipal,
    roles: ['User.Read.All'], scp: undefined, ver: '1.0',
  });
  const { status, body } = await graph(world, '/v1.0/users?$select=id,userPrincipalName', accessToken);
  assert.equal(status, 200, JSON.stringify(body));
  const names = body.value.map(({ userPrincipalName }) => userPrincipalName);
  assert.ok(names.includes(world.people.lukas.upn), names.join(', '));
});

test('msal-node: client credentials for an API of the organisation carry its application role', async (world) => {
  const { id, servicePrincipal } = world.apps.nightlyExport;
  const { accessToken } = await application(world, world.apps.nightlyExport)
    .acquireTokenByClientCredential({ scopes: [ordersScope(world, '.default')] });
  const { azp, azpacr, oid, sub, roles, scp, ver } = await verifiedClaims(world, accessToken, world.apps.ordersApi.id);
  assert.deepEqual({ azp, azpacr, oid, sub, roles, scp, ver }, {
    azp: id, azpacr: '1', oid: servicePrincipal, sub: servicePrincipal, roles: ['Orders.Read.All'], scp: undefined,
    ver: '2.0',
  });
});

test('msal-node: the second client-credentials call is answered from the cache', async (world) => {
  const app = application(world, world.apps.nightlyExport);
  const first = await app.acquireTokenByClientCredential({ scopes: [`${GRAPH}/.default`] });
  const second = await app.acquireTokenByClientCredential({ scopes: [`${GRAPH}/.default`] });
  assert.deepEqual([first.fromCache, second.fromCache], [false, true]);
  assert.equal(second.accessToken, first.accessToken);
  const minutes = (first.expiresOn.getTime() - Date.now()) / 60_000;
  assert.ok(minutes > 55 && minutes <= 91, `the token lives ${minutes.toFixed(1)} minutes`);
});

for (const [what, change, scope, ...expected] of [
  ['a wrong secret', { secret: 'not-the-secret' }, `${GRAPH}/.default`, 'invalid_client', '7000215', 401],
  ['an unknown application', { id: UNKNOWN_ID }, `${GRAPH}/.default`, 'unauthorized_client', '700016', 400],
  ['a named scope without a user', {}, `${GRAPH}/User.Read.All`, 'invalid_scope', '1002012', 400],
  ['an unknown resource', {}, 'api://nowhere/.default', 'invalid_resource', '500011', 400],
]) {
  test(`msal-node: ${what} is ${expected[0]} ${expected[1]}`, async (world) => {
    const app = application(world, { ...world.apps.nightlyExport, ...change });
    const error = await rejection(app.acquireTokenByClientCredential({ scopes: [scope] }));
    assert.ok(error instanceof ServerError, `${error}`);
    assert.deepEqual([error.errorCode, String(error.errorNo), error.status], expected);
    assert.match(error.errorMessage, new RegExp(`AADSTS${expected[1]}: `));
  });
}

// ---- the code flow

for (const [mode, name] of [['query', 'lukas'], ['form_post', 'fatima']]) {
  test(`S1-01 S1-02 msal-node: code flow with PKCE and ${mode} signs ${name} in and Graph answers`, async (world) => {
    const user = world.people[name];
    const { result, landing } = await signIn(world, application(world), new Visitor(world), user, {
      responseMode: mode, prompt: 'consent',
    });
    assert.deepEqual(landing.pages, ['signin', 'consent']);
    assert.deepEqual(pick(result.account, 'username', 'tenantId', 'localAccountId', 'homeAccountId', 'name'), {
      username: user.upn, tenantId: world.tenant, localAccountId: user.oid,
      homeAccountId: `${user.oid}.${world.tenant}`, name: user.name,
    });
    assert.deepEqual(pick(shownClaims(result.accessToken), 'appid', 'aud', 'oid'), {
      appid: world.apps.intranet.id, aud: GRAPH, oid: user.oid,
    });
    const { status, body } = await graph(world, '/v1.0/me', result.accessToken);
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(pick(body, 'id', 'userPrincipalName', 'displayName'), {
      id: user.oid, userPrincipalName: user.upn, displayName: user.name,
    });
  });
}

test('S0-14 msal-node: the ID token is signed by a published key and names the user and the nonce', async (world) => {
  const { lukas } = world.people;
  const { result, request } = await signIn(world, application(world), new Visitor(world), lukas);
  const claims = await verifiedClaims(world, result.idToken, world.apps.intranet.id);
  assert.deepEqual(pick(claims, 'ver', 'tid', 'oid', 'preferred_username', 'name', 'nonce'), {
    ver: '2.0', tid: world.tenant, oid: lukas.oid, preferred_username: lukas.upn, name: lukas.name,
    nonce: request.nonce,
  });
  assert.ok(claims.exp - Date.now() / 1000 > 55 * 60, 'the ID token lives less than 55 minutes');
});

test('S1-02 msal-node: a signed access token for an API names application, API and user', async (world) => {
  const { fatima, lukas } = world.people;
  const claimsFor = async (user) => {
    const scopes = [ordersScope(world, 'Orders.Read')];
    const { result } = await signIn(world, application(world), new Visitor(world), user, { scopes });
    const { scp, ...claims } = await verifiedClaims(world, result.accessToken, world.apps.ordersApi.id);
    assert.ok(scp.split(' ').includes('Orders.Read'), `scp is \`${scp}\``);
    assert.deepEqual(result.scopes.filter((one) => one.includes('Orders.Read')), scopes);
    return pick(claims, 'azp', 'azpacr', 'oid', 'tid', 'ver', 'roles');
  };
  const common = { azp: world.apps.intranet.id, azpacr: '1', tid: world.tenant, ver: '2.0' };
  assert.deepEqual(await claimsFor(fatima), { ...common, oid: fatima.oid, roles: ['Approver'] });
  assert.deepEqual(await claimsFor(lukas), { ...common, oid: lukas.oid, roles: undefined });
});

test('msal-node: the subject differs between application and API for the same user', async (world) => {
  const { result } = await signIn(world, application(world), new Visitor(world), world.people.lukas, {
    scopes: [ordersScope(world, 'Orders.Read')],
  });
  const atApplication = await verifiedClaims(world, result.idToken, world.apps.intranet.id);
  const atApi = await verifiedClaims(world, result.accessToken, world.apps.ordersApi.id);
  assert.equal(atApplication.oid, atApi.oid);
  assert.notEqual(atApplication.sub, atApi.sub);
});

// ---- silent renewal

test('S0-12 msal-node: a silent call is served from the cache, a forced one by the refresh token', async (world) => {
  const app = application(world);
  const { result } = await signIn(world, app, new Visitor(world), world.people.lukas);
  const ask = { account: result.account, scopes: ['User.Read'] };
  const cached = await app.acquireTokenSilent(ask);
  assert.deepEqual([cached.fromCache, cached.accessToken], [true, result.accessToken]);
  const renewed = await app.acquireTokenSilent({ ...ask, forceRefresh: true });
  assert.equal(renewed.fromCache, false);
  assert.notEqual(shownClaims(renewed.accessToken).uti, shownClaims(result.accessToken).uti);
  assert.equal((await graph(world, '/v1.0/me', renewed.accessToken)).status, 200);
  const again = await app.acquireTokenSilent({ ...ask, forceRefresh: true });
  assert.equal((await graph(world, '/v1.0/me', again.accessToken)).status, 200);
});

test('msal-node: scopes come back as they were spelled, so the cache finds the long spelling', async (world) => {
  const app = application(world);
  const { result } = await signIn(world, app, new Visitor(world), world.people.lukas, { scopes: [USER_READ] });
  assert.ok(result.scopes.includes(USER_READ), result.scopes.join(' '));
  const silent = await app.acquireTokenSilent({ account: result.account, scopes: [USER_READ] });
  assert.equal(silent.fromCache, true);
});

test('msal-node: one consent and one refresh token serve Graph and an API of the organisation', async (world) => {
  const app = application(world);
  const { result } = await signIn(world, app, new Visitor(world), world.people.fatima, {
    extraScopesToConsent: [ordersScope(world, 'Orders.Read')],
  });
  assert.equal(shownClaims(result.accessToken).aud, GRAPH);
  const other = await app.acquireTokenSilent({
    account: result.account, scopes: [ordersScope(world, 'Orders.Read')],
  });
  assert.equal(other.fromCache, false);
  const { oid, scp } = await verifiedClaims(world, other.accessToken, world.apps.ordersApi.id);
  assert.equal(oid, world.people.fatima.oid);
  assert.ok(scp.split(' ').includes('Orders.Read'), scp);
});

// ---- consent

test('msal-node: incremental consent asks only for what is missing and then holds both', async (world) => {
  const { lukas } = world.people;
  const app = application(world);
  const visitor = new Visitor(world);
  const { result: first } = await signIn(world, app, visitor, lukas);
  const missing = await permissionNotYetGranted(world, visitor, lukas);

  const { result, landing } = await signIn(world, app, visitor, lukas, { scopes: [missing], loginHint: lukas.upn });
  assert.deepEqual([landing.pages, landing.consents], [['consent'], [[missing]]]);
  const held = shownClaims(result.accessToken).scp.split(' ');
  assert.deepEqual(['User.Read', missing].filter((scope) => !held.includes(scope)), [], `the token holds ${held}`);

  const { landing: later } = await signIn(world, app, visitor, lukas, { scopes: [missing], loginHint: lukas.upn });
  assert.deepEqual(later.pages, []);
  const silent = await app.acquireTokenSilent({ account: first.account, scopes: [missing], forceRefresh: true });
  assert.ok(silent.scopes.includes(missing), silent.scopes.join(' '));
});

test('msal-node: a silent call without consent is InteractionRequiredAuthError 65001', async (world) => {
  const { lukas } = world.people;
  const app = application(world);
  const visitor = new Visitor(world);
  const { result } = await signIn(world, app, visitor, lukas);
  const missing = await permissionNotYetGranted(world, visitor, lukas);
  const error = await rejection(app.acquireTokenSilent({ account: result.account, scopes: [missing] }));
  assert.ok(error instanceof InteractionRequiredAuthError, `${error}`);
  const { errorCode, subError, errorNo } = error;
  assert.deepEqual([errorCode, subError, String(errorNo)], ['invalid_grant', 'consent_required', '65001']);
});

test('msal-node: a refused consent leaves the earlier token working and grants nothing', async (world) => {
  const { lukas } = world.people;
  const app = application(world);
  const visitor = new Visitor(world);
  const { result } = await signIn(world, app, visitor, lukas);
  const missing = await permissionNotYetGranted(world, visitor, lukas);
  const { landing } = await ask(world, app, visitor, lukas, {
    scopes: [missing], loginHint: lukas.upn, consent: 'decline',
  });
  assert.equal(landing.mustCarryError().code, '65004');
  const { error } = (await ask(world, app, visitor, lukas, {
    scopes: [missing], loginHint: lukas.upn, prompt: 'none',
  })).landing.mustCarryError();
  assert.equal(error, 'consent_required');
  assert.equal((await graph(world, '/v1.0/me', result.accessToken)).status, 200);
});

// ---- accounts

test('msal-node: two accounts in one browser are told apart, picked, and kept apart in the cache', async (world) => {
  const { fatima, lukas } = world.people;
  const app = application(world);
  const visitor = new Visitor(world);
  const first = await signIn(world, app, visitor, lukas);
  const second = await signIn(world, app, visitor, fatima, { prompt: 'select_account' });
  assert.deepEqual(second.landing.pages.slice(0, 2), ['accounts', 'signin']);

  const back = await signIn(world, app, visitor, lukas, { prompt: 'select_account' });
  assert.deepEqual(back.landing.pages, ['accounts']);
  const hinted = await signIn(world, app, visitor, fatima, { loginHint: fatima.upn });
  assert.deepEqual(hinted.landing.pages, []);
  const unhinted = await signIn(world, app, visitor, fatima);
  assert.deepEqual(unhinted.landing.pages, ['accounts']);

  assert.deepEqual(
    [first, second, back, hinted, unhinted].map(({ result }) => result.account.username),
    [lukas, fatima, lukas, fatima, fatima].map(({ upn }) => upn),
  );
  const cached = await app.getTokenCache().getAllAccounts();
  assert.deepEqual(cached.map(({ localAccountId }) => localAccountId).sort(), [lukas.oid, fatima.oid].sort());
  for (const account of cached) {
    const { accessToken } = await app.acquireTokenSilent({ account, scopes: ['User.Read'], forceRefresh: true });
    assert.equal((await graph(world, '/v1.0/me', accessToken)).body.id, account.localAccountId);
  }
});

test('msal-node: prompt=none with two sessions and no hint is interaction_required', async (world) => {
  const { fatima, lukas } = world.people;
  const app = application(world);
  const visitor = new Visitor(world);
  await signIn(world, app, visitor, lukas);
  await signIn(world, app, visitor, fatima, { prompt: 'select_account' });
  const { landing } = await ask(world, app, visitor, undefined, { prompt: 'none' });
  assert.equal(landing.mustCarryError().error, 'interaction_required');
});
