// MSAL Browser, unmodified, in a single-page application on another origin.

import assert from 'node:assert/strict';
import { ConfidentialClientApplication } from '@azure/msal-node';
import { test } from '../node/suite.mjs';
import { inContext, inProfileWithThirdPartyCookies } from './browser.mjs';
import { claimsOf, Planner } from './planner.mjs';
import { describe, kindOf, mustBe, press, walk } from './steps.mjs';

const ORDERS = 'api://waterkant-orders';

test('S1-01 msal-browser: loginRedirect passes sign-in and consent and comes back with the account', (world) => (
  inContext({}, async (context) => {
    const { pieter } = world.people;
    const planner = await Planner.open(world, context);
    const { result, seen, consents } = await planner.login(pieter, { prompt: 'consent' });
    assert.deepEqual(seen, ['signin', 'consent']);
    assert.ok(consents[0].includes('User.Read'), consents[0].join(' '));
    const { username, tenantId, localAccountId, homeAccountId, name } = result.account;
    assert.deepEqual({ username, tenantId, localAccountId, homeAccountId, name }, {
      username: pieter.upn, tenantId: world.tenant, localAccountId: pieter.oid,
      homeAccountId: `${pieter.oid}.${world.tenant}`, name: pieter.name,
    });
    const { iss, aud, oid } = result.idTokenClaims;
    assert.deepEqual({ iss, aud, oid }, { iss: world.issuer, aud: world.apps.planner.id, oid: pieter.oid });
    assert.equal(claimsOf(result.accessToken).appidacr, '0');
  })));

test('S0-12 msal-browser: a silent call is served from the cache, a forced one over CORS', (world) => (
  inContext({}, async (context) => {
    const planner = await Planner.signedIn(world, context, world.people.pieter);
    const ask = { account: world.people.pieter.upn, scopes: ['User.Read'] };
    const cached = await planner.call('acquireTokenSilent', ask);
    assert.equal(cached.fromCache, true);

    const [renewal, renewed] = await Promise.all([
      planner.page.waitForResponse((response) => response.url().startsWith(`${world.authority}/oauth2/v2.0/token`)),
      planner.call('acquireTokenSilent', { ...ask, forceRefresh: true }),
    ]);
    assert.equal(new URLSearchParams(renewal.request().postData()).get('grant_type'), 'refresh_token');
    assert.equal(renewal.headers()['access-control-allow-origin'], world.apps.planner.origin);
    assert.equal(renewed.fromCache, false);
    assert.notEqual(claimsOf(renewed.accessToken).uti, claimsOf(cached.accessToken).uti);
  })));

test('msal-browser: the refresh token of a single-page application ends within 24 hours and says so', (world) => (
  inContext({}, async (context) => {
    const planner = await Planner.signedIn(world, context, world.people.pieter);
    const [renewal] = await Promise.all([
      planner.page.waitForResponse((response) => response.url().startsWith(`${world.authority}/oauth2/v2.0/token`)),
      planner.call('acquireTokenSilent', {
        account: world.people.pieter.upn, scopes: ['User.Read'], forceRefresh: true,
      }),
    ]);
    const { refresh_token_expires_in: seconds } = await renewal.json();
    assert.ok(seconds > 80_000 && seconds <= 86_400, `refresh_token_expires_in is ${seconds}`);
  })));

test('S0-15 msal-browser: Graph answers the application\'s script across origins', (world) => (
  inContext({}, async (context) => {
    const { pieter } = world.people;
    const planner = await Planner.signedIn(world, context, pieter);
    const { accessToken } = await planner.call('acquireTokenSilent', { account: pieter.upn, scopes: ['User.Read'] });
    const { status, body } = await planner.graph('/v1.0/me', accessToken);
    assert.deepEqual([status, body.id, body.userPrincipalName], [200, pieter.oid, pieter.upn]);
    const refused = await planner.graph('/v1.0/me', 'not.a.token');
    assert.deepEqual([refused.status, refused.body.error?.code], [401, 'InvalidAuthenticationToken']);
  })));

