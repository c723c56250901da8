// Sessions that people begin with their password and end, by signing out or on /my. What was begun stands after the
// crash; what was ended is dead to whoever kept the cookie.

import { each } from './judge.mjs';

/** AADSTS50058: nobody is signed in here. */
const NOBODY_HERE = 50058;
/** Ended sessions that are tried again after later crashes. */
const TRIED_AGAIN = 12;

export class Sessions {
  #cases;
  #ended = [];

  constructor(asks, people) {
    Object.assign(this, { asks, begun: 0, left: 0 });
    this.#cases = people.map((person) => ({ person, browser: undefined, session: undefined, isUncertain: false }));
  }

  async begin() {
    await each(this.#cases, (one) => this.#enter(one));
  }

  deeds() {
    return this.#cases.map((one) => () => (one.browser ? this.#leave(one) : this.#enter(one)));
  }

  async #enter(one) {
    const browser = this.asks.browser();
    const { session_state: session } = await this.asks.enter(browser, one.person);
    Object.assign(one, { browser, session });
    this.begun += 1;
  }

  async #leave(one) {
    const kept = one.browser.copy();
    const end = Math.random() < 0.5 ? await this.#signOut(one) : await this.#revoke(one);
    one.isUncertain = true;
    await end();
    Object.assign(one, { browser: undefined, isUncertain: false });
    this.#ended.push({ person: one.person, browser: kept });
    this.left += 1;
  }

  async #signOut({ browser }) {
    return async () => {
      const page = await browser.open(`/${this.asks.world.tenant}/oauth2/v2.0/logout`);
      if (page.kind !== 'signed-out') throw new Error(`signing out led to ${page.told}`);
    };
  }

  /** The session ends itself, as any other of the person's would: with everything that came of it. */
  async #revoke({ browser, session }) {
    const page = await browser.open('/my');
    return async () => {
      const { status, headers } = await browser.send('POST', '/my/end', { ...page.sealed, session });
      if (!headers.location?.includes('said=ended')) throw new Error(`ending a session on /my answered ${status}`);
    };
  }

  async check(judge) {
    await each(this.#ended, async ({ person, browser }) => {
      const { number } = await this.asks.silently(browser.copy());
      judge.holds(number === NOBODY_HERE, `session of ${person.upn}: ended, and its cookie still signs in`);
    });
    this.#ended = this.#ended.slice(-TRIED_AGAIN);
    await each(this.#cases.filter(({ browser }) => browser), async (one) => {
      const { code } = await this.asks.silently(one.browser.copy());
      if (!one.isUncertain) judge.holds(code, `session of ${one.person.upn}: begun, and over after the crash`);
      one.isUncertain = false;
      if (!code) one.browser = undefined;
    });
  }
}
