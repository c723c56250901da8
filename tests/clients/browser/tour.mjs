// A tour of every page we have, on real flows, for the accessibility tests and the screenshots.
// `show(name, page)` is called on each stop. The tour may be repeated: what is allowed on the way is taken back, a
// password that is changed is changed back, and what is steered is put right again. Only wrong names and codes are
// counted, and those are few enough for nine tours an hour.
//
// Its people are used by nobody else in this suite: Mareike allows, takes back and changes her password; Noor
// has to choose one and never does; Fatima is let in to Payroll. Joris, Anneke and Sanne only look.

import {
  askForDevice, authorizeUrl, changePassword, describe, enterCode, kindOf, mustBe, pick, press, signIn, silenceOutside,
  steer,
} from './steps.mjs';

export const STOPS = [
  'signin', 'wrong-password', 'consent', 'needs-admin', 'accounts', 'error', 'error-not-assigned', 'signing-out',
  'signed-out', 'request-refused', 'requested', 'my-reviews', 'my-decided', 'my-requests', 'consent-admin', 'consent-organisation', 'consent-application', 'device-code', 'device-wrong',
  'device-confirm', 'device-declined', 'device-done', 'error-device-code', 'consent-behind', 'my', 'my-refused',
  'my-changed', 'my-ended', 'new-password', 'new-password-refused', 'signed-out-telling', 'form-post', 'dev',
];

export const LOCALES = { en: 'en-GB', nl: 'nl-NL', de: 'de-DE' };

const CONTACTS_SCOPE = 'openid profile offline_access User.Read GroupMember.Read.All User.Read.All';
const INTRANET_SCOPE = 'openid profile email offline_access User.Read Calendars.Read Contacts.Read '
  + 'api://waterkant-orders/Orders.Write';
const NEW_PASSWORD = 'een lange zin over boten';

/**
 * `open(options, body)` opens a context. `alsoBlocked` is added to what the publisher's application asks, for servers
 * on which an administrator may already have granted the rest.
 */
export async function tour({ world, language, open, show, alsoBlocked = '' }) {
  // Nobody looks at a page before its looks are there.
  const shown = async (name, page) => {
    await page.waitForLoadState();
    await show(name, page);
  };
  const guide = {
    world,
    language,
    open,
    show: shown,
    alsoBlocked,
    url: (overrides) => authorizeUrl(world, { ui_locales: language, ...overrides }),
    contacts: { client_id: world.apps.contacts.id, redirect_uri: world.apps.contacts.redirect },
    /** The stop `name`, on a page of this kind. */
    stop: async (name, page, kind = name) => {
      await mustBe(page, world, kind);
      await shown(name, page);
    },
  };
  const walks = [
    throughSignIn, throughRequest, asAdministrator, onDevicesAndOwnPage, withPasswordToChoose, outOfApps, answerByForm, atTheBench,
  ];
  for (const walk of walks) await walk(guide);
}

/** A person whom only the sample's organisation knows; `world.mjs` names those of all suites. */
function person(world, upn) {
  return { upn: `${upn}@${world.domain}`, password: world.people.joris.password };
}

async function throughSignIn({ world, language, open, show, stop, url, contacts, alsoBlocked }) {
  const { anneke, joris } = world.people;
  const { payroll } = world.apps;
  // One name per language: a server that locks a name after many wrong passwords shall not notice the tour.
  const stranger = { upn: `nobody.${language}@waterkant.example`, password: 'not-the-password' };

  await open({}, async (context) => {
    const page = await context.newPage();
    await page.goto(url({ scope: INTRANET_SCOPE, prompt: 'consent' }));
    await stop('signin', page);
    await signIn(page, world, stranger);
    await stop('wrong-password', page, 'signin');
    await signIn(page, world, joris);
    await stop('consent', page);
    await page.goto(url({ ...contacts, scope: `${CONTACTS_SCOPE} ${alsoBlocked}`.trim() }));
    await stop('needs-admin', page);
    await page.goto(url({ client_id: payroll.id, redirect_uri: payroll.redirect }));
    await stop('error-not-assigned', page, 'error');

    await page.goto(url({ prompt: 'select_account' }));
    await pick(page, world, anneke);
    await signIn(page, world, anneke);
    await page.goto(url({ prompt: 'select_account' }));
    await stop('accounts', page);
    await page.goto(url({ redirect_uri: 'https://elsewhere.example/callback' }));
    await stop('error', page);

    await page.goto(`${world.authority}/oauth2/v2.0/logout?ui_locales=${language}`);
    await stop('signing-out', page);
    await press(page, 'form#signout button');
    await stop('signed-out', page);
  });
}

