// A strict generic OpenID Connect client (openid-client), which knows nothing of Entra: exact issuer, PKCE, nonce,
// state, ID token signature through the published keys, c_hash, userinfo subject.

import assert from 'node:assert/strict';
import { importPKCS8 } from 'jose';
import * as oidc from 'openid-client';
import { besideAPerson } from './devices.mjs';
import { Visitor } from './pages.mjs';
import { base64url, signedApp } from './signed.mjs';
import { test } from './suite.mjs';
import { shownClaims, verifiedClaims } from './tokens.mjs';
import { GRAPH, graph } from './world.mjs';

const METHODS = [['client_secret_post', oidc.ClientSecretPost], ['client_secret_basic', oidc.ClientSecretBasic]];

test('openid-client: discovery accepts the issuer and finds every endpoint', async (world) => {
  const metadata = (await relyingParty(world)).serverMetadata();
  assert.equal(metadata.issuer, world.issuer);
  assert.deepEqual(
    ['authorization_endpoint', 'token_endpoint', 'jwks_uri', 'userinfo_endpoint', 'end_session_endpoint',
      'device_authorization_endpoint'].filter((name) => !metadata[name]?.startsWith(`${world.base}/`)),
    [],
  );
  const holds = (name, ...values) => assert.deepEqual(values.filter((one) => !metadata[name]?.includes(one)), [], name);
  holds('response_types_supported', 'code', 'id_token', 'code id_token', 'id_token token');
  holds('response_modes_supported', 'query', 'fragment', 'form_post');
  holds('token_endpoint_auth_methods_supported', 'client_secret_post', 'client_secret_basic', 'private_key_jwt');
  holds('token_endpoint_auth_signing_alg_values_supported', 'RS256', 'PS256');
  assert.deepEqual(metadata.subject_types_supported, ['pairwise']);
  assert.deepEqual(metadata.id_token_signing_alg_values_supported, ['RS256']);
});

for (const [method, authentication] of METHODS) {
  test(`openid-client: code flow with PKCE, nonce, state and ${method} gives a valid ID token`, async (world) => {
    const { lukas } = world.people;
    const config = await relyingParty(world, { authentication });
    const { tokens } = await codeFlow(world, config, lukas, { scope: 'openid profile email offline_access' });
    const { aud, tid, oid, preferred_username, name, email } = tokens.claims();
    assert.deepEqual({ aud, tid, oid, preferred_username, name, email }, {
      aud: world.apps.intranet.id, tid: world.tenant, oid: lukas.oid, preferred_username: lukas.upn,
      name: lukas.name, email: lukas.upn,
    });
    assert.equal(tokens.token_type, 'bearer');
    assert.ok(Number.isInteger(tokens.expires_in), `expires_in is ${tokens.expires_in}`);
    assert.ok(tokens.refresh_token, 'no refresh token although offline_access was asked');
  });

  test(`openid-client: client credentials with ${method}`, async (world) => {
    const config = await relyingParty(world, { app: world.apps.nightlyExport, authentication });
    const tokens = await oidc.clientCredentialsGrant(config, { scope: `${world.apps.ordersApi.uri}/.default` });
    assert.deepEqual([tokens.refresh_token, tokens.id_token], [undefined, undefined]);
    const { azp, roles } = await verifiedClaims(world, tokens.access_token, world.apps.ordersApi.id);
    assert.deepEqual({ azp, roles }, { azp: world.apps.nightlyExport.id, roles: ['Orders.Read.All'] });
  });
}

test('openid-client: userinfo names the subject of the ID token', async (world) => {
  const { lukas } = world.people;
  const config = await relyingParty(world);
  const { tokens } = await codeFlow(world, config, lukas, { scope: 'openid profile email' });
  const { sub } = tokens.claims();
  const info = await oidc.fetchUserInfo(config, tokens.access_token, sub);
  const { name, given_name, family_name, email } = info;
  assert.deepEqual({ name, given_name, family_name, email }, {
    name: lukas.name, given_name: 'Lukas', family_name: 'Schneider', email: lukas.upn,
  });
  const { status, headers } = await graph(world, new URL(config.serverMetadata().userinfo_endpoint).pathname);
  assert.deepEqual([status, headers.has('www-authenticate')], [401, true]);
});

test('openid-client: the refresh grant renews for the same subject, and the renewed token works', async (world) => {
  const config = await relyingParty(world);
  const { lukas } = world.people;
  const { tokens } = await codeFlow(world, config, lukas, { scope: 'openid profile offline_access User.Read' });
  const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(renewed.claims().sub, tokens.claims().sub);
  assert.notEqual(renewed.access_token, tokens.access_token);
  assert.equal((await graph(world, '/v1.0/me', renewed.access_token)).status, 200);

  const forApi = await codeFlow(world, config, lukas, {
    scope: `openid offline_access ${world.apps.ordersApi.uri}/Orders.Read`,
  });
  const narrowed = await oidc.refreshTokenGrant(config, forApi.tokens.refresh_token, { scope: `${GRAPH}/User.Read` });
  assert.equal(shownClaims(narrowed.access_token).aud, GRAPH);
});

