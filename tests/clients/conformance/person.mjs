// The person at the browser: opens what a module asks for, and answers our pages until they lead away from us.

import { inContext } from '../browser/browser.mjs';
import { kindOf, press, signIn } from '../browser/steps.mjs';

const STEPS = 8;

/** Every module gets a browser that has never been here; `body(open)`, where `open` answers the pictures taken. */
export function atAFreshBrowser(world, body) {
  // The suite's pages bring scripts and styles that its own policy forbids: what it complains of is not ours.
  return inContext({}, async (context) => body((target) => open(context, world, target)));
}

async function open(context, world, { url, method }) {
  const page = await context.newPage();
  const pictures = [];
  try {
    if (method === 'POST') await post(page, url);
    else await page.goto(url, { waitUntil: 'load' });
    await answer(page, world, pictures);
    // What the page of the application sends on by script.
    await page.waitForLoadState('networkidle').catch(() => {});
    return pictures;
  } finally {
    await page.close();
  }
}

/** The parameters of the address, as the fields of a form. */
async function post(page, url) {
  const target = new URL(url);
  const fields = [...target.searchParams].map(([name, value]) => [name, value]);
  await page.goto('about:blank');
  await Promise.all([
    page.waitForEvent('framenavigated', { predicate: (frame) => frame.url() !== 'about:blank' }),
    page.evaluate(([action, list]) => {
      const form = Object.assign(document.createElement('form'), { method: 'post', action });
      for (const [name, value] of list) {
        form.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
      }
      document.body.append(form);
      form.submit();
    }, [target.origin + target.pathname, fields]),
  ]);
  await page.waitForLoadState('load');
}

async function answer(page, world, pictures) {
  for (let step = 0; step < STEPS; step += 1) {
    const kind = await kindOf(page, world);
    if (kind === 'application') return;
    pictures.push({ kind, png: await page.screenshot() });
    if (kind === 'signin') await signIn(page, world, world.person);
    else if (kind === 'accounts') await press(page, `button[name=account][data-upn="${world.person.upn}"]`);
    else if (kind === 'consent') await press(page, 'form#consent #idSIButton9');
    else if (kind === 'signing-out') await press(page, 'main form button');
    else return leave(page, world, kind);
  }
  throw new Error(`still on our pages after ${STEPS} steps: ${pictures.map(({ kind }) => kind).join(', ')}`);
}

/** A page that asks for nothing: it stays, or goes on by itself as a form does that is posted, or the end of a session. */
async function leave(page, world, kind) {
  if (kind === 'error') return;
  await page.waitForURL((url) => url.origin !== world.base, { timeout: 5_000 }).catch(() => {});
}
