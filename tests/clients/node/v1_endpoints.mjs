// The older endpoints, as passport and ADAL call them: a resource instead of scopes, numbers written as texts, and an
// ID token whose issuer and keys the v1.0 metadata names. Plain requests: those libraries are no longer maintained.

import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { authorizeUrl } from './asks.mjs';
import { besideAPerson } from './devices.mjs';
import { pick } from './msal.mjs';
import { Visitor } from './pages.mjs';
import { test } from './suite.mjs';
import { metadata, shownClaims, verifiedV1Claims } from './tokens.mjs';
import { GRAPH, graph } from './world.mjs';

const NUMBERS = ['expires_in', 'ext_expires_in', 'expires_on', 'not_before'];

test('v1.0: its metadata names its own issuer, its own endpoints, and the keys of everybody', async (world) => {
  const document = await metadata(world, world.tenant, '');
  assert.deepEqual(pick(document, 'issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri'), {
    issuer: `${world.base}/${world.tenant}/`,
    authorization_endpoint: `${world.authority}/oauth2/authorize`,
    token_endpoint: `${world.authority}/oauth2/token`,
    jwks_uri: `${world.base}/common/discovery/keys`,
  });
  assert.deepEqual(await metadata(world, world.domain, ''), document);
});

test('v1.0: the code flow for a resource gives numbers as texts, a refresh token and Graph', async (world) => {
  const { lukas } = world.people;
  const { params } = await signIn(world, lukas, {});
  const body = await redeemed(world, params.code);
  mustBeOlderAnswer(body);
  assert.deepEqual(pick(body, 'token_type', 'resource'), { token_type: 'Bearer', resource: GRAPH });
  assert.ok(body.scope.split(' ').includes('User.Read'), body.scope);
  assert.ok(body.refresh_token, 'no refresh token, which v1.0 always gives');
  assert.deepEqual(pick(shownClaims(body.access_token), 'aud', 'oid', 'ver'), {
    aud: GRAPH, oid: lukas.oid, ver: '1.0',
  });
  assert.equal((await graph(world, '/v1.0/me', body.access_token)).body.id, lukas.oid);
});

test('v1.0: the ID token is of the older issuer, and signed by a key of its own metadata', async (world) => {
  const { lukas } = world.people;
  const nonce = randomUUID();
  const { params } = await signIn(world, lukas, { nonce });
  const { id_token: token } = await redeemed(world, params.code);
  const claims = await verifiedV1Claims(world, token, world.apps.intranet.id);
  assert.deepEqual(pick(claims, 'ver', 'tid', 'oid', 'upn', 'unique_name', 'name', 'nonce'), {
    ver: '1.0', tid: world.tenant, oid: lukas.oid, upn: lukas.upn, unique_name: lukas.upn, name: lukas.name, nonce,
  });
});

test('v1.0: code id_token over form_post, as passport asks, binds the code', async (world) => {
  const { lukas } = world.people;
  const nonce = randomUUID();
  const landing = await signIn(world, lukas, { response_type: 'code id_token', response_mode: 'form_post', nonce });
  const { code, id_token: token } = landing.mustCarryCode('form_post', world.apps.intranet.redirect);
  const claims = await verifiedV1Claims(world, token, world.apps.intranet.id);
  const half = createHash('sha256').update(code).digest().subarray(0, 16).toString('base64url');
  assert.deepEqual(pick(claims, 'ver', 'oid', 'nonce', 'c_hash'), {
    ver: '1.0', oid: lukas.oid, nonce, c_hash: half,
  });
  const later = await verifiedV1Claims(world, (await redeemed(world, code)).id_token, world.apps.intranet.id);
  assert.equal(later.sub, claims.sub);
});

test('v1.0: a refresh token renews for the same resource without being told it', async (world) => {
  const { params } = await signIn(world, world.people.lukas, {});
  const first = await redeemed(world, params.code);
  const { status, body } = await post(world, 'token', {
    ...secretOf(world.apps.intranet), grant_type: 'refresh_token', refresh_token: first.refresh_token,
  });
  assert.equal(status, 200, JSON.stringify(body));
  mustBeOlderAnswer(body);
  assert.equal(body.resource, GRAPH);
  assert.notEqual(body.access_token, first.access_token);
  assert.equal((await graph(world, '/v1.0/me', body.access_token)).status, 200);
});