test('openid-client: hybrid code id_token over form_post binds the code with c_hash', async (world) => {
  const config = await relyingParty(world, { execute: [oidc.useCodeIdTokenResponseType] });
  const { tokens, landing } = await codeFlow(world, config, world.people.lukas, {
    scope: 'openid profile', response_type: 'code id_token', response_mode: 'form_post',
  });
  assert.equal(landing.via, 'form_post');
  assert.equal(shownClaims(landing.params.id_token).sub, tokens.claims().sub);
});

test('openid-client: the implicit ID token over form_post is valid and comes without a code', async (world) => {
  const config = await relyingParty(world, { execute: [oidc.useIdTokenResponseType] });
  const [expectedState, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: world.apps.intranet.redirect, scope: 'openid profile', response_type: 'id_token',
    response_mode: 'form_post', state: expectedState, nonce,
  });
  const landing = await new Visitor(world).walk(url, { user: world.people.lukas });
  assert.equal(landing.via, 'form_post', JSON.stringify(landing.params));
  assert.equal(landing.params.code, undefined);
  const claims = await oidc.implicitAuthentication(config, landing.asRequest(), nonce, { expectedState });
  assert.deepEqual([claims.oid, claims.nonce], [world.people.lukas.oid, nonce]);
});

test('openid-client: without response_mode a hybrid answer comes in the fragment', async (world) => {
  const config = await relyingParty(world, { execute: [oidc.useCodeIdTokenResponseType] });
  const { landing } = await codeFlow(world, config, world.people.lukas, {
    scope: 'openid profile', response_type: 'code id_token',
  });
  assert.equal(landing.via, 'fragment');
});

test('S0-11 openid-client: a refresh token comes only when offline_access was asked', async (world) => {
  const config = await relyingParty(world);
  const refreshToken = async (scope) => (
    (await codeFlow(world, config, world.people.lukas, { scope })).tokens.refresh_token);
  assert.equal(await refreshToken('openid User.Read'), undefined);
  assert.ok(await refreshToken('openid User.Read offline_access'), 'asked for, and not given');
});

test('S0-13 openid-client: an ID token comes only when openid was asked', async (world) => {
  const config = await relyingParty(world);
  const { tokens } = await codeFlow(world, config, world.people.lukas, { scope: 'User.Read', nonce: undefined });
  assert.equal(tokens.id_token, undefined);
});

test('S0-14 openid-client: the ID token names the user only when profile was asked', async (world) => {
  const { lukas } = world.people;
  const config = await relyingParty(world);
  const named = async (scope) => {
    const { name, preferred_username, oid, email } = (await codeFlow(world, config, lukas, { scope })).tokens.claims();
    return { name, preferred_username, oid, email };
  };
  assert.deepEqual(await named('openid'), {
    name: undefined, preferred_username: undefined, oid: undefined, email: undefined,
  });
  assert.deepEqual(await named('openid profile'), {
    name: lukas.name, preferred_username: lukas.upn, oid: lukas.oid, email: undefined,
  });
});

test('openid-client: another verifier does not redeem the code (501481)', async (world) => {
  const config = await relyingParty(world);
  const { checks, current } = await codeFlow(world, config, world.people.lukas, { scope: 'openid', redeem: false });
  await assert.rejects(
    oidc.authorizationCodeGrant(config, current(), { ...checks, pkceCodeVerifier: oidc.randomPKCECodeVerifier() }),
    refusal('invalid_grant', 501481),
  );
});

test('openid-client: a wrong secret in the Authorization header is invalid_client with 401', async (world) => {
  const config = await relyingParty(world, {
    app: { ...world.apps.nightlyExport, secret: 'not:the secret' }, authentication: oidc.ClientSecretBasic,
  });
  await assert.rejects(oidc.clientCredentialsGrant(config, { scope: `${GRAPH}/.default` }), (error) => {
    refusal('invalid_client', 7000215)(error);
    assert.equal(error.status, 401);
    return true;
  });
});

test('openid-client: its sign-out address ends the session and comes back with the state', async (world) => {
  const config = await relyingParty(world);
  const { tokens, visitor } = await codeFlow(world, config, world.people.lukas, { scope: 'openid profile' });
  const landing = await visitor.open(oidc.buildEndSessionUrl(config, {
    post_logout_redirect_uri: world.apps.intranet.redirect, id_token_hint: tokens.id_token, state: 'bye',
  }));
  assert.deepEqual([landing.target, landing.params], [world.apps.intranet.redirect, { state: 'bye' }]);
  const after = await visitor.open(oidc.buildAuthorizationUrl(config, {
    redirect_uri: world.apps.intranet.redirect, scope: 'openid', prompt: 'none', nonce: 'n', state: 's',
  }));
  assert.equal(after.mustCarryError().error, 'login_required');
});

// ---- private_key_jwt

