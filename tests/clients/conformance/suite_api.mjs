// The conformance suite's own interface, as far as we use it. It lives on loopback with a certificate of its own making.

import { request } from 'node:https';

const LIMIT_MS = 60_000;

export class SuiteApi {
  constructor(base) {
    this.base = new URL(base);
  }

  async createPlan(name, variant, configuration) {
    return this.#ask('POST', '/api/plan', { planName: name, variant: JSON.stringify(variant) }, configuration);
  }

  async createTest(plan, { testModule, variant }) {
    const query = { test: testModule, plan };
    if (variant && Object.keys(variant).length) query.variant = JSON.stringify(variant);
    return (await this.#ask('POST', '/api/runner', query, undefined)).id;
  }

  start(test) {
    return this.#ask('POST', `/api/runner/${test}`);
  }

  info(test) {
    return this.#ask('GET', `/api/info/${test}`);
  }

  log(test) {
    return this.#ask('GET', `/api/log/${test}`);
  }

  /** What a person is asked to open. */
  async toOpen(test) {
    const { browser } = await this.#ask('GET', `/api/runner/${test}`);
    return browser?.urlsWithMethod ?? [];
  }

  opened(test, url) {
    return this.#ask('POST', `/api/runner/browser/${test}/visit`, { url });
  }

  cancel(test) {
    return this.#ask('DELETE', `/api/runner/${test}`);
  }

  /** The places where a picture is wanted. */
  async wanted(test) {
    const images = await this.#ask('GET', `/api/log/${test}/images`);
    return images.map((image) => image.upload).filter(Boolean);
  }

  give(test, placeholder, png) {
    const picture = `data:image/png;base64,${png.toString('base64')}`;
    return this.#ask('POST', `/api/log/${test}/images/${placeholder}`, {}, picture, 'text/plain');
  }

  #ask(method, path, query = {}, body = undefined, type = 'application/json') {
    const url = new URL(path, this.base);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const text = typeof body === 'string' ? body : body && JSON.stringify(body);
    const headers = { accept: 'application/json', 'content-type': type, 'content-length': Buffer.byteLength(text ?? '') };
    return new Promise((resolve, reject) => {
      // Its certificate is self-made; nothing secret goes there.
      const asked = request(url, { method, headers, rejectUnauthorized: false, timeout: LIMIT_MS }, async (answer) => {
        const chunks = [];
        for await (const chunk of answer) chunks.push(chunk);
        const told = Buffer.concat(chunks).toString();
        if (answer.statusCode >= 300) return reject(new Error(`${method} ${path}: HTTP ${answer.statusCode} ${told.slice(0, 300)}`));
        resolve(told ? JSON.parse(told) : undefined);
      });
      asked.on('timeout', () => asked.destroy(new Error(`${method} ${path}: no answer`)));
      asked.on('error', reject);
      asked.end(text);
    });
  }
}
