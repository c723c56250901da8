// WCAG 2.2 AA on every page, in light and dark, judged by axe; and no page scrolls sideways in a narrow window.

import assert from 'node:assert/strict';
import axe from 'axe-core';
import { test } from '../node/suite.mjs';
import { inContext } from './browser.mjs';
import { LOCALES, STOPS, tour } from './tour.mjs';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const JUDGE_LIMIT_MS = 20_000;
// German has the longest words, so it walks in the narrow window.
const WALKS = {
  light: { language: 'en', options: { colorScheme: 'light' } },
  dark: { language: 'nl', options: { colorScheme: 'dark' } },
  narrow: { language: 'de', options: { viewport: { width: 320, height: 640 } } },
};
const walked = {};

// Each walk has a test of its own, so that it has the time of one.
for (const walk of Object.keys(WALKS)) {
  test(`accessibility: the tour goes through (${walk})`, async (world) => {
    const { stray } = await walkOf(world, walk);
    if (stray) throw stray;
  });
}

for (const name of STOPS) {
  test(`accessibility: the page \`${name}\` has no WCAG 2.2 AA violation in light and dark`, async (world) => {
    for (const scheme of ['light', 'dark']) {
      const { violations, language } = await found(world, scheme, name);
      assert.deepEqual(violations, [], `${scheme}: ${violations.join(' · ')}`);
      assert.equal(language, WALKS[scheme].language, 'the page does not name its language');
    }
  });

  test(`accessibility: the page \`${name}\` does not scroll sideways at 320 pixels`, async (world) => {
    const { overflow } = await found(world, 'narrow', name);
    assert.equal(overflow, 0, `${overflow} pixels too wide`);
  });
}

/** The walk itself happens once. */
function walkOf(world, walk) {
  walked[walk] ??= judgeAll(world, WALKS[walk]);
  return walked[walk];
}

/** What the walk of this kind found on one stop. */
async function found(world, walk, name) {
  const { stops, stray } = await walkOf(world, walk);
  if (!stops[name]) throw new Error(`the tour did not come here: ${stray?.message}`);
  return stops[name];
}

async function judgeAll(world, { language, options }) {
  const stops = {};
  const open = (more, body) => inContext({ locale: LOCALES[language], ...options, ...more }, body);
  const show = async (name, page) => {
    stops[name] = await (name === 'form-post' ? judgeWithoutScripts(page, options) : judge(page));
  };
  try {
    await tour({ world, language, open, show, alsoBlocked: 'AuditLog.Read.All' });
    return { stops };
  } catch (stray) {
    return { stops, stray };
  }
}

/** Where scripts are off, axe's timers stand still: it judges a copy of what such a visitor sees. */
async function judgeWithoutScripts(page, options) {
  const body = (await page.content()).replace(/<script[\s\S]*?<\/script>|<\/?noscript>/g, '');
  return inContext(options, async (context) => {
    await context.route(page.url(), (route) => route.fulfill({ contentType: 'text/html; charset=utf-8', body }));
    const copy = await context.newPage();
    await copy.goto(page.url());
    return judge(copy);
  });
}

async function judge(page) {
  // Evaluated, not added as an element: the page's own content security policy allows no script.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(([tags, limit]) => Promise.race([
    window.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] }),
    new Promise((_, refuse) => { setTimeout(() => refuse(new Error('axe does not come back')), limit); }),
  ]), [RULES, JUDGE_LIMIT_MS]);
  return {
    violations: violations.flatMap(({ id, nodes }) => (
      nodes.map(({ target, failureSummary }) => `${id} at ${target}: ${failureSummary.replace(/\s+/g, ' ')}`))),
    language: await page.evaluate(() => document.documentElement.lang),
    overflow: await page.evaluate(() => Math.max(
      0, document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )),
  };
}
