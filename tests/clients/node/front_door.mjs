// What any client meets before and around its tokens: metadata, keys, the pages, the session, the sign-out.

import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { authorizeUrl } from './asks.mjs';
import { Landing, Visitor } from './pages.mjs';
import { test } from './suite.mjs';
import { metadata } from './tokens.mjs';

test('discovery by a verified domain names the tenant id in every address', async (world) => {
  const byDomain = await metadata(world, world.domain);
  assert.deepEqual(byDomain, await metadata(world));
  assert.equal(byDomain.issuer, world.issuer);
  assert.equal(byDomain.token_endpoint, `${world.authority}/oauth2/v2.0/token`);
  assert.equal(byDomain.authorization_endpoint, `${world.authority}/oauth2/v2.0/authorize`);
  assert.equal(byDomain.end_session_endpoint, `${world.authority}/oauth2/v2.0/logout`);
  assert.equal(byDomain.jwks_uri, `${world.authority}/discovery/v2.0/keys`);
});

test('discovery for organizations keeps the literal issuer template', async (world) => {
  const { issuer, token_endpoint: tokens } = await metadata(world, 'organizations');
  assert.deepEqual({ issuer, tokens }, {
    issuer: `${world.base}/{tenantid}/v2.0`,
    tokens: `${world.base}/organizations/oauth2/v2.0/token`,
  });
});

test('every published key is the key of its own certificate', async (world) => {
  const { jwks_uri: address } = await metadata(world);
  const response = await fetch(address, { headers: { origin: 'https://anywhere.example' } });
  assert.equal(response.headers.get('access-control-allow-origin'), '*');
  const { keys } = await response.json();
  assert.ok(keys.length >= 1, 'no key is published');
  for (const key of keys) {
    assert.equal(key.x5c?.length, 1, `key ${key.kid} has ${key.x5c?.length} certificates`);
    const certificate = new X509Certificate(Buffer.from(key.x5c[0], 'base64'));
    const { n, e } = certificate.publicKey.export({ format: 'jwk' });
    const thumbprint = createHash('sha1').update(certificate.raw).digest('base64url');
    assert.deepEqual(
      { kty: key.kty, use: key.use, n: key.n, e: key.e, kid: key.kid, x5t: key.x5t },
      { kty: 'RSA', use: 'sig', n, e, kid: thumbprint, x5t: thumbprint },
    );
  }
});

test('a foreign redirect URI ends on our error page with AADSTS50011', async (world) => {
  const visitor = new Visitor(world);
  const page = await visitor.open(authorizeUrl(world, { redirect_uri: 'https://elsewhere.example/callback' }));
  page.mustBe('error');
  assert.equal(page.code, 'AADSTS50011');
  for (const field of ['#correlationId', '#timestamp', '#errorText']) assert.ok(page.one(field).text.trim(), field);
});

test('an unknown application ends on our error page with AADSTS700016', async (world) => {
  const visitor = new Visitor(world);
  const page = await visitor.open(authorizeUrl(world, { client_id: 'c9999999-0000-4000-8000-000000000009' }));
  page.mustBe('error');
  assert.equal(page.code, 'AADSTS700016');
});

test('a wrong password and an unknown name get the same answer, and the name stays', async (world) => {
  const visitor = new Visitor(world);
  const first = await visitor.open(authorizeUrl(world, { prompt: 'login' }));
  const wrong = await visitor.signIn(first, world.people.lukas, { password: 'not-the-password' });
  wrong.mustBe('signin');
  const stranger = { upn: 'nobody.here@waterkant.example', password: 'not-the-password' };
  const unknown = await visitor.signIn(wrong, stranger);
  unknown.mustBe('signin');

  assert.ok(wrong.alert, 'no #error[role=alert] after a wrong password');
  assert.deepEqual([unknown.alert, unknown.status], [wrong.alert, wrong.status]);
  assert.equal(unknown.one('input#i0116').getAttribute('value'), stranger.upn);
  assert.ok(!unknown.one('input#i0118').getAttribute('value'), 'the password came back in the page');
});

test('an empty password asks for it without an error', async (world) => {
  const visitor = new Visitor(world);
  const first = await visitor.open(authorizeUrl(world, { prompt: 'login' }));
  const again = await visitor.signIn(first, world.people.lukas, { password: '' });
  again.mustBe('signin');
  assert.equal(again.alert, undefined);
  assert.equal(again.one('input#i0116').getAttribute('value'), world.people.lukas.upn);
  assert.ok(again.one('input#i0118').hasAttribute('autofocus'), 'the password field has no focus');
});