test('v1.0: a daemon names its resource, and the resource decides the token\'s version', async (world) => {
  const { nightlyExport, ordersApi } = world.apps;
  for (const [resource, expected] of [
    [GRAPH, { aud: GRAPH, ver: '1.0', roles: ['User.Read.All'] }],
    [ordersApi.uri, { aud: ordersApi.id, ver: '2.0', roles: ['Orders.Read.All'] }],
  ]) {
    const { status, body } = await post(world, 'token', {
      ...secretOf(nightlyExport), grant_type: 'client_credentials', resource,
    });
    assert.equal(status, 200, JSON.stringify(body));
    mustBeOlderAnswer(body);
    assert.deepEqual([body.resource, body.refresh_token, body.id_token], [resource, undefined, undefined]);
    assert.deepEqual(pick(shownClaims(body.access_token), 'aud', 'ver', 'roles'), expected);
  }
});

test('v1.0: an unknown resource is invalid_resource 500011', async (world) => {
  const { status, body } = await post(world, 'token', {
    ...secretOf(world.apps.nightlyExport), grant_type: 'client_credentials', resource: 'https://nowhere.example',
  });
  assert.deepEqual([status, body.error, body.error_codes], [400, 'invalid_resource', [500011]]);
});

test('v1.0: an older device shows verification_url and polls with its code', async (world) => {
  const { lukas } = world.people;
  const { mobile } = world.apps;
  const { status, body: asked } = await post(world, 'devicecode', { client_id: mobile.id, resource: GRAPH });
  assert.equal(status, 200, JSON.stringify(asked));
  assert.deepEqual(pick(asked, 'expires_in', 'interval', 'verification_url'), {
    expires_in: '900', interval: '5', verification_url: `${world.base}/devicelogin`,
  });
  const poll = () => post(world, 'token', {
    client_id: mobile.id, grant_type: 'device_code', code: asked.device_code, resource: GRAPH,
  });
  const early = await poll();
  assert.deepEqual([early.status, early.body.error], [400, 'authorization_pending']);
  const { page } = await besideAPerson(world, { user: lukas }, async (show) => {
    show(asked.verification_url, asked.user_code);
  });
  page.mustBe('device-done');
  const { body } = await poll();
  mustBeOlderAnswer(body);
  assert.equal((await graph(world, '/v1.0/me', body.access_token)).body.id, lukas.oid);
});

// ---- how this file asks

/** Walks the pages from the older authorization endpoint to the intranet. */
async function signIn(world, user, parameters) {
  const url = authorizeUrl(world, { scope: 'openid', resource: GRAPH, ...parameters });
  url.pathname = `/${world.tenant}/oauth2/authorize`;
  const landing = await new Visitor(world).walk(url, { user });
  landing.mustCarryCode(parameters.response_mode ?? 'query', world.apps.intranet.redirect);
  return landing;
}

async function redeemed(world, code) {
  const { intranet } = world.apps;
  const { status, body } = await post(world, 'token', {
    ...secretOf(intranet), grant_type: 'authorization_code', code, redirect_uri: intranet.redirect, resource: GRAPH,
  });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

async function post(world, endpoint, form) {
  const response = await fetch(`${world.authority}/oauth2/${endpoint}`, {
    method: 'POST', body: new URLSearchParams(form),
  });
  return { status: response.status, body: await response.json() };
}

function secretOf({ id, secret }) {
  return { client_id: id, client_secret: secret };
}

/** Every number is a text, and they agree with each other. */
function mustBeOlderAnswer(body) {
  for (const name of NUMBERS) {
    assert.equal(typeof body[name], 'string', `${name} is ${JSON.stringify(body[name])}`);
    assert.match(body[name], /^\d+$/, name);
  }
  assert.equal(Number(body.expires_on) - Number(body.not_before), Number(body.expires_in));
}
