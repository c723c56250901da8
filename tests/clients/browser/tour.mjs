// A tour of every page we have, on real flows, for the accessibility tests and the screenshots.
// `show(name, page)` is called on each stop. Nobody accepts a consent on the way, so the tour may be repeated.

import { authorizeUrl, describe, kindOf, mustBe, pick, press, signIn } from './steps.mjs';

export const STOPS = [
  'signin', 'wrong-password', 'consent', 'needs-admin', 'accounts', 'error', 'signing-out', 'signed-out',
  'consent-admin', 'form-post',
];

export const LOCALES = { en: 'en-GB', nl: 'nl-NL', de: 'de-DE' };

const CONTACTS_SCOPE = 'openid profile offline_access User.Read GroupMember.Read.All User.Read.All';
const INTRANET_SCOPE = 'openid profile email offline_access User.Read Calendars.Read Contacts.Read '
  + 'api://waterkant-orders/Orders.Write';

/**
 * `open(options, body)` opens a context. `alsoBlocked` is added to what the publisher's application asks, for servers
 * on which an administrator may already have granted the rest.
 */
export async function tour({ world, language, open, show, alsoBlocked = '' }) {
  const url = (overrides) => authorizeUrl(world, { ui_locales: language, ...overrides });
  const contacts = {
    client_id: world.apps.contacts.id, redirect_uri: world.apps.contacts.redirect, scope: CONTACTS_SCOPE,
  };
  const { anneke, joris, sanne } = world.people;
  // One name per language: a server that locks a name after many wrong passwords shall not notice the tour.
  const stranger = { upn: `nobody.${language}@waterkant.example`, password: 'not-the-password' };

  await open({}, async (context) => {
    const page = await context.newPage();
    const stop = async (name, kind = name) => {
      await mustBe(page, world, kind);
      await show(name, page);
    };

    await page.goto(url({ scope: INTRANET_SCOPE, prompt: 'consent' }));
    await stop('signin');
    await signIn(page, world, stranger);
    await stop('wrong-password', 'signin');
    await signIn(page, world, joris);
    await stop('consent');
    await page.goto(url({ ...contacts, scope: `${CONTACTS_SCOPE} ${alsoBlocked}`.trim() }));
    await stop('needs-admin');

    await page.goto(url({ prompt: 'select_account' }));
    await pick(page, world, anneke);
    await signIn(page, world, anneke);
    await page.goto(url({ prompt: 'select_account' }));
    await stop('accounts');
    await page.goto(url({ redirect_uri: 'https://elsewhere.example/callback' }));
    await stop('error');

    await page.goto(`${world.authority}/oauth2/v2.0/logout?ui_locales=${language}`);
    await stop('signing-out');
    await press(page, 'form#signout button');
    await stop('signed-out');
  });

  await open({}, async (context) => {
    const page = await context.newPage();
    await page.goto(url({ ...contacts, prompt: 'consent' }));
    await signIn(page, world, sanne);
    await mustBe(page, world, 'consent');
    if (!(await page.locator('#onBehalf').count())) throw new Error(`no tick box: ${await describe(page)}`);
    await show('consent-admin', page);
  });

  // The answer page leaves by itself unless scripts are off.
  await open({ javaScriptEnabled: false }, async (context) => {
    const page = await context.newPage();
    await page.goto(url({ prompt: 'none', response_mode: 'form_post' }));
    if ((await kindOf(page, world)) !== 'form-post') throw new Error(`no answer page: ${await describe(page)}`);
    await show('form-post', page);
  });
}
