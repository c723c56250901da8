// A visitor without JavaScript: walks the sign-in and consent pages over fetch with a cookie jar of its own.
// It follows redirects by hand and stops where the journey leaves the server (a redirect to the application, or the
// page that posts the answer there), or at a page it was told to stop at. It never guesses: an unexpected page is an
// error that tells the way there.

import { parse } from 'node-html-parser';

const HOPS = 20;

/** The journey came somewhere it should not be; the message tells where and how. */
export class Astray extends Error {
  constructor(what, visitor, page) {
    super(`${what}${page ? `; came to ${page.describe()}` : ''}; way: ${visitor.trail.slice(-12).join(' → ')}`);
    this.name = 'Astray';
    this.page = page;
  }
}

export class Visitor {
  constructor(world, { language = 'en' } = {}) {
    this.world = world;
    this.language = language;
    this.cookies = new Map();
    this.trail = [];
  }

  /** Fetches an address and follows our own redirects. Answers a `Page` or a `Landing`. */
  async open(address, { method = 'GET', body } = {}) {
    let url = new URL(address, this.world.base);
    for (let hop = 0; hop < HOPS; hop += 1) {
      const response = await fetch(url, { method, body, redirect: 'manual', headers: this.#headers(method, url) });
      this.#keepCookies(response);
      this.trail.push(`${method} ${url.pathname}${shortQuery(url)} ${response.status}`);
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || !location) return this.#arrive(url, response);

      const next = new URL(location, url);
      await response.arrayBuffer();
      if (next.origin !== this.world.base) return Landing.ofRedirect(next, this);
      if (response.status !== 307 && response.status !== 308) [method, body] = ['GET', undefined];
      url = next;
    }
    throw new Astray(`more than ${HOPS} redirects`, this);
  }

  /**
   * Walks from an authorization address to the application: signs in as `user`, picks that account where asked, and
   * accepts (or declines) consent. Stops at a page whose kind is in `stopAt`. The landing tells which pages came by.
   */
  async walk(address, { user, consent = 'accept', stopAt = [] } = {}) {
    const pages = [];
    const consents = [];
    let stop = await this.open(address);
    for (let step = 0; step < 10; step += 1) {
      if (stop instanceof Landing) return Object.assign(stop, { pages, consents });
      pages.push(stop.kind);
      if (stop.kind === 'consent') consents.push(stop.permissions());
      if (stopAt.includes(stop.kind)) return Object.assign(stop, { pages, consents });
      stop = await this.#answer(stop, user, consent);
    }
    throw new Astray(`no end after the pages ${pages.join(', ')}`, this);
  }

  async signIn(page, user, { password = user.password, keep = false } = {}) {
    page.mustBe('signin');
    return this.submit(page, 'form#signin', {
      button: 'button#idSIButton9',
      values: { loginfmt: user.upn, passwd: password, ...(keep ? { kmsi: '1' } : {}) },
    });
  }

  async pick(page, user) {
    page.mustBe('accounts');
    const tile = page
      .all('form#accounts button[name=account]')
      .find((button) => button.getAttribute('data-upn')?.toLowerCase() === user.upn.toLowerCase());
    return this.submit(page, 'form#accounts', { button: tile ?? 'button#otherTile' });
  }

  pickAnother(page) {
    page.mustBe('accounts');
    return this.submit(page, 'form#accounts', { button: 'button#otherTile' });
  }

  accept(page) {
    page.mustBe('consent');
    return this.submit(page, 'form#consent', { button: 'button#idSIButton9' });
  }

  decline(page) {
    return this.submit(page, 'form#consent', { button: 'button#idBtn_Back' });
  }

  cancel(page) {
    page.mustBe('signin');
    return this.submit(page, 'form#signin', { button: 'button#idBtn_Back' });
  }

  speak(page, language) {
    return this.submit(page, 'form#language', { button: `button[name=lang][value=${language}]` });
  }

  /** Sends a form as a browser would: its fields, the changed values, and the button that was pressed. */
  async submit(page, selector, { button, values = {} }) {
    const form = page.one(selector);
    const pressed = typeof button === 'string' ? form.querySelector(button) : button;
    if (!pressed) throw new Astray(`${selector} has no \`${button}\``, this, page);
    const fields = new URLSearchParams(formFields(form));
    for (const [name, value] of Object.entries(values)) {
      if (!form.querySelector(`[name=${name}]`)) throw new Astray(`${selector} has no field \`${name}\``, this, page);
      fields.set(name, value);
    }
    if (pressed.getAttribute('name')) fields.append(pressed.getAttribute('name'), pressed.getAttribute('value') ?? '');
    const action = pressed.getAttribute('formaction') ?? form.getAttribute('action') ?? page.url.href;
    return this.open(new URL(action, page.url), { method: 'POST', body: fields });
  }

  async #answer(page, user, consent) {
    if (page.kind === 'signin' && user) return this.signIn(page, user).then((next) => this.#notSignInAgain(next));
    if (page.kind === 'accounts' && user) return this.pick(page, user);
    if (page.kind === 'consent') return consent === 'accept' ? this.accept(page) : this.decline(page);
    throw new Astray(user ? `cannot go on as ${user.upn}` : 'cannot go on without a user', this, page);
  }

  #notSignInAgain(next) {
    if (next.kind === 'signin') throw new Astray('the sign-in page came back after the password', this, next);
    return next;
  }