for (const [alg, what, header] of [
  ['PS256', 'and names its certificate', ({ sha256 }) => ({ 'x5t#S256': base64url(sha256) })],
  ['RS256', 'and names its certificate in the older way', ({ sha1 }) => ({ x5t: base64url(sha1) })],
  ['PS256', 'and names nothing', () => ({})],
  ['RS256', 'and names nothing', () => ({})],
]) {
  test(`openid-client: client credentials with private_key_jwt, which signs with ${alg} ${what}`, async (world) => {
    const signed = signedApp(world);
    const key = await importPKCS8(signed.key, alg);
    const named = { [oidc.modifyAssertion]: (protectedHeader) => Object.assign(protectedHeader, header(signed)) };
    const config = await relyingParty(world, { app: signed, authentication: () => oidc.PrivateKeyJwt(key, named) });
    const tokens = await oidc.clientCredentialsGrant(config, { scope: `${GRAPH}/.default` });
    const { appid, appidacr, roles } = shownClaims(tokens.access_token);
    assert.deepEqual({ appid, appidacr, roles }, { appid: signed.id, appidacr: '2', roles: ['User.Read.All'] });
    assert.equal((await graph(world, '/v1.0/users?$select=id', tokens.access_token)).status, 200);
  });
}

test('openid-client: an assertion for somebody else is invalid_client 700023', async (world) => {
  const signed = signedApp(world);
  const elsewhere = { [oidc.modifyAssertion]: (_, payload) => { payload.aud = 'https://elsewhere.example/token'; } };
  const key = await importPKCS8(signed.key, 'PS256');
  const config = await relyingParty(world, { app: signed, authentication: () => oidc.PrivateKeyJwt(key, elsewhere) });
  await assert.rejects(
    oidc.clientCredentialsGrant(config, { scope: `${GRAPH}/.default` }),
    refusal('invalid_client', 700023),
  );
});

// ---- a device (RFC 8628)

test('openid-client: a device gets tokens with a valid ID token, and each refresh brings another', async (world) => {
  const { lukas } = world.people;
  const config = await relyingParty(world, { app: world.apps.mobile, authentication: oidc.None });
  const { page, value: tokens, error } = await byDevice(config, world, { user: lukas });
  page.mustBe('device-done');
  assert.ifError(error);
  const { aud, oid, preferred_username: upn } = tokens.claims();
  assert.deepEqual({ aud, oid, upn }, { aud: world.apps.mobile.id, oid: lukas.oid, upn: lukas.upn });
  assert.equal((await graph(world, '/v1.0/me', tokens.access_token)).body.id, lukas.oid);

  const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(renewed.claims().sub, tokens.claims().sub);
  assert.notEqual(renewed.refresh_token, tokens.refresh_token);
  const again = await oidc.refreshTokenGrant(config, renewed.refresh_token);
  assert.equal((await graph(world, '/v1.0/me', again.access_token)).status, 200);
});

test('openid-client: a device hears that the person said no', async (world) => {
  const config = await relyingParty(world, { app: world.apps.mobile, authentication: oidc.None });
  const { page, error } = await byDevice(config, world, { user: world.people.lukas, confirm: 'No' });
  page.mustBe('device-declined');
  refusal('authorization_declined', 70017)(error);
});

// ---- how this file signs in

function byDevice(config, world, answers) {
  return besideAPerson(world, answers, async (show) => {
    const scope = 'openid profile offline_access User.Read';
    const asked = await oidc.initiateDeviceAuthorization(config, { scope });
    show(asked.verification_uri, asked.user_code);
    return oidc.pollDeviceAuthorizationGrant(config, asked);
  });
}

async function relyingParty(world, options = {}) {
  const { app = world.apps.intranet, authentication = oidc.ClientSecretPost, execute = [] } = options;
  return oidc.discovery(new URL(world.issuer), app.id, {}, authentication(app.secret), {
    execute: [oidc.enableNonRepudiationChecks, ...execute],
  });
}

/** Walks the pages and redeems the code with every check the library has. */
async function codeFlow(world, config, user, { redeem = true, ...parameters }) {
  const checks = {
    pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    expectedState: oidc.randomState(),
    expectedNonce: 'nonce' in parameters ? undefined : oidc.randomNonce(),
  };
  const asked = {
    redirect_uri: world.apps.intranet.redirect,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  };
  const known = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const visitor = new Visitor(world);
  const landing = await visitor.walk(oidc.buildAuthorizationUrl(config, known), { user });
  if (landing.params.error) throw new Error(`${landing.params.error}: ${landing.params.error_description}`);
  const current = () => (landing.via === 'form_post' ? landing.asRequest() : landing.url);
  const tokens = redeem ? await oidc.authorizationCodeGrant(config, current(), checks) : undefined;
  return { tokens, landing, visitor, checks, current };
}

function refusal(error, code) {
  return (thrown) => {
    assert.ok(thrown instanceof oidc.ResponseBodyError, `${thrown?.stack ?? thrown}`);
    assert.equal(thrown.error, error);
    assert.match(thrown.error_description ?? '', new RegExp(`^AADSTS${code}: `));
    assert.deepEqual(thrown.cause.error_codes, [code]);
    return true;
  };
}
