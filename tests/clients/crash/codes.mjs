// Authorization codes: each is issued to a person who is signed in already (`prompt=none`), and two requests race for
// it.

import { each } from './judge.mjs';
import { SingleUse } from './single_use.mjs';

/** Some codes are left alone, so that a crash also meets codes that nobody has tried. */
const LEFT_ALONE = 0.25;
/** Spent codes that are tried once more after each later crash. */
const TRIED_AGAIN = 12;

export class Codes {
  #fresh = [];
  #spent = [];

  constructor(asks, people) {
    Object.assign(this, { asks, app: asks.apps.web, issued: 0 });
    this.visitors = people.map((person) => ({ person, browser: asks.browser() }));
  }

  async begin() {
    await each(this.visitors, ({ browser, person }) => this.asks.enter(browser, person));
  }

  deeds(judge) {
    return this.visitors.map(({ browser, person }) => async () => {
      const { code, number } = await this.asks.silently(browser);
      // The session and the consent were acknowledged before the first crash.
      if (!code) return judge.fault(`${person.upn}: prompt=none was refused under load with ${number}`);
      this.issued += 1;
      const use = Object.assign(new SingleUse(`code ${this.issued}`), { code });
      this.#fresh.push(use);
      if (Math.random() < LEFT_ALONE) return undefined;
      await use.race(() => this.asks.redeem(this.app, code));
      return use.judgeRace(judge);
    });
  }

  async check(judge) {
    const again = this.#spent.toSorted(() => Math.random() - 0.5).slice(0, TRIED_AGAIN);
    await each(again, (use) => use.judgeAfterwards(judge, () => this.asks.redeem(this.app, use.code)));
    const fresh = this.#fresh.splice(0);
    await each(fresh, (use) => this.#check(judge, use));
    this.#spent = [...this.#spent, ...fresh].slice(-10 * TRIED_AGAIN);
  }

  async #check(judge, use) {
    // First of all: a code that is tried again late takes the tokens of its first use with it (decision 0005).
    if (use.refresh) {
      const { tokens, told } = await this.asks.refresh(this.app, use.refresh);
      judge.holds(tokens, `${use.name}: the refresh token that came of it is refused: ${told}`);
    }
    await use.judgeAfterwards(judge, () => this.asks.redeem(this.app, use.code));
  }
}