// The page's server of the test organisation (xtask/src/organisation.rs); the sample's page has none.
test('msal-node and msal-browser: a server signs in and hands its page a code', (world) => (
  inContext({}, async (context) => {
    const { pieter } = world.people;
    const { id, origin } = world.apps.planner;
    const redirectUri = `${origin}/server`;
    const server = new ConfidentialClientApplication({
      auth: {
        clientId: id, authority: world.authority, knownAuthorities: [world.host],
        clientSecret: 'planner-secret-for-tests-only',
      },
    });
    const planner = await Planner.open(world, context);
    await planner.page.goto(await server.getAuthCodeUrl({ scopes: ['User.Read'], redirectUri, prompt: 'consent' }));
    await walk(planner.page, world, pieter);
    const code = new URL(planner.page.url()).searchParams.get('code');
    const { code: handed, account } = await server.acquireTokenByCode({
      code, redirectUri, scopes: ['User.Read'], enableSpaAuthorizationCode: true,
    });
    assert.ok(handed, 'no code for the page');
    assert.equal(account.username, pieter.upn);

    await planner.page.goto(origin);
    const result = await planner.call('acquireTokenByCode', { code: handed, scopes: ['User.Read'] });
    const { appid, appidacr, oid } = claimsOf(result.accessToken);
    assert.deepEqual({ appid, appidacr, oid }, { appid: id, appidacr: '0', oid: pieter.oid });
    const { status } = await planner.graph('/v1.0/me', result.accessToken);
    assert.equal(status, 200);
    const again = await planner.call('acquireTokenSilent', { account: pieter.upn, scopes: ['User.Read'] });
    assert.equal(again.fromCache, true);
  })));

test('msal-browser: a pre-authorised permission comes silently, without a consent page', (world) => (
  inContext({}, async (context) => {
    const { daan } = world.people;
    const planner = await Planner.signedIn(world, context, daan);
    const { accessToken, fromCache } = await planner.call('acquireTokenSilent', {
      account: daan.upn, scopes: [`${ORDERS}/Orders.Read`],
    });
    const { aud, azp, oid, scp, ver } = claimsOf(accessToken);
    assert.deepEqual({ fromCache, aud, azp, oid, ver }, {
      fromCache: false, aud: world.apps.ordersApi.id, azp: world.apps.planner.id, oid: daan.oid, ver: '2.0',
    });
    assert.ok(scp.split(' ').includes('Orders.Read'), scp);
  })));

test('msal-browser: a silent call without consent is InteractionRequiredAuthError consent_required', (world) => (
  inContext({}, async (context) => {
    const { daan } = world.people;
    const planner = await Planner.signedIn(world, context, daan);
    const { error } = await planner.attempt('acquireTokenSilent', { account: daan.upn, scopes: ['Notes.Read'] });
    assert.deepEqual([error?.name, error?.subError, String(error?.errorNo)],
      ['InteractionRequiredAuthError', 'consent_required', '65001'], error?.message);
  })));

test('msal-browser: acquireTokenPopup asks consent for the missing permission only', (world) => (
  inContext({}, async (context) => {
    const { pieter } = world.people;
    const planner = await Planner.signedIn(world, context, pieter);
    const ask = { account: pieter.upn, scopes: [`${ORDERS}/Orders.Write`] };
    const before = await planner.attempt('acquireTokenSilent', { ...ask, forceRefresh: true });
    if (before.error) assert.equal(before.error.subError, 'consent_required', before.error.message);

    // Granted in an earlier run against the same data: then the page has to be asked for, and shows everything.
    const forced = before.error ? {} : { prompt: 'consent' };
    const { result, seen, consents } = await throughPopup(world, context, planner, pieter, { ...ask, ...forced });
    assert.deepEqual(seen, ['consent']);
    if (before.error) assert.deepEqual(consents, [['Orders.Write']]);
    else assert.ok(consents[0].includes('Orders.Write'), consents[0].join(' '));
    const { aud, scp } = claimsOf(result.accessToken);
    assert.equal(aud, world.apps.ordersApi.id);
    assert.ok(scp.split(' ').includes('Orders.Write'), scp);

    const after = await planner.call('acquireTokenSilent', { ...ask, forceRefresh: true });
    assert.ok(after.scopes.includes(`${ORDERS}/Orders.Write`), after.scopes.join(' '));
  })));

test('msal-browser: ssoSilent finds the session in a hidden iframe and gets a token', (world) => (
  inProfileWithThirdPartyCookies(async (context) => {
    const { pieter } = world.people;
    await Planner.signedIn(world, context, pieter);
    const other = await Planner.open(world, context);
    assert.deepEqual(await other.accounts(), []);
    const { account, accessToken, fromCache } = await other.call('ssoSilent', {
      loginHint: pieter.upn, scopes: ['User.Read'], redirectUri: `${world.apps.planner.origin}/redirect.html`,
    });
    assert.deepEqual([account.username, fromCache], [pieter.upn, false]);
    assert.equal((await other.graph('/v1.0/me', accessToken)).body.id, pieter.oid);
  })));

