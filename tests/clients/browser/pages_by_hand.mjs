// The pages as people use them: without JavaScript, with the keyboard alone, and the page that posts the answer.

import assert from 'node:assert/strict';
import { test } from '../node/suite.mjs';
import { inContext } from './browser.mjs';
import { authorizeUrl, kindOf, leaving, mustBe, press, walk } from './steps.mjs';

test('without JavaScript the code flow goes through sign-in and consent to the application', (world) => (
  inContext({ javaScriptEnabled: false }, async (context) => {
    world.callback.forget();
    const page = await context.newPage();
    await page.goto(authorizeUrl(world, { prompt: 'consent' }));
    const { seen } = await walk(page, world, world.people.pieter);
    assert.deepEqual(seen, ['signin', 'consent']);
    const { method, params } = await world.callback.next();
    assert.deepEqual([method, params.state, Boolean(params.code)], ['GET', 'kept', true], JSON.stringify(params));
  })));

test('without JavaScript the form_post answer leaves by its button', (world) => (
  inContext({ javaScriptEnabled: false }, async (context) => {
    world.callback.forget();
    const page = await context.newPage();
    await page.goto(authorizeUrl(world, { prompt: 'none', response_mode: 'form_post' }));
    await mustBe(page, world, 'form-post');
    await press(page, 'noscript button, form[method=post] button');
    const { method, params } = await world.callback.next();
    assert.deepEqual([method, params.error, params.state], ['POST', 'login_required', 'kept']);
  })));

test('with JavaScript the form_post answer leaves by itself', (world) => (
  inContext({}, async (context) => {
    world.callback.forget();
    const page = await context.newPage();
    await page.goto(authorizeUrl(world, { prompt: 'none', response_mode: 'form_post' }));
    const { method, params } = await world.callback.next();
    assert.deepEqual([method, params.error, params.state], ['POST', 'login_required', 'kept']);
  })));

test('the keyboard alone signs in, and Enter is the primary button', (world) => (
  inContext({}, async (context) => {
    const page = await context.newPage();
    await page.goto(authorizeUrl(world, { prompt: 'consent' }));
    await tabTo(page, 'i0116');
    await page.keyboard.type(world.people.pieter.upn);
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), 'i0118', 'the password field does not follow the name');
    await page.keyboard.type(world.people.pieter.password);
    await leaving(page, () => page.keyboard.press('Enter'));
    await mustBe(page, world, 'consent');
  })));

test('an empty password brings the page back with the name kept and the password field in focus', (world) => (
  inContext({}, async (context) => {
    const page = await context.newPage();
    await page.goto(authorizeUrl(world));
    await page.locator('#i0116').fill(world.people.pieter.upn);
    await press(page, '#idSIButton9');
    await mustBe(page, world, 'signin');
    assert.deepEqual(
      [await page.locator('#i0116').inputValue(), await focused(page), await page.locator('#error').count()],
      [world.people.pieter.upn, 'i0118', 0],
    );
  })));

test('the sign-in page may be reloaded without losing the way', (world) => (
  inContext({}, async (context) => {
    world.callback.forget();
    const page = await context.newPage();
    await page.goto(authorizeUrl(world, { prompt: 'consent' }));
    await page.reload();
    await walk(page, world, world.people.pieter);
    assert.equal(await kindOf(page, world), 'application');
    assert.ok((await world.callback.next()).params.code);
  })));

/** Tabs until the element has the focus, as it has at once when the page gives it. */
async function tabTo(page, id) {
  const visited = [];
  for (let step = 0; step < 10; step += 1) {
    visited.push(await focused(page));
    if (visited.at(-1) === id) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach \`${id}\`, only ${visited.join(', ')}`);
}

function focused(page) {
  return page.evaluate(() => document.activeElement?.id);
}
