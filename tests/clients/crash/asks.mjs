// What the clients ask: codes for applications of the sample, tokens, and the pages that people walk through.

import { createHash } from 'node:crypto';
import { Browser } from './browser.mjs';

/** The same for everybody: proof of possession is judged elsewhere. */
const VERIFIER = 'a-verifier-that-is-long-enough-for-everybody-here';
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

export const SCOPE = 'openid profile offline_access User.Read';

/** The applications of the sample that people sign in to, by platform. */
export function applications(world) {
  const { intranet, planner, mobile } = world.apps;
  return {
    web: { ...intranet, name: 'Waterkant Intranet' },
    spa: { ...planner, name: 'Waterkant Planner', redirect: planner.origin },
    public: { ...mobile, name: 'Waterkant Mobile' },
  };
}

export class Asks {
  constructor(world, wire) {
    Object.assign(this, { world, wire, apps: applications(world) });
  }

  browser() {
    return new Browser(this.wire);
  }

  authorizePath(app, more = {}) {
    const query = new URLSearchParams({
      client_id: app.id, response_type: 'code', redirect_uri: app.redirect, scope: SCOPE, code_challenge: CHALLENGE,
      code_challenge_method: 'S256', ...more,
    });
    return `/${this.world.tenant}/oauth2/v2.0/authorize?${query}`;
  }

  /** Gives name and password. Answers where that leads: the application, the consent page, or the same page again. */
  async signIn(browser, person, app = this.apps.web) {
    const page = await browser.open(this.authorizePath(app, { prompt: 'login' }));
    return browser.press(page, 'signin', { loginfmt: person.upn, passwd: person.password });
  }

  /** Signs in and allows what is asked. Answers what the application was sent. */
  async enter(browser, person, app = this.apps.web) {
    const stop = await this.signIn(browser, person, app);
    return this.allowed(browser, stop);
  }

  /** Allows an application what it asks, for somebody who is signed in. */
  async allow(browser, app) {
    return this.allowed(browser, await browser.open(this.authorizePath(app)));
  }

  async allowed(browser, stop) {
    const end = stop.kind === 'consent' ? await browser.press(stop, 'consent', { ucaccept: 'Yes' }) : stop;
    if (!end.params?.code) throw new Error(`no code: ${describe(end)}`);
    return end.params;
  }

  /** `prompt=none`: a code when the person is here and allowed the application, else the number of the refusal. */
  async silently(browser, app = this.apps.web) {
    const { params } = await browser.open(this.authorizePath(app, { prompt: 'none' }));
    const number = Number(/^AADSTS(\d+)/.exec(params?.error_description ?? '')?.[1]);
    return { code: params?.code, number };
  }

  /** A token request: `{ tokens }`, or the `number` of the refusal with its text. */
  async token(app, fields) {
    const { status, text } = await this.wire.send('POST', `/${this.world.tenant}/oauth2/v2.0/token`, {
      headers: app.origin ? { origin: app.origin } : {},
      fields: { client_id: app.id, ...(app.secret && { client_secret: app.secret }), ...fields },
    });
    const body = JSON.parse(text);
    if (status === 200) return { tokens: body };
    const [told] = (body.error_description ?? text).split(/[\r\n]/);
    return { number: body.error_codes?.[0] ?? status, told: `${status} ${told}` };
  }

  redeem(app, code) {
    return this.token(app, {
      grant_type: 'authorization_code', code, redirect_uri: app.redirect, code_verifier: VERIFIER,
    });
  }

  refresh(app, token) {
    return this.token(app, { grant_type: 'refresh_token', refresh_token: token });
  }
}

/** Where a walk ended, for people who read a failed run. */
export const describe = (stop) => (
  stop.params ? stop.params.error_description ?? Object.keys(stop.params).join(', ') : stop.told);
