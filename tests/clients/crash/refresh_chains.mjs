// Chains of refresh tokens of clients without a secret: each use replaces the token (decision 0005). The newest that
// was acknowledged must work after the crash. A replaced one is good for its grace; its use after that ends the family.

import { each } from './judge.mjs';

/** `REUSE_GRACE` of domain/src/token/refresh.rs, and a second for the way. */
const BEYOND_GRACE_S = 31;
/** An answer that was lost this long ago can no longer be asked for again: the token may have been replaced then. */
const JUDGED_WITHIN_MS = 25_000;
/** Looking at a replaced token ends its chain, so only some chains are looked at each time. */
const RETIRED = 0.5;

/** AADSTS50173: the family was ended. */
const ENDED = 50173;

export class RefreshChains {
  #chains = [];
  #ended = [];

  /** `platforms`: one chain for each entry. */
  constructor(asks, person, platforms) {
    Object.assign(this, { asks, person, platforms, refreshes: 0, refused: 0, browser: asks.browser() });
  }

  async begin() {
    await this.asks.enter(this.browser, this.person, this.asks.apps.web);
    for (const platform of new Set(this.platforms)) await this.asks.allow(this.browser, this.asks.apps[platform]);
    for (const platform of this.platforms) this.#chains.push(await this.#begun(this.asks.apps[platform]));
  }

  /** The same object stays in the list: a chain that was ended goes on as another one. */
  async #begun(app) {
    const { code, number } = await this.asks.silently(this.browser, app);
    if (!code) throw new Error(`beginning a chain of ${app.name}: prompt=none was refused with ${number}`);
    const { tokens, told } = await this.asks.redeem(app, code);
    if (!tokens) throw new Error(`beginning a chain of ${app.name}: ${told}`);
    return { app, token: tokens.refresh_token, replaced: undefined, sentAt: undefined };
  }

  deeds(judge) {
    return this.#chains.map((chain) => async () => {
      const told = await this.#turn(chain);
      if (told) judge.fault(`refresh of ${chain.app.name}: the newest token was refused under load: ${told}`);
    });
  }

  /** Uses the newest token; answers what was told when that was refused. */
  async #turn(chain) {
    chain.sentAt ??= Date.now();
    const { tokens, told } = await this.asks.refresh(chain.app, chain.token);
    if (!tokens) return told;
    this.refreshes += 1;
    Object.assign(chain, { replaced: chain.token, token: tokens.refresh_token, sentAt: undefined });
    return undefined;
  }

  async check(judge) {
    await each(this.#ended.splice(0), (ended) => this.#checkEnded(judge, ended));
    const retiring = this.#chains.filter((chain) => chain.replaced && Math.random() < RETIRED);
    const tokens = retiring.map(({ app, replaced }) => ({ app, replaced }));
    await each(this.#chains, (chain) => this.#checkNewest(judge, chain));
    if (!retiring.length) return;
    await this.asks.wire.steer('clock', { advance: BEYOND_GRACE_S });
    await each(retiring, (chain) => this.#checkReplaced(judge, chain, tokens[retiring.indexOf(chain)].replaced));
    await this.asks.wire.steer('clock', { reset: true });
    for (const chain of retiring) Object.assign(chain, await this.#begun(chain.app));
  }

  async #checkNewest(judge, chain) {
    const isLate = chain.sentAt !== undefined && Date.now() - chain.sentAt > JUDGED_WITHIN_MS;
    const told = await this.#turn(chain);
    if (!isLate) judge.holds(!told, `refresh of ${chain.app.name}: the newest token is refused: ${told}`);
    if (told) Object.assign(chain, await this.#begun(chain.app));
  }

  /** The replacement was acknowledged before the crash. Its use ends the family, and so the newest token. */
  async #checkReplaced(judge, chain, replaced) {
    const old = await this.asks.refresh(chain.app, replaced);
    judge.holds(!old.tokens, `refresh of ${chain.app.name}: a replaced token is honoured beyond its grace`);
    const newest = await this.asks.refresh(chain.app, chain.token);
    const name = `refresh of ${chain.app.name}: the reuse of a replaced token`;
    judge.holds(newest.number === ENDED, `${name} did not end its family: ${newest.told ?? 'tokens'}`);
    this.refused += 1;
    this.#ended.push({ app: chain.app, token: newest.tokens?.refresh_token ?? chain.token });
  }

  /** After one more crash: an ended family stays ended. */
  async #checkEnded(judge, { app, token }) {
    const { number, told } = await this.asks.refresh(app, token);
    judge.holds(number === ENDED, `refresh of ${app.name}: an ended family lives again: ${told ?? 'tokens'}`);
  }
}
