// Drives Waterkant Planner, the single-page application with MSAL Browser (spa/), in one tab.

import { leaving, walk } from './steps.mjs';

export class Planner {
  constructor(world, page) {
    Object.assign(this, { world, page });
  }

  /** Opens the application in a new tab, which also means an empty session storage. */
  static async open(world, context) {
    const page = await context.newPage();
    await page.goto(world.apps.planner.origin);
    return new Planner(world, page);
  }

  /** Opens it and signs `user` in through our pages. */
  static async signedIn(world, context, user, request = {}) {
    const planner = await Planner.open(world, context);
    const { result } = await planner.login(user, request);
    if (result.account.username !== user.upn) throw new Error(`signed in as ${result.account.username}`);
    return planner;
  }

  /** `loginRedirect`, our pages answered as `user`, and what the application then holds. */
  async login(user, request = {}) {
    await this.leave('loginRedirect', { scopes: ['User.Read'], ...request });
    const { seen, consents } = await walk(this.page, this.world, user);
    return { ...(await this.landed()), seen, consents };
  }

  /** Calls what leaves the application by a redirect. */
  async leave(method, request = {}) {
    await leaving(this.page, () => this.page.evaluate(([name, what]) => {
      // Not awaited: the document is gone before the promise could settle.
      window.call(name, what).then(({ error }) => { if (error) document.body.append(JSON.stringify(error)); });
    }, [method, request]));
  }

  /** What the last redirect brought: the library's result, or an error of this suite. */
  async landed() {
    const { result, error } = await this.outcome();
    if (error) throw new Error(`${error.name} ${error.message}`);
    if (!result) throw new Error(`the redirect brought nothing; at ${this.page.url()}`);
    return { result };
  }

  /** What the last redirect brought, be it a result or the library's error. */
  async outcome() {
    await this.page.waitForURL((url) => url.origin === this.world.apps.planner.origin);
    return this.page.evaluate(() => window.landed);
  }

  /** Calls a method of the library and answers its result. */
  async call(method, request) {
    const { result, error } = await this.attempt(method, request);
    if (error) throw new Error(`${method}: ${error.name} ${error.subError ?? ''} ${error.message}`);
    return result;
  }

  /** Calls a method of the library and answers `{ result }` or `{ error }`. */
  attempt(method, request) {
    return this.page.evaluate(([name, what]) => window.call(name, what), [method, request]);
  }

  accounts() {
    return this.page.evaluate(() => window.accounts());
  }

  /** A Graph call made by the application's own script, so CORS applies. */
  graph(path, token, origin = this.world.base) {
    return this.page.evaluate(async ([url, bearer]) => {
      const response = await fetch(url, {
        headers: { authorization: `Bearer ${bearer}`, 'client-request-id': crypto.randomUUID() },
      });
      return { status: response.status, body: await response.json() };
    }, [`${origin}${path}`, token]);
  }
}

/** The claims of a token, unverified: the Node suite judges signatures. */
export function claimsOf(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
}
