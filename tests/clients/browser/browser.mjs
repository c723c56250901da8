// Headless Chromium for the suite. Every test gets a browser context of its own; what the pages wrote to the console
// about a broken content security policy, and every uncaught error, fails the test that saw it.

import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const STEP_LIMIT_MS = 15_000;
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const launch = {
  executablePath,
  args: [
    '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync',
  ],
};
let browser;

export async function closeBrowser() {
  await (await browser)?.close();
}

/** A context that forgets everything afterwards: `body(context)`. */
export async function inContext(options, body) {
  if (!existsSync(executablePath)) throw new Error(`no browser at ${executablePath}`);
  browser ??= chromium.launch(launch);
  const context = await (await browser).newContext({ ignoreHTTPSErrors: true, locale: 'en-GB', ...options });
  return watched(context, body);
}

/** The same with a profile of its own in which other sites' cookies are sent, as a hidden iframe needs them. */
export async function inProfileWithThirdPartyCookies(body) {
  const profile = await mkdtemp(join(tmpdir(), 'mandate-browser-'));
  try {
    await mkdir(join(profile, 'Default'));
    await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify({
      profile: { block_third_party_cookies: false, cookie_controls_mode: 0 },
    }));
    const context = await chromium.launchPersistentContext(profile, {
      ...launch, ignoreHTTPSErrors: true, locale: 'en-GB',
    });
    return await watched(context, body);
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function watched(context, body) {
  const complaints = [];
  context.setDefaultTimeout(STEP_LIMIT_MS);
  context.on('console', (message) => {
    if (message.type() === 'error' && /content security policy/i.test(message.text())) complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(`uncaught: ${error.error().message}`));
  try {
    const answer = await body(context);
    if (complaints.length) throw new Error(`the browser complained: ${complaints.join(' · ')}`);
    return answer;
  } catch (error) {
    if (complaints.length && !error.message.includes(complaints[0])) {
      error.message += ` · the browser complained: ${complaints.join(' · ')}`;
    }
    throw error;
  } finally {
    await context.close();
  }
}
