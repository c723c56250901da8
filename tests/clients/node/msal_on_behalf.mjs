// MSAL Node as an API in the middle: called with a person's token, it asks for the next API in that person's name.

import assert from 'node:assert/strict';
import { InteractionRequiredAuthError, ServerError } from '@azure/msal-node';
import { ordersScope } from './asks.mjs';
import { allowThroughPlanner, combinedConsent } from './combined_consent.mjs';
import { application, pick, rejection, signIn } from './msal.mjs';
import { Visitor } from './pages.mjs';
import { test } from './suite.mjs';
import { shownClaims } from './tokens.mjs';
import { GRAPH, graph } from './world.mjs';

const USER_READ = `${GRAPH}/User.Read`;

test('S2-02 msal-node: without consent to the API it hears that its client must ask', async (world) => {
  const token = await callerToken(world, world.people.lukas);
  const error = await rejection(onBehalf(world, token));
  assert.ok(error instanceof InteractionRequiredAuthError, `${error}`);
  const { errorCode, subError, errorNo } = error;
  assert.deepEqual([errorCode, subError, String(errorNo)], ['invalid_grant', 'consent_required', '65001']);
});

test('one consent page asks for an application and for the API that knows it', async (world) => {
  const page = await combinedConsent(world, world.people.fatima);
  assert.deepEqual(page.permissions('.behind ul.permissions'), ['User.Read']);
  assert.ok(page.one('.behind h2').text.includes('Waterkant Orders API'), page.one('.behind h2').text);
  const all = page.permissions();
  assert.deepEqual(['User.Read', 'Orders.Read'].filter((asked) => !all.includes(asked)), [], `shown: ${all}`);
});

test('S2-02 msal-node: the person stays and the client becomes the API', async (world) => {
  const { fatima } = world.people;
  await allowThroughPlanner(world, fatima);
  const token = await callerToken(world, fatima);
  const api = application(world, world.apps.ordersApi);
  const result = await onBehalf(world, token, api);
  const { scp, ...claims } = shownClaims(result.accessToken);
  assert.deepEqual(pick(claims, 'aud', 'appid', 'appidacr', 'oid', 'tid'), {
    aud: GRAPH, appid: world.apps.ordersApi.id, appidacr: '1', oid: fatima.oid, tid: world.tenant,
  });
  assert.ok(scp.split(' ').includes('User.Read'), scp);
  const { status, body } = await graph(world, '/v1.0/me', result.accessToken);
  assert.deepEqual([status, body.id], [200, fatima.oid]);

  const again = await onBehalf(world, token, api);
  assert.deepEqual([result.fromCache, again.fromCache], [false, true]);
  assert.equal(again.accessToken, result.accessToken);
});

for (const [what, code, tokenFor] of [
  ['a token for another API', '500131', (world) => callerToken(world, world.people.lukas, USER_READ)],
  ['a token without a person', '7000114', (world) => daemonToken(world)],
  ['no token', '50013', () => 'not.a.token'],
]) {
  test(`msal-node: ${what}, handed in on behalf of somebody, is invalid_grant ${code}`, async (world) => {
    const error = await rejection(onBehalf(world, await tokenFor(world)));
    assert.ok(error instanceof ServerError, `${error}`);
    assert.deepEqual([error.errorCode, String(error.errorNo)], ['invalid_grant', code]);
  });
}

/** The token that the intranet calls the API with, as `user`. */
async function callerToken(world, user, scope = ordersScope(world, 'Orders.Read')) {
  const { result } = await signIn(world, application(world), new Visitor(world), user, { scopes: [scope] });
  return result.accessToken;
}

async function daemonToken(world) {
  const daemon = application(world, world.apps.nightlyExport);
  return (await daemon.acquireTokenByClientCredential({ scopes: [ordersScope(world, '.default')] })).accessToken;
}

function onBehalf(world, token, api = application(world, world.apps.ordersApi)) {
  return api.acquireTokenOnBehalfOf({ oboAssertion: token, scopes: [USER_READ] });
}
