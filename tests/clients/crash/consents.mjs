// What people allow applications: given on the consent page, taken back on /my, given again. Each client has an
// application for itself with one person, and knows what stands.

import { each } from './judge.mjs';

/** AADSTS65001: nobody has allowed this. */
const NOT_ALLOWED = 65001;

export class Consents {
  #cases;

  constructor(asks, people) {
    Object.assign(this, { asks, given: 0, taken: 0 });
    this.#cases = people.flatMap((person) => Object.values(asks.apps).map((app) => (
      { person, app, browser: asks.browser(), stands: undefined })));
  }

  async begin() {
    await each(this.#cases, async (one) => {
      await this.asks.signIn(one.browser, one.person);
      one.stands = await this.#find(one);
    });
  }

  deeds() {
    return this.#cases.map((one) => () => (one.stands ? this.#take(one) : this.#give(one)));
  }

  async #give(one) {
    const page = await one.browser.open(this.asks.authorizePath(one.app));
    if (page.kind !== 'consent') throw new Error(`expected the consent page, came to ${page.told ?? page.kind}`);
    one.stands = undefined;
    await this.asks.allowed(one.browser, page);
    one.stands = true;
    this.given += 1;
  }

  async #take(one) {
    const page = await one.browser.open('/my');
    const grants = [...page.text.matchAll(/<li data-grant="([^"]+)">[\s\S]*?<strong>([^<]+)<\/strong>/g)];
    const grant = grants.find(([, , name]) => name === one.app.name)?.[1];
    if (!grant) throw new Error(`/my of ${one.person.upn} shows no grant of ${one.app.name}`);
    one.stands = undefined;
    const { status, text } = await one.browser.send('POST', '/my/end', { ...page.sealed, grant });
    if (status !== 302 && status !== 303) throw new Error(`taking a grant back answered ${status} ${text}`);
    one.stands = false;
    this.taken += 1;
  }

  async check(judge) {
    await each(this.#cases, async (one) => {
      const found = await this.#find(one);
      if (one.stands !== undefined) {
        const was = one.stands ? 'given' : 'taken back';
        judge.holds(found === one.stands, `consent of ${one.person.upn} to ${one.app.name}: ${was}, and not so now`);
      }
      one.stands = found;
    });
  }

  async #find({ browser, app, person }) {
    const { code, number } = await this.asks.silently(browser, app);
    if (!code && number !== NOT_ALLOWED) throw new Error(`prompt=none of ${person.upn} was refused with ${number}`);
    return Boolean(code);
  }
}
