// MSAL Node as a desktop application: the interactive call with its own loopback listener, which takes form_post only.

import assert from 'node:assert/strict';
import { PublicClientApplication, ServerError } from '@azure/msal-node';
import { Visitor } from './pages.mjs';
import { test } from './suite.mjs';
import { shownClaims } from './tokens.mjs';
import { GRAPH, graph } from './world.mjs';

test('msal-node: a desktop application signs in over a loopback address and Graph answers', async (world) => {
  const { fatima } = world.people;
  const app = application(world);
  const { result, landing } = await interactive(world, app, fatima, { prompt: 'consent' });
  assert.deepEqual(landing.pages, ['signin', 'consent']);
  assert.match(landing.target, /^http:\/\/localhost:\d+\/?$/);
  assert.equal(result.account.username, fatima.upn);
  const { appid, appidacr, oid } = shownClaims(result.accessToken);
  assert.deepEqual({ appid, appidacr, oid }, { appid: world.apps.mobile.id, appidacr: '0', oid: fatima.oid });
  const { status, body } = await graph(world, '/v1.0/me', result.accessToken);
  assert.deepEqual([status, body.id], [200, fatima.oid]);
});

test('msal-node: the cancelled sign-in reaches the desktop application as access_denied', async (world) => {
  const error = await interactive(world, application(world), undefined).then(
    () => assert.fail('the cancelled sign-in gave a token'),
    (thrown) => thrown,
  );
  assert.ok(error instanceof ServerError, `${error}`);
  assert.equal(error.errorCode, 'access_denied');
});

test('msal-node: a desktop application that renews in parallel keeps its session', async (world) => {
  const app = application(world);
  const { result } = await interactive(world, app, world.people.fatima);
  // Two spellings, because MSAL joins equal calls into one.
  const spellings = [['User.Read'], [`${GRAPH}/User.Read`]];
  const renew = (scopes) => app.acquireTokenSilent({ account: result.account, scopes, forceRefresh: true });
  const parallel = await Promise.all(spellings.map(renew));
  const after = await renew(spellings[0]);
  for (const { accessToken } of [...parallel, after]) {
    assert.equal((await graph(world, '/v1.0/me', accessToken)).status, 200);
  }
});

function application(world) {
  return new PublicClientApplication({
    auth: { clientId: world.apps.mobile.id, authority: world.authority, knownAuthorities: [world.host] },
  });
}

/** Signs `user` in through the loopback listener; without a user the visitor cancels. */
async function interactive(world, app, user, options = {}) {
  let landing;
  const result = await app.acquireTokenInteractive({
    scopes: ['User.Read'],
    ...options,
    openBrowser: async (url) => {
      const visitor = new Visitor(world);
      landing = user ? await visitor.walk(url, { user }) : await visitor.cancel(await visitor.open(url));
      assert.equal(landing.via, 'form_post', `the listener takes form_post only, got ${landing.via}`);
      const answer = await fetch(landing.asRequest());
      assert.equal(answer.status, 200, `the listener said ${answer.status}: ${await answer.text()}`);
    },
  });
  return { result, landing };
}
