// Device codes: a device asks, a person who is signed in elsewhere says that it is theirs, and two requests race for
// the tokens.

import { each } from './judge.mjs';
import { SCOPE } from './asks.mjs';
import { SingleUse } from './single_use.mjs';

/** AADSTS70016: nobody has answered yet. */
const PENDING = 70016;
const LEFT_ALONE = 0.25;
const TRIED_AGAIN = 8;

export class DeviceCodes {
  #fresh = [];
  #spent = [];

  constructor(asks, people) {
    Object.assign(this, { asks, app: asks.apps.public, asked: 0 });
    this.visitors = people.map((person) => ({ person, browser: asks.browser() }));
  }

  async begin() {
    await each(this.visitors, ({ browser, person }) => this.asks.enter(browser, person, this.app));
  }

  deeds(judge) {
    return this.visitors.map(({ browser }) => async () => {
      const use = await this.#ask();
      await this.#approve(use, browser);
      if (Math.random() < LEFT_ALONE) return;
      await use.race(() => this.#poll(use));
      use.judgeRace(judge);
    });
  }

  async check(judge) {
    const again = this.#spent.toSorted(() => Math.random() - 0.5).slice(0, TRIED_AGAIN);
    await each(again, (use) => use.judgeAfterwards(judge, () => this.#poll(use)));
    const fresh = this.#fresh.splice(0);
    await each(fresh, (use) => this.#check(judge, use));
    this.#spent = [...this.#spent, ...fresh.filter((use) => use.isOver)].slice(-10 * TRIED_AGAIN);
  }

  async #check(judge, use) {
    if (use.refresh) {
      const { tokens, told } = await this.asks.refresh(this.app, use.refresh);
      judge.holds(tokens, `${use.name}: the refresh token that came of it is refused: ${told}`);
    }
    if (use.approval === 'acknowledged') return use.judgeAfterwards(judge, () => this.#poll(use));
    // Nobody was told that it is approved, so the device may hear either; what it may not hear is that there is no
    // such code.
    const { tokens, number, told } = await this.#poll(use);
    const fits = number === PENDING || (tokens && use.approval === 'sent');
    judge.holds(fits, `${use.name}: asked for, approval ${use.approval}, and answered ${told ?? 'with tokens'}`);
    if (!fits) return undefined;
    if (tokens) use.redeemed += 1;
    else await this.#approve(use, this.visitors[0].browser);
    return use.judgeAfterwards(judge, () => this.#poll(use));
  }

  async #ask() {
    const path = `/${this.asks.world.tenant}/oauth2/v2.0/devicecode`;
    const fields = { client_id: this.app.id, scope: SCOPE };
    const { status, text } = await this.asks.wire.send('POST', path, { fields });
    if (status !== 200) throw new Error(`asking for a device code: ${status} ${text}`);
    this.asked += 1;
    const { device_code: code, user_code: typed } = JSON.parse(text);
    const use = Object.assign(new SingleUse(`device code ${this.asked}`), { code, typed, approval: 'not sent' });
    this.#fresh.push(use);
    return use;
  }

  /** The person types the code and says that the device is theirs. */
  async #approve(use, browser) {
    const entry = await browser.open('/devicelogin');
    const question = await browser.press(entry, 'device', { otc: use.typed });
    if (question.kind !== 'device-confirm') throw new Error(`${use.name}: typing it led to ${question.told}`);
    use.approval = 'sent';
    const end = await browser.press(question, 'confirm', { confirm: 'Yes' });
    if (end.kind !== 'device-done') throw new Error(`${use.name}: approving it led to ${end.told}`);
    use.approval = 'acknowledged';
  }

  #poll(use) {
    return this.asks.token(this.app, {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: use.code,
    });
  }
}