/** Joris asks for what he may not allow, Anneke says no, and he reads why. Whoever was told no may ask again. */
async function throughRequest({ world, open, stop, url, contacts, alsoBlocked }) {
  const { anneke, joris } = world.people;
  await open({}, async (context) => {
    const page = await context.newPage();
    await page.goto(url({ ...contacts, scope: `${CONTACTS_SCOPE} ${alsoBlocked}`.trim() }));
    await signIn(page, world, joris);
    await mustBe(page, world, 'needs-admin');
    await press(page, '#idBtn_Request');
    await stop('request-refused', page, 'needs-admin');
    await page.fill('#reason', 'Ik plan de schepen, en moet weten wie er aan boord is. (Roosters week 12)');
    await press(page, '#idBtn_Request');
    await page.locator('#requested').waitFor();
    await stop('requested', page, 'needs-admin');
    await open({}, async (reviewing) => {
      const mine = await reviewing.newPage();
      await mine.goto(`${world.base}/my`);
      await signIn(mine, world, anneke);
      await stop('my-reviews', mine, 'my');
      await mine.fill('li[data-review] textarea', 'Die Liste der Besatzung steht im Intranet. Dafür braucht es diese App nicht.');
      await press(mine, 'li[data-review] button[value=deny]');
      await stop('my-decided', mine, 'my');
    });
    await page.goto(`${world.base}/my`);
    await stop('my-requests', page, 'my');
  });
}

/** What an administrator is asked: for themselves, for everybody, and for an application that works alone. */
async function asAdministrator({ world, language, open, show, stop, url, contacts }) {
  const { signed } = world.apps;
  const forEverybody = (path, parameters) => (
    `${world.authority}/${path}?${new URLSearchParams({ ui_locales: language, ...parameters })}`);

  await open({}, async (context) => {
    const page = await context.newPage();
    await page.goto(url({ ...contacts, scope: CONTACTS_SCOPE, prompt: 'consent' }));
    await signIn(page, world, world.people.sanne);
    await mustBe(page, world, 'consent');
    if (!(await page.locator('#onBehalf').count())) throw new Error(`no tick box: ${await describe(page)}`);
    await show('consent-admin', page);

    const scope = 'https://graph.microsoft.com/.default';
    await page.goto(forEverybody('v2.0/adminconsent', { ...contacts, scope }));
    await stop('consent-organisation', page, 'consent');
    await page.goto(forEverybody('adminconsent', { client_id: signed.id, redirect_uri: signed.redirect }));
    await stop('consent-application', page, 'consent');
  });
}

/** Mareike's page shows what she allowed before she came there, and the session that she leaves open elsewhere. */
async function onDevicesAndOwnPage(guide) {
  const mareike = person(guide.world, 'mareike.hoffmann');
  await guide.open({}, async (elsewhere) => {
    const page = await elsewhere.newPage();
    await page.goto(guide.url({ prompt: 'consent' }));
    await page.locator('#kmsi').check();
    await signIn(page, guide.world, mareike);
    await guide.open({}, async (context) => {
      await silenceOutside(context, guide.world);
      await onDevices(guide, context, mareike);
      await throughApi(guide, context);
      await onOwnPage(guide, context, mareike);
    });
  });
}

async function onDevices({ world, stop }, context, user) {
  const page = await context.newPage();
  await page.goto(`${world.base}/devicelogin`);
  await stop('device-code', page);
  await enterCode(page, 'BBBB-CCCC');
  await stop('device-wrong', page, 'device-code');
  await enterCode(page, await askForDevice(context, world));
  await signIn(page, world, user);
  await stop('device-confirm', page);
  await press(page, '#idBtn_Back');
  await stop('device-declined', page);

  // Two tabs with one code: the second comes too late.
  const code = await askForDevice(context, world);
  const late = await context.newPage();
  for (const tab of [page, late]) {
    await tab.goto(`${world.base}/devicelogin`);
    await enterCode(tab, code);
    await mustBe(tab, world, 'device-confirm');
  }
  await press(page, '#idSIButton9');
  await press(page, 'form#consent #idSIButton9');
  await stop('device-done', page);
  await press(late, '#idSIButton9');
  await stop('error-device-code', late, 'error');
}

