// The plain questions a client may ask: authorization addresses built by hand, consent given beforehand, and a
// permission nobody granted yet.

import { createHash, randomUUID } from 'node:crypto';
import { Astray, Landing, Visitor } from './pages.mjs';

/** A permission of the sample's own API, as a client asks for it. */
export const ordersScope = (world, name) => `${world.apps.ordersApi.uri}/${name}`;

/** An authorization address for the intranet; `overrides` replace or, when undefined, drop parameters. */
export function authorizeUrl(world, overrides = {}) {
  const parameters = {
    client_id: world.apps.intranet.id,
    response_type: 'code',
    redirect_uri: world.apps.intranet.redirect,
    scope: 'openid profile User.Read',
    state: randomUUID(),
    nonce: randomUUID(),
    ...overrides,
  };
  const url = new URL(`${world.authority}/oauth2/v2.0/authorize`);
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

/** The same for an application that keeps no secret: it has to bring a challenge. */
export function publicAuthorizeUrl(world, { id, redirect }, overrides = {}) {
  return authorizeUrl(world, {
    client_id: id,
    redirect_uri: redirect,
    code_challenge: createHash('sha256').update(randomUUID()).digest('base64url'),
    code_challenge_method: 'S256',
    ...overrides,
  });
}

/** Lets `user` allow a public application `scope`, if that does not stand already: for grants that can ask nobody. */
export async function allow(world, user, app, scope) {
  const landing = await new Visitor(world).walk(publicAuthorizeUrl(world, app, { scope }), { user });
  landing.mustCarryCode('query', new URL(app.redirect).href);
}

// Delegated Graph permissions that a user may grant alone. One is used up per run against the same data folder.
const CANDIDATES = [
  'Calendars.Read', 'Calendars.ReadBasic', 'Calendars.ReadWrite', 'Chat.ReadBasic', 'Contacts.Read',
  'Contacts.Read.Shared', 'Contacts.ReadWrite', 'Files.Read', 'Files.ReadWrite', 'Mail.Read', 'Mail.ReadBasic',
  'Mail.ReadWrite', 'Mail.Send', 'MailboxSettings.Read', 'Notes.Create', 'Notes.Read', 'People.Read', 'Presence.Read',
  'ShortNotes.Read', 'Tasks.Read', 'Tasks.ReadWrite',
];

/**
 * A permission for which a signed-in visitor is answered `consent_required`, so a test of incremental consent starts
 * from the same place in every run.
 */
export async function permissionNotYetGranted(world, visitor, user) {
  const answers = [];
  for (const permission of CANDIDATES.toSorted(() => Math.random() - 0.5)) {
    const scope = `openid profile ${permission}`;
    const stop = await visitor.open(authorizeUrl(world, { scope, prompt: 'none', login_hint: user.upn }));
    if (!(stop instanceof Landing)) throw new Astray('prompt=none showed a page', visitor, stop);
    if (stop.params.code) continue;
    const { error, code } = stop.mustCarryError();
    if (error === 'consent_required' && code === '65001') return permission;
    answers.push(`${permission}: ${error} ${code}`);
  }
  throw new Error(answers.length
    ? `prompt=none for a permission without a grant must answer consent_required 65001, got ${answers.join(', ')}`
    : 'every candidate permission is already granted here: start the server with fresh data');
}