test('the session cookie is a __Host- cookie that scripts and plain HTTP never see', async (world) => {
  const visitor = new Visitor(world);
  await signedIn(world, visitor, world.people.lukas);
  const cookies = [...visitor.cookies];
  for (const [name, { attributes }] of cookies) {
    assert.ok('secure' in attributes && 'httponly' in attributes, `${name} lacks Secure or HttpOnly`);
  }
  // A hidden iframe of another site renews tokens, so this cookie has to travel with it.
  const sessions = cookies.filter(([, { attributes }]) => attributes.samesite?.toLowerCase() === 'none');
  assert.ok(sessions.length > 0, `no SameSite=None cookie among ${cookies.map(([name]) => name).join(', ')}`);
  for (const [name, { attributes }] of sessions) {
    assert.match(name, /^__Host-/);
    assert.deepEqual([attributes.path, attributes.domain], ['/', undefined], `${name} is no __Host- cookie`);
  }
});

test('only "stay signed in" leaves a cookie that outlives the browser', async (world) => {
  const lasting = (visitor) => [...visitor.cookies.values()].filter(({ attributes: { samesite, ...rest } }) => (
    samesite?.toLowerCase() === 'none' && ('max-age' in rest || 'expires' in rest))).length;
  const brief = new Visitor(world);
  await signedIn(world, brief, world.people.lukas);
  const staying = new Visitor(world);
  await signedIn(world, staying, world.people.lukas, { keep: true });
  assert.deepEqual([lasting(brief), lasting(staying) > 0], [0, true]);
});

test('the pages refuse to be framed and allow no script', async (world) => {
  const visitor = new Visitor(world);
  const page = await visitor.open(authorizeUrl(world));
  const policy = page.headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval|script-src (?!'none')/);
  assert.match(page.headers.get('cache-control') ?? '', /no-store/);
});

test('the language switch changes the page and keeps the sign-in', async (world) => {
  const visitor = new Visitor(world);
  let page = await visitor.open(authorizeUrl(world, { prompt: 'consent', ui_locales: 'en' }));
  const spoken = [page.language];
  for (const language of ['de', 'nl']) {
    page = await visitor.speak(page, language);
    page.mustBe('signin');
    spoken.push(page.language);
  }
  page = await visitor.signIn(page, world.people.lukas);
  page.mustBe('consent');
  spoken.push(page.language);
  page = await visitor.speak(page, 'en');
  page.mustBe('consent');
  spoken.push(page.language);
  assert.deepEqual(spoken, ['en', 'de', 'nl', 'nl', 'en']);
  (await visitor.accept(page)).mustCarryCode('query', world.apps.intranet.redirect);
});

test('the page speaks the language of ui_locales, else that of the browser', async (world) => {
  const spoken = async (language, ui_locales) => (
    (await new Visitor(world, { language }).open(authorizeUrl(world, { ui_locales }))).language);
  assert.deepEqual(
    [await spoken('de-AT,de;q=0.9,en;q=0.5'), await spoken('de', 'nl'), await spoken('nl-BE')],
    ['de', 'nl', 'nl'],
  );
});

test('cancelling the sign-in answers access_denied with the state', async (world) => {
  const visitor = new Visitor(world);
  const page = await visitor.open(authorizeUrl(world, { prompt: 'login', state: 'kept' }));
  const landing = await visitor.cancel(page);
  const { error, state } = landing.mustCarryError();
  assert.deepEqual({ error, state }, { error: 'access_denied', state: 'kept' });
});

test('declining consent answers access_denied 65004 with the state', async (world) => {
  const visitor = new Visitor(world);
  const landing = await visitor.walk(authorizeUrl(world, { prompt: 'consent', state: 'kept' }), {
    user: world.people.lukas, consent: 'decline',
  });
  assert.deepEqual(landing.mustCarryError(), { error: 'access_denied', code: '65004', state: 'kept' });
});

test('prompt=consent shows every permission that was asked for, also granted ones', async (world) => {
  const visitor = new Visitor(world);
  const url = () => authorizeUrl(world, { scope: 'openid profile User.Read', prompt: 'consent' });
  (await visitor.walk(url(), { user: world.people.lukas })).mustCarryCode('query', world.apps.intranet.redirect);
  const page = await visitor.walk(url(), { user: world.people.lukas, stopAt: ['consent'] });
  const shown = page.permissions();
  assert.deepEqual(['User.Read', 'openid', 'profile'].filter((asked) => !shown.includes(asked)), [], `shown: ${shown}`);
  const expected = ['User.Read', 'openid', 'profile', 'email', 'offline_access'];
  assert.deepEqual(shown.filter((one) => !expected.includes(one)), [], 'more is shown than was asked for');
});

