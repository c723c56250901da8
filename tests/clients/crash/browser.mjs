// What clients hear. An answer counts as acknowledged when its last byte was read; anything less is `Unanswered`, and
// then nobody knows what became of the request. Browsers are cookie jars that walk the pages without script.

import { Agent, request } from 'node:https';

const ANSWERS_WITHIN_MS = 20_000;
const HOPS = 8;

/** The server went away before its answer was there, or before all of it was. */
export class Unanswered extends Error {}

/** The connections to one server. They end with it, so each life of it begins with `fresh`. */
export class Wire {
  #agent;

  constructor(base, ca) {
    Object.assign(this, { base, ca, answers: 0 });
    this.fresh();
  }

  fresh() {
    this.#agent?.destroy();
    this.#agent = new Agent({ ca: this.ca, keepAlive: true, maxSockets: 64, family: 4 });
  }

  /** One request, no redirect followed: `{ status, headers, text }`. */
  send(method, address, { headers = {}, fields } = {}) {
    const body = fields && new URLSearchParams(fields).toString();
    const typed = fields ? { 'content-type': 'application/x-www-form-urlencoded', ...headers } : headers;
    return this.#exchange(method, new URL(address, this.base), typed, body);
  }

  /** The emulator's own controls, which take JSON. */
  async steer(path, order) {
    const url = new URL(`/_dev/${path}`, this.base);
    const answer = await this.#exchange('POST', url, { 'content-type': 'application/json' }, JSON.stringify(order));
    if (answer.status > 299) throw new Error(`POST ${url.pathname} answered ${answer.status}: ${answer.text}`);
  }

  #exchange(method, url, headers, body) {
    return new Promise((resolve, reject) => {
      const lost = (error) => reject(new Unanswered(`${method} ${url.pathname}: ${error.message}`));
      const outgoing = request(url, { method, headers, agent: this.#agent }, (answer) => {
        const parts = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('error', lost);
        answer.on('end', () => {
          if (!answer.complete) return lost(new Error('only a part of the answer came'));
          this.answers += 1;
          return resolve({
            status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString('utf8'),
          });
        });
      });
      outgoing.on('error', lost);
      outgoing.setTimeout(ANSWERS_WITHIN_MS, () => outgoing.destroy(new Error('no answer in time')));
      outgoing.end(body);
    });
  }
}

export class Browser {
  constructor(wire, cookies = new Map()) {
    Object.assign(this, { wire, cookies: new Map(cookies) });
  }

  /** Another browser with the same cookies: what whoever kept them could do. */
  copy() {
    return new Browser(this.wire, this.cookies);
  }

  /** One request with the cookies of this browser. */
  async send(method, address, fields) {
    const headers = { 'accept-language': 'en' };
    if (method === 'POST') headers.origin = this.wire.base;
    if (this.cookies.size) headers.cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ');
    const answer = await this.wire.send(method, address, { headers, fields });
    for (const line of answer.headers['set-cookie'] ?? []) this.#keep(line);
    return answer;
  }

  /** Follows our own redirects. Answers where that leads: a page of ours, or an address of the application. */
  async open(address, { method = 'GET', fields } = {}) {
    let answer = await this.send(method, address, fields);
    for (let hop = 0; hop < HOPS; hop += 1) {
      if (!answer.headers.location) return new Page(answer);
      const next = new URL(answer.headers.location, this.wire.base);
      if (next.origin !== this.wire.base) return { kind: 'application', params: Object.fromEntries(next.searchParams) };
      answer = await this.send('GET', next);
    }
    throw new Error(`more than ${HOPS} redirects from ${address}`);
  }

  /** Presses a button of the form with this id. */
  press(page, form, fields) {
    return this.open(page.action(form), { method: 'POST', fields: { ...page.sealed, ...fields } });
  }

  #keep(line) {
    const [pair, ...attributes] = line.split(';').map((part) => part.trim());
    const name = pair.slice(0, pair.indexOf('='));
    if (attributes.some((attribute) => attribute.toLowerCase() === 'max-age=0')) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(pair.indexOf('=') + 1));
  }
}

/** A page of ours. Its forms are simple enough to be read without a parser. */
class Page {
  constructor({ status, text }) {
    this.text = text;
    this.kind = /<main [^>]*data-page="([^"]+)"/.exec(text)?.[1] ?? `no page of ours (${status})`;
  }

  /** What every form of the page carries. */
  get sealed() {
    const value = (name) => this.#found(new RegExp(`name="${name}" value="([^"]*)"`));
    return { flow: value('flow'), canary: value('canary') };
  }

  action(form) {
    return this.#found(new RegExp(`<form id="${form}"[^>]* action="([^"]*)"`));
  }

  /** The error that a page tells, for people who read a failed run. */
  get told() {
    return `${this.kind} ${/AADSTS\d+/.exec(this.text)?.[0] ?? ''}`.trim();
  }

  #found(pattern) {
    const found = pattern.exec(this.text);
    if (!found) throw new Error(`${pattern} is not on the page \`${this.told}\``);
    return found[1];
  }
}