  async #arrive(url, response) {
    const page = new Page(url, response, await response.text(), this);
    return page.kind === 'form-post' ? Landing.ofFormPost(page, this) : page;
  }

  #headers(method, url) {
    const headers = { accept: 'text/html', 'accept-language': this.language };
    if (method === 'POST') headers.origin = url.origin;
    const cookies = [...this.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
    return cookies ? { ...headers, cookie: cookies } : headers;
  }

  #keepCookies(response) {
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...rest] = line.split(';').map((part) => part.trim());
      const name = pair.slice(0, pair.indexOf('='));
      const attributes = Object.fromEntries(rest.map((part) => {
        const [key, ...value] = part.split('=');
        return [key.toLowerCase(), value.join('=')];
      }));
      const gone = attributes['max-age'] !== undefined
        ? Number(attributes['max-age']) <= 0
        : attributes.expires !== undefined && Date.parse(attributes.expires) <= Date.now();
      if (gone) this.cookies.delete(name);
      else this.cookies.set(name, { value: pair.slice(pair.indexOf('=') + 1), attributes });
    }
  }
}

/** A page of ours. `kind` is the `data-page` of its main element. */
export class Page {
  constructor(url, response, html, visitor) {
    this.visitor = visitor;
    this.url = url;
    this.status = response.status;
    this.headers = response.headers;
    this.html = html;
    // `noscript` is ordinary markup to a visitor without JavaScript.
    this.root = parse(html, { blockTextElements: { script: true, style: true } });
    this.main = this.root.querySelector('main');
    this.kind = this.main?.getAttribute('data-page') ?? 'no-page-of-ours';
  }

  get language() {
    return this.root.querySelector('html')?.getAttribute('lang');
  }

  /** The error of this page, inline or whole, as `AADSTSnnn` where it has one. */
  get code() {
    const text = this.root.querySelector('#errorCode')?.text ?? this.main?.text ?? this.html;
    return /AADSTS\d+/.exec(text)?.[0];
  }

  get alert() {
    return this.root.querySelector('#error[role=alert]')?.text.replace(/\s+/g, ' ').trim();
  }

  all(selector) {
    return this.root.querySelectorAll(selector);
  }

  one(selector) {
    const found = this.root.querySelector(selector);
    if (!found) throw new Astray(`\`${selector}\` is not on the page`, this.visitor, this);
    return found;
  }

  has(selector) {
    return this.root.querySelector(selector) !== null;
  }

  /** The permissions a consent page asks for, in the order shown. */
  permissions(list = 'ul.permissions') {
    return this.all(`${list} > li[data-permission]`).map((line) => line.getAttribute('data-permission'));
  }

  mustBe(kind) {
    if (this.kind !== kind) throw new Astray(`expected the page \`${kind}\``, this.visitor, this);
  }

  mustCarryCode() {
    throw new Astray('expected a code for the application', this.visitor, this);
  }

  mustCarryError() {
    throw new Astray('expected an error for the application', this.visitor, this);
  }

  describe() {
    const code = this.code ? ` ${this.code}` : '';
    const text = (this.main?.text ?? this.html).replace(/\s+/g, ' ').trim().slice(0, 200);
    return `${this.url.origin}${this.url.pathname} (HTTP ${this.status}, data-page="${this.kind}"${code}) "${text}"`;
  }
}

/** Where the journey left us: the application's address and what was handed to it. */
export class Landing {
  constructor(via, url, target, params, visitor, page) {
    Object.assign(this, { via, url, target, params, visitor, page });
  }

  static ofRedirect(url, visitor) {
    const inFragment = url.hash.length > 1;
    const params = Object.fromEntries(new URLSearchParams(inFragment ? url.hash.slice(1) : url.search));
    return new Landing(inFragment ? 'fragment' : 'query', url, url.origin + url.pathname, params, visitor);
  }

  static ofFormPost(page, visitor) {
    const form = page.one('form[method=post]');
    const target = form.getAttribute('action');
    return new Landing('form_post', new URL(target), target, Object.fromEntries(formFields(form)), visitor, page);
  }

  mustBe(kind) {
    const given = this.params.error_description ?? Object.keys(this.params).join(', ');
    throw new Astray(`expected the page \`${kind}\`, was sent to ${this.target} with ${given}`, this.visitor);
  }

  /** The code and its companions, or an error that tells what came instead. */
  mustCarryCode(via, target) {
    if (this.via !== via || this.target !== target) {
      throw new Astray(`expected ${via} to ${target}, got ${this.via} to ${this.target}`, this.visitor);
    }
    if (this.params.error) throw new Astray(`got ${this.params.error}: ${this.params.error_description}`, this.visitor);
    if (!this.params.code) throw new Astray(`no code among ${Object.keys(this.params).join(', ')}`, this.visitor);
    return this.params;
  }

  /** The OAuth error and its AADSTS number. */
  mustCarryError() {
    if (!this.params.error) throw new Astray(`expected an error, got ${Object.keys(this.params)}`, this.visitor);
    return {
      error: this.params.error,
      code: /^AADSTS(\d+): /.exec(this.params.error_description ?? '')?.[1],
      state: this.params.state,
    };
  }

  /** What the application receives when the page posts itself. */
  asRequest() {
    return new Request(this.target, { method: 'POST', body: new URLSearchParams(this.params) });
  }
}

function formFields(form) {
  return form
    .querySelectorAll('input[name]')
    .filter((input) => {
      const type = input.getAttribute('type') ?? 'text';
      if (type === 'submit' || type === 'button') return false;
      return (type !== 'checkbox' && type !== 'radio') || input.hasAttribute('checked');
    })
    .map((input) => [input.getAttribute('name'), input.getAttribute('value') ?? '']);
}

function shortQuery(url) {
  const kept = ['client_id', 'response_mode', 'scope', 'prompt', 'login_hint']
    .filter((name) => url.searchParams.has(name))
    .map((name) => `${name}=${url.searchParams.get(name)}`);
  return kept.length ? `?${kept.join('&')}` : '';
}