test('only an administrator is offered consent for the organisation, and it is off', async (world) => {
  const box = async (user) => {
    const visitor = new Visitor(world);
    const page = await visitor.walk(authorizeUrl(world, { prompt: 'consent' }), { user, stopAt: ['consent'] });
    page.mustBe('consent');
    return page.root.querySelector('input#onBehalf[type=checkbox]');
  };
  assert.equal(await box(world.people.lukas), null);
  const offered = await box(world.people.sanne);
  assert.ok(offered, 'the administrator is not offered the tick box');
  assert.deepEqual(
    [offered.getAttribute('name'), offered.getAttribute('value'), offered.hasAttribute('checked')],
    ['consentForOrg', '1', false],
  );
});

test('prompt=none without a session answers login_required 50058 to the application', async (world) => {
  const landing = await new Visitor(world).open(authorizeUrl(world, { prompt: 'none', state: 'kept' }));
  assert.deepEqual(landing.mustCarryError(), { error: 'login_required', code: '50058', state: 'kept' });
});

test('prompt=login asks for the password although a session stands', async (world) => {
  const visitor = new Visitor(world);
  await signedIn(world, visitor, world.people.lukas);
  const silent = await visitor.walk(authorizeUrl(world), { user: world.people.lukas });
  assert.deepEqual(silent.pages, []);
  const page = await visitor.open(authorizeUrl(world, { prompt: 'login' }));
  page.mustBe('signin');
});

test('login_hint fills in the name', async (world) => {
  const visitor = new Visitor(world);
  const page = await visitor.open(authorizeUrl(world, { login_hint: world.people.fatima.upn }));
  page.mustBe('signin');
  assert.equal(page.one('input#i0116').getAttribute('value'), world.people.fatima.upn);
});

test('the state comes back byte for byte', async (world) => {
  const visitor = new Visitor(world);
  const state = 'a b+c/%20&=|{"é":"ü"}~#€<script>';
  const landing = await visitor.walk(authorizeUrl(world, { state }), { user: world.people.lukas });
  assert.equal(landing.params.state, state);
  const posted = await visitor.walk(authorizeUrl(world, { state, response_mode: 'form_post' }), {});
  assert.equal(posted.mustCarryCode('form_post', world.apps.intranet.redirect).state, state);
});

test('the form_post page posts by itself under a strict policy and has a button besides', async (world) => {
  const visitor = new Visitor(world);
  const url = authorizeUrl(world, { response_mode: 'form_post' });
  const { page } = await visitor.walk(url, { user: world.people.lukas });
  const policy = page.headers.get('content-security-policy') ?? '';
  const scripts = page.all('script');
  assert.equal(scripts.length, 1);
  assert.ok(policy.includes(`'nonce-${scripts[0].getAttribute('nonce')}'`), `the nonce is not in \`${policy}\``);
  assert.match(policy, /form-action [^;]*http:\/\/localhost:5000/);
  assert.doesNotMatch(policy, /unsafe-inline/);
  assert.ok(page.has('noscript button[type=submit], noscript button:not([type])'), 'no button without JavaScript');
});

test('an ID token from the authorization endpoint needs the application\'s permission (700054)', async (world) => {
  const { id, redirect } = world.apps.payroll;
  const landing = await new Visitor(world).open(authorizeUrl(world, {
    client_id: id, redirect_uri: redirect, response_type: 'code id_token', response_mode: 'form_post',
  }));
  const { error, code } = landing.mustCarryError();
  assert.deepEqual({ error, code }, { error: 'unsupported_response_type', code: '700054' });
});

test('signing out ends the session and goes only to a registered address', async (world) => {
  const visitor = new Visitor(world);
  await signedIn(world, visitor, world.people.lukas);
  const leave = (target) => {
    const url = new URL(`${world.authority}/oauth2/v2.0/logout`);
    url.searchParams.set('post_logout_redirect_uri', target);
    url.searchParams.set('state', 'kept');
    return visitor.open(url);
  };
  const landing = await leave(world.apps.intranet.redirect);
  assert.ok(landing instanceof Landing, landing.describe?.());
  assert.deepEqual([landing.target, landing.params], [world.apps.intranet.redirect, { state: 'kept' }]);
  const after = await visitor.open(authorizeUrl(world, { prompt: 'none' }));
  assert.equal(after.mustCarryError().error, 'login_required');

  await signedIn(world, visitor, world.people.lukas);
  const page = await leave('https://elsewhere.example/');
  page.mustBe('signed-out');
});

async function signedIn(world, visitor, user, { keep = false } = {}) {
  const page = await visitor.open(authorizeUrl(world, { prompt: 'login' }));
  let stop = await visitor.signIn(page, user, { keep });
  if (stop.kind === 'consent') stop = await visitor.accept(stop);
  stop.mustCarryCode('query', world.apps.intranet.redirect);
}
