// Passwords that people change on /my. A change holds whole or not at all: the new password signs in, the old one does
// not, and the person's other sessions are over.

import { each } from './judge.mjs';

export class Passwords {
  #people;

  constructor(asks, people) {
    Object.assign(this, { asks, changed: 0, drawn: 0 });
    this.#people = people.map((person) => ({
      person, browser: asks.browser(), elsewhere: asks.browser(), password: person.password, former: undefined,
      // The new one, while nobody knows whether it counts.
      pending: undefined,
    }));
  }

  async begin() {
    await each(this.#people, async (one) => {
      await this.asks.enter(one.browser, one.person);
      await this.asks.signIn(one.elsewhere, one.person);
    });
  }

  deeds() {
    return this.#people.map((one) => () => this.#change(one));
  }

  async #change(one) {
    const page = await one.browser.open('/my');
    this.drawn += 1;
    const next = `Vlotte-Boot-${this.drawn}`;
    one.pending = next;
    const told = await one.browser.open('/my/password', {
      method: 'POST', fields: { ...page.sealed, oldpasswd: one.password, newpasswd: next, newpasswd2: next },
    });
    if (!/id="said" class="notice good"/.test(told.text)) throw new Error(`changing a password led to ${told.told}`);
    Object.assign(one, { former: one.password, password: next, pending: undefined, hasChanged: true });
    this.changed += 1;
  }

  async check(judge) {
    await each(this.#people, (one) => this.#check(judge, one));
  }

  async #check(judge, one) {
    const name = `password of ${one.person.upn}`;
    const isPending = one.pending !== undefined;
    if (isPending && await this.#signsIn(one, one.pending)) {
      Object.assign(one, { former: one.password, password: one.pending, hasChanged: true });
    }
    one.pending = undefined;
    judge.holds(await this.#signsIn(one, one.password), `${name}: the one that was acknowledged last does not sign in`);
    if (one.former) judge.holds(!await this.#signsIn(one, one.former), `${name}: the former one signs in`);
    const { code } = await this.asks.silently(one.elsewhere);
    const found = `${one.hasChanged ? 'changed' : 'the same'}, and the other session ${code ? 'stands' : 'is over'}`;
    judge.holds(Boolean(code) !== Boolean(one.hasChanged), `${name}: ${found}`);
    Object.assign(one, { elsewhere: this.asks.browser(), hasChanged: false });
    await this.asks.signIn(one.elsewhere, { ...one.person, password: one.password });
  }

  /** At a browser of its own: a wrong password brings the sign-in page again. */
  async #signsIn({ person }, password) {
    const stop = await this.asks.signIn(this.asks.browser(), { ...person, password });
    return stop.kind !== 'signin';
  }
}
