// What may be redeemed once: authorization codes and device codes. Two requests race for each; what they were told is
// kept with it, and the rules below say what that promises.

import { Unanswered } from './browser.mjs';

/** AADSTS54005: it was redeemed before. */
const SPENT = 54005;

export class SingleUse {
  constructor(name) {
    Object.assign(this, { name, redeemed: 0, spent: 0, sent: 0, refresh: undefined, strange: [] });
  }

  /** Nobody has been told that it is good no more, and somebody may have been about to be. */
  get isUncertain() {
    return !this.isOver && this.sent > 0;
  }

  /** Somebody was told: once redeemed, or once called spent, it is never good again. */
  get isOver() {
    return this.redeemed + this.spent > 0;
  }

  /** Two requests at the same moment: were both answered? A server that goes away leaves one or both without. */
  async race(redeem) {
    const outcomes = await Promise.allSettled([this.#attempt(redeem), this.#attempt(redeem)]);
    const broken = outcomes.find(({ reason }) => reason && !(reason instanceof Unanswered));
    if (broken) throw broken.reason;
    return outcomes.every(({ status }) => status === 'fulfilled');
  }

  async #attempt(redeem) {
    this.sent += 1;
    const { tokens, number, told } = await redeem();
    if (tokens) {
      this.redeemed += 1;
      this.refresh = tokens.refresh_token;
    } else if (number === SPENT) this.spent += 1;
    else this.strange.push({ number, told });
  }

  /** What both were told while the server was up: one has it, the other is late. */
  judgeRace(judge) {
    this.#judgeAlways(judge);
    if (this.redeemed + this.spent === 2 && this.redeemed !== 1) judge.fault(`${this.name}: both of two were refused`);
  }

  /**
   * Races for it again after the crash. Good before and never tried: exactly one gets it. Tried, and nobody was told:
   * one at most, since it may have been redeemed with nobody left to hear it. Else: nobody, ever.
   */
  async judgeAfterwards(judge, redeem) {
    const before = { isOver: this.isOver, isUncertain: this.isUncertain, redeemed: this.redeemed };
    if (!await this.race(redeem)) judge.fault(`${this.name}: a request to the new server was not answered`);
    const more = this.redeemed - before.redeemed;
    if (before.isOver) judge.holds(more === 0, `${this.name}: redeemed again after it was spent`);
    else if (before.isUncertain) judge.holds(more <= 1, `${this.name}: redeemed by both of two after the crash`);
    else judge.holds(more === 1, `${this.name}: acknowledged, never tried, and redeemed by ${more} of two`);
    this.#judgeAlways(judge);
  }

  #judgeAlways(judge) {
    if (this.redeemed > 1) judge.fault(`${this.name}: redeemed ${this.redeemed} times`);
    for (const { told } of this.strange.splice(0)) judge.fault(`${this.name}: was answered ${told}`);
  }
}