/** The planner asks for all of an API that knows it, and so for what that API needs in turn. */
async function throughApi({ world, url, stop }, context) {
  const { planner, ordersApi } = world.apps;
  const page = await context.newPage();
  await page.goto(url({
    client_id: planner.id,
    redirect_uri: planner.origin,
    scope: `openid ${ordersApi.uri}/.default`,
    prompt: 'consent',
    // The challenge of RFC 7636, appendix B: nobody redeems the code.
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  }));
  await stop('consent-behind', page, 'consent');
  await press(page, 'form#consent #idSIButton9');
}

async function onOwnPage({ world, stop }, context, user) {
  const page = await context.newPage();
  await page.goto(`${world.base}/my`);
  await stop('my', page);
  await changePassword(page, { old: user.password, fresh: NEW_PASSWORD, again: user.password });
  await stop('my-refused', page, 'my');
  await changePassword(page, { old: user.password, fresh: NEW_PASSWORD });
  try {
    await stop('my-changed', page, 'my');
  } finally {
    await changePassword(page, { old: NEW_PASSWORD, fresh: user.password });
  }
  while (await page.locator('li[data-grant]').count()) await press(page, 'li[data-grant] button');
  await stop('my-ended', page, 'my');
  await press(page, 'main a[href$="/logout"]');
}

async function withPasswordToChoose({ world, open, stop, url }) {
  const noor = person(world, 'noor.hendriks');
  await open({}, async (context) => {
    const page = await context.newPage();
    await page.goto(url());
    await signIn(page, world, noor);
    await stop('new-password', page);
    await changePassword(page, { old: noor.password, fresh: NEW_PASSWORD, again: noor.password });
    await stop('new-password-refused', page, 'new-password');
  });
}

/** Payroll is told in a frame that the session ended. The browser would then go on to it, and stays to be seen. */
async function outOfApps({ world, language, open, stop, url }) {
  const { payroll } = world.apps;
  const leave = new URLSearchParams({ ui_locales: language, post_logout_redirect_uri: payroll.redirect });
  await open({}, async (context) => {
    await silenceOutside(context, world);
    const page = await context.newPage();
    await page.goto(url({ client_id: payroll.id, redirect_uri: payroll.redirect }));
    await signIn(page, world, world.people.fatima);
    await page.goto(`${world.authority}/oauth2/v2.0/logout?${leave}`);
    if (!(await page.locator('iframe').count())) throw new Error(`nobody is told: ${await describe(page)}`);
    await stop('signed-out-telling', page, 'signed-out');
  });
}

/** The answer page leaves by itself unless scripts are off. */
async function answerByForm({ world, open, show, url }) {
  await open({ javaScriptEnabled: false }, async (context) => {
    const page = await context.newPage();
    await page.goto(url({ prompt: 'none', response_mode: 'form_post' }));
    if ((await kindOf(page, world)) !== 'form-post') throw new Error(`no answer page: ${await describe(page)}`);
    await show('form-post', page);
  });
}

/** The emulator's page with something in each of its parts; afterwards nothing of it is left. */
async function atTheBench({ world, open, stop, url }) {
  await open({}, async (context) => {
    const ask = (method, path, body) => steer(context, world, method, path, body);
    await ask('DELETE', 'exchanges');
    const page = await context.newPage();
    await page.goto(url({ redirect_uri: 'https://elsewhere.example/callback' }));
    await askForDevice(context, world);
    await context.request.get(`${world.base}/v1.0/me`);
    const busy = { status: 503, error: 'temporarily_unavailable', count: 2 };
    await ask('POST', 'faults', { path: '/oauth2/v2.0/token', ...busy });
    await ask('POST', 'faults', { path: '/v1.0/', latencyMs: 2000, probability: 0.3 });
    await ask('PUT', 'snapshots/before-the-move');
    await ask('POST', 'clock', { freeze: true });
    try {
      await page.goto(`${world.base}/_dev`);
      await stop('dev', page);
    } finally {
      await ask('POST', 'clock', { freeze: false, reset: true });
      await ask('DELETE', 'snapshots/before-the-move');
      await ask('DELETE', 'faults');
    }
  });
}