test('msal-browser: ssoSilent without a session is login_required at once', (world) => (
  inProfileWithThirdPartyCookies(async (context) => {
    const planner = await Planner.open(world, context);
    const { error } = await planner.attempt('ssoSilent', {
      loginHint: world.people.pieter.upn, scopes: ['User.Read'],
      redirectUri: `${world.apps.planner.origin}/redirect.html`,
    });
    mustNeedInteraction(error, 'login_required');
    assert.match(error.message, /AADSTS50058/);
  })));

test('msal-browser: prompt=select_account adds a second account and both keep their own tokens', (world) => (
  inContext({}, async (context) => {
    const { daan, pieter } = world.people;
    const planner = await Planner.signedIn(world, context, pieter);
    const added = await planner.login(daan, { prompt: 'select_account' });
    assert.deepEqual(added.seen.slice(0, 2), ['accounts', 'signin']);
    assert.equal(added.result.account.username, daan.upn);
    const back = await planner.login(pieter, { prompt: 'select_account' });
    assert.deepEqual(back.seen, ['accounts']);
    assert.equal(back.result.account.username, pieter.upn);

    const usernames = (await planner.accounts()).map(({ username }) => username).sort();
    assert.deepEqual(usernames, [daan.upn, pieter.upn].sort());
    for (const person of [daan, pieter]) {
      const { accessToken } = await planner.call('acquireTokenSilent', {
        account: person.upn, scopes: ['User.Read'], forceRefresh: true,
      });
      assert.equal((await planner.graph('/v1.0/me', accessToken)).body.id, person.oid);
    }
  })));

test('msal-browser: logoutRedirect ends the session and comes back to the application', (world) => (
  inContext({}, async (context) => {
    const { daan } = world.people;
    const planner = await Planner.signedIn(world, context, daan);
    await planner.leave('logoutRedirect', { account: daan.upn });
    assert.equal(new URL(planner.page.url()).origin, world.apps.planner.origin, await describe(planner.page));
    assert.deepEqual(await planner.accounts(), []);
    await planner.leave('loginRedirect', { scopes: ['User.Read'] });
    await mustBe(planner.page, world, 'signin');
  })));

test('msal-browser: logoutRedirect with two sessions asks which, then comes back to the application', (world) => (
  inContext({}, async (context) => {
    const { daan, pieter } = world.people;
    const planner = await Planner.signedIn(world, context, pieter);
    await planner.login(daan, { prompt: 'select_account' });
    await planner.leave('logoutRedirect');
    await mustBe(planner.page, world, 'signing-out');
    await press(planner.page, 'form#signout button');
    assert.equal(new URL(planner.page.url()).origin, world.apps.planner.origin, await describe(planner.page));
  })));

test('S1-23 S1-24 S1-25 msal-browser: a token to itself needs no consent page and leaves no grant', (world) => (
  inContext({}, async (context) => {
    const { jurgen } = world.people;
    const { id } = world.apps.planner;
    const planner = await Planner.open(world, context);
    const { result, seen } = await planner.login(jurgen, { scopes: [`${id}/.default`] });
    assert.deepEqual(seen, ['signin']);
    assert.deepEqual([result.account.username, result.idTokenClaims.name], [jurgen.upn, jurgen.name]);
    const { aud, oid } = claimsOf(result.accessToken);
    assert.deepEqual({ aud, oid }, { aud: id, oid: jurgen.oid });

    await planner.leave('loginRedirect', { scopes: ['User.Read'], prompt: 'none', loginHint: jurgen.upn });
    assert.equal(await kindOf(planner.page, world), 'application');
    const { error } = await planner.outcome();
    mustNeedInteraction(error, 'consent_required');
  })));

function mustNeedInteraction(error, code) {
  assert.deepEqual([error?.name, error?.errorCode], ['InteractionRequiredAuthError', code], error?.message);
}

/** `acquireTokenPopup` with the popup's pages answered as `user`. */
async function throughPopup(world, context, planner, user, request) {
  const [popup] = await Promise.all([
    context.waitForEvent('page'),
    planner.page.evaluate((what) => { window.popupAnswer = window.call('acquireTokenPopup', what); }, {
      ...request, redirectUri: `${world.apps.planner.origin}/redirect.html`,
    }),
  ]);
  await popup.waitForURL((url) => url.origin === world.base);
  await popup.waitForLoadState('domcontentloaded');
  const { seen, consents } = await walk(popup, world, user);
  const { result, error } = await planner.page.evaluate(() => window.popupAnswer);
  if (error) throw new Error(`acquireTokenPopup after ${seen.join(', ')}: ${error.name} ${error.message}`);
  return { result, seen, consents };
}
