// What the Node and the browser suite know of the running server: the addresses and secrets of dev.env, and the fixed
// ids of the sample organisation (crates/server/sample.yaml).

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const NEEDED = [
  'MANDATE_BASE', 'MANDATE_CA', 'MANDATE_TENANT', 'MANDATE_ADMIN_USER', 'MANDATE_ADMIN_PASSWORD', 'MANDATE_USER',
  'MANDATE_USER_PASSWORD', 'MANDATE_CLIENT_ID', 'MANDATE_CLIENT_SECRET', 'MANDATE_PUBLIC_CLIENT_ID',
];

export const GRAPH = 'https://graph.microsoft.com';

/** What dev.env says; an error when it does not say all that is needed. */
export function readEnv(path, needed) {
  const env = Object.fromEntries(
    readFileSync(path, 'utf8')
      .split(/\r?\n/)
      .filter((line) => line.includes('=') && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf('=')).trim(), unquoted(line.slice(line.indexOf('=') + 1).trim())]),
  );
  const missing = needed.filter((name) => !env[name]);
  if (missing.length) throw new Error(`\`${path}\` lacks ${missing.join(', ')}`);
  return env;
}

export function readWorld(path) {
  const env = readEnv(path, NEEDED);
  const base = new URL(env.MANDATE_BASE).origin;
  const tenant = env.MANDATE_TENANT;
  const person = (number, upn, name) => ({
    upn, name, oid: `aaaaaaaa-0000-4000-8000-0000000000${number}`, password: env.MANDATE_USER_PASSWORD,
  });
  return Object.freeze({
    base,
    host: new URL(base).host,
    ca: resolve(dirname(path), env.MANDATE_CA),
    tenant,
    domain: 'waterkant.example',
    authority: `${base}/${tenant}`,
    issuer: `${base}/${tenant}/v2.0`,
    people: {
      sanne: { ...person('01', env.MANDATE_ADMIN_USER, 'Sanne de Vries'), password: env.MANDATE_ADMIN_PASSWORD },
      joris: person('02', env.MANDATE_USER, 'Joris Bakker'),
      anneke: person('03', 'anneke.jansen@waterkant.example', 'Anneke Jansen'),
      lukas: person('04', 'lukas.schneider@waterkant.example', 'Lukas Schneider'),
      jurgen: person('06', 'jurgen.mueller@waterkant.example', 'Jürgen Müller'),
      fatima: person('07', 'fatima.elamrani@waterkant.example', 'Fatima El Amrani'),
      pieter: person('08', 'pieter.vandijk@waterkant.example', 'Pieter van Dijk'),
      daan: person('09', 'daan.visser@waterkant.example', 'Daan Visser'),
    },
    apps: {
      intranet: {
        id: env.MANDATE_CLIENT_ID,
        secret: env.MANDATE_CLIENT_SECRET,
        redirect: 'http://localhost:5000/auth/callback',
      },
      planner: { id: 'c1000000-0000-4000-8000-000000000002', origin: 'http://localhost:5173' },
      mobile: { id: env.MANDATE_PUBLIC_CLIENT_ID, redirect: 'http://localhost' },
      nightlyExport: {
        id: 'c1000000-0000-4000-8000-000000000004',
        secret: 'export-secret-for-development-only',
        servicePrincipal: 'ffffffff-0000-4000-8000-000000000004',
      },
      ordersApi: {
        id: 'c1000000-0000-4000-8000-000000000005',
        uri: 'api://waterkant-orders',
        secret: 'orders-secret-for-development-only',
      },
      payroll: { id: 'c1000000-0000-4000-8000-000000000007', redirect: 'http://localhost:5003/callback' },
      contacts: { id: 'c2000000-0000-4000-8000-000000000001', redirect: 'http://localhost:5002/callback' },
      // Not of the sample: `cargo xtask test` adds it, with a key that is made for the run.
      signed: {
        id: process.env.MANDATE_SIGNED_CLIENT_ID,
        pemFile: process.env.MANDATE_SIGNED_PEM,
        redirect: 'http://localhost:5008/callback',
      },
    },
  });
}

function unquoted(value) {
  return /^(".*"|'.*')$/.test(value) ? value.slice(1, -1) : value;
}

/** A Graph call with a bearer token: `{ status, headers, body }`. */
export async function graph(world, path, token) {
  const response = await fetch(`${world.base}${path}`, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
  });
  const text = await response.text();
  let body = text;
  try {
    body = JSON.parse(text);
  } catch {
    // Kept as text: the assertion that follows shows it.
  }
  return { status: response.status, headers: response.headers, body };
}
