// How the suite uses MSAL Node as a confidential application: its client object, and the code flow through our pages.

import assert from 'node:assert/strict';
import { ConfidentialClientApplication, CryptoProvider } from '@azure/msal-node';

/** MSAL's client for an application, which proves itself by its secret unless another `credential` is given. */
export function application(world, { id, secret, credential = { clientSecret: secret } } = world.apps.intranet) {
  return new ConfidentialClientApplication({
    auth: { clientId: id, authority: world.authority, knownAuthorities: [world.host], ...credential },
  });
}

/** Sends the visitor through the pages with MSAL's address; answers the landing and what the redemption needs. */
export async function ask(world, app, visitor, user, options = {}) {
  const { scopes = ['User.Read'], redirectUri = world.apps.intranet.redirect, consent, ...more } = options;
  const generated = new CryptoProvider();
  const { verifier, challenge } = await generated.generatePkceCodes();
  const request = { scopes, redirectUri, state: generated.createNewGuid(), nonce: generated.createNewGuid() };
  const url = await app.getAuthCodeUrl({
    ...request, ...more, codeChallenge: challenge, codeChallengeMethod: 'S256',
  });
  return { request, verifier, landing: await visitor.walk(url, { user, consent }) };
}

/** The whole code flow: what MSAL made of it, the way through the pages, and what was asked. */
export async function signIn(world, app, visitor, user, options = {}) {
  const { landing, request, verifier } = await ask(world, app, visitor, user, options);
  const answer = landing.mustCarryCode(options.responseMode ?? 'query', request.redirectUri);
  assert.ok(answer.session_state, 'no session_state beside the code');
  const clientInfo = JSON.parse(Buffer.from(answer.client_info ?? 'e30', 'base64url'));
  assert.deepEqual(clientInfo, { uid: user.oid, utid: world.tenant });
  const result = await app.acquireTokenByCode(
    { ...request, code: answer.code, codeVerifier: verifier, clientInfo: answer.client_info },
    answer,
  );
  return { result, landing, request };
}

export async function rejection(promise) {
  const outcome = await promise.then((value) => ({ value }), (error) => ({ error }));
  assert.ok(outcome.error, `expected an error, got ${JSON.stringify(outcome.value)?.slice(0, 200)}`);
  return outcome.error;
}

export function pick(object, ...names) {
  return Object.fromEntries(names.map((name) => [name, object[name]]));
}
