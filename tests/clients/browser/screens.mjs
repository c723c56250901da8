// Takes a screenshot of every page: `node screens.mjs <dev.env> <folder>` writes `<page>-<lang>-<look>.png`, where the
// look is wide, narrow or dark.
// Start it against a server with fresh data and the organisation of the suites (`xtask/src/organisation.rs`): where an
// administrator has already consented to the publisher's application, nobody needs an administrator any more.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readWorld } from '../node/world.mjs';
import { closeBrowser, inContext } from './browser.mjs';
import { serveCallback } from './applications.mjs';
import { LOCALES, tour } from './tour.mjs';

const LOOKS = {
  wide: { viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  narrow: { viewport: { width: 390, height: 844 }, colorScheme: 'light' },
  dark: { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' },
};

const [envFile, folder] = process.argv.slice(2);
if (!envFile || !folder) {
  console.error('usage: node screens.mjs <path of dev.env> <folder>');
  process.exit(2);
}
const world = readWorld(envFile);
await mkdir(folder, { recursive: true });
await serveCallback(world);

/** The house is as tall as the window, so the window is made as tall as the page. */
async function takeWhole(page, { width, height }, path) {
  const whole = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height: Math.max(height, whole) });
  await page.screenshot({ path });
  await page.setViewportSize({ width, height });
}

let taken = 0;
let failed = 0;
for (const language of Object.keys(LOCALES)) {
  for (const [look, options] of Object.entries(LOOKS)) {
    const open = (more, body) => inContext({ locale: LOCALES[language], ...options, ...more }, body);
    const show = async (name, page) => {
      await takeWhole(page, options.viewport, join(folder, `${name}-${language}-${look}.png`));
      taken += 1;
    };
    try {
      await tour({ world, language, open, show });
    } catch (error) {
      failed += 1;
      console.error(`FAIL ${language} ${look}: ${error.message}`);
    }
  }
}
await closeBrowser();
console.log(`${taken} screens in ${folder}${failed ? `, ${failed} tours broke off` : ''}`);
process.exit(failed ? 1 : 0);
