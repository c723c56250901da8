// The steps a person takes on our pages, in a real browser. A wrong page is an error that tells where we are.

const KINDS_TO_ANSWER = ['signin', 'accounts', 'consent'];

/** Which of our pages this is; `application` once the journey has left us. */
export async function kindOf(page, world) {
  if (new URL(page.url()).origin !== world.base) return 'application';
  return page.evaluate(() => document.querySelector('main')?.dataset.page ?? 'no-page-of-ours');
}

export async function mustBe(page, world, kind) {
  const found = await kindOf(page, world);
  if (found !== kind) throw new Error(`expected the page \`${kind}\`, came to ${await describe(page)}`);
}

/** Where we are, for a message: address, kind, AADSTS code, the first words. */
export async function describe(page) {
  const [kind, text] = await page.evaluate(() => {
    const main = document.querySelector('main');
    return [main?.dataset.page ?? 'none', (main ?? document.body)?.innerText ?? ''];
  });
  const code = /AADSTS\d+/.exec(text)?.[0] ?? '';
  const { origin, pathname } = new URL(page.url());
  const words = text.replace(/\s+/g, ' ').trim().slice(0, 200);
  return `${origin}${pathname} (data-page="${kind}" ${code}) "${words}"`;
}

/** Clicks what leads away from this document, and waits for the next one. */
export async function press(page, selector) {
  await leaving(page, () => page.locator(selector).first().click());
}

/** Does what leads away from this document, and waits for the next one. A window that closes itself has arrived too. */
export async function leaving(page, deed) {
  const gone = Promise.race([
    page.waitForEvent('framenavigated', { predicate: (frame) => frame === page.mainFrame() }),
    page.waitForEvent('close', { timeout: 0 }),
  ]);
  try {
    await Promise.all([gone, deed()]);
    await page.waitForLoadState('domcontentloaded');
  } catch (error) {
    if (!page.isClosed()) throw new Error(`${error.message.split('\n')[0]}; still at ${await describe(page)}`);
  }
}

export async function signIn(page, world, user, password = user.password) {
  await mustBe(page, world, 'signin');
  await page.locator('#i0116').fill(user.upn);
  await page.locator('#i0118').fill(password);
  await press(page, '#idSIButton9');
}

export async function pick(page, world, user) {
  await mustBe(page, world, 'accounts');
  const tile = `form#accounts button[name=account][data-upn="${user.upn}"]`;
  await press(page, (await page.locator(tile).count()) ? tile : '#otherTile');
}

/** Types a device's code. */
export async function enterCode(page, code) {
  await page.locator('#otc').fill(code);
  await press(page, 'form#device #idSIButton9');
}

/** Fills the form for another password, of either page that has one. */
export async function changePassword(page, { old, fresh, again = fresh }) {
  await page.locator('#oldpasswd').fill(old);
  await page.locator('#newpasswd').fill(fresh);
  await page.locator('#newpasswd2').fill(again);
  await press(page, 'form#newpassword button.main');
}

export async function permissions(page, list = 'ul.permissions') {
  const lines = page.locator(`${list} > li[data-permission]`);
  return lines.evaluateAll((found) => found.map((line) => line.dataset.permission));
}

/**
 * Answers our pages as `user` until the journey leaves us (or the window closes). Tells which pages came by, and which
 * permissions each consent page asked for.
 */
export async function walk(page, world, user) {
  const seen = [];
  const consents = [];
  for (let step = 0; step < 10; step += 1) {
    if (page.isClosed()) return { seen, consents };
    const kind = await kindOf(page, world);
    if (kind === 'application') return { seen, consents };
    if (!KINDS_TO_ANSWER.includes(kind)) throw new Error(`cannot go on as ${user.upn} from ${await describe(page)}`);
    if (kind === 'signin' && seen.at(-1) === 'signin') throw new Error(`not let in: ${await describe(page)}`);
    seen.push(kind);
    if (kind === 'signin') await signIn(page, world, user);
    if (kind === 'accounts') await pick(page, world, user);
    if (kind === 'consent') {
      consents.push(await permissions(page));
      await press(page, 'form#consent #idSIButton9');
    }
  }
  throw new Error(`no end after the pages ${seen.join(', ')}: ${await describe(page)}`);
}

/** An authorization address for the intranet, or another application by `overrides`. */
export function authorizeUrl(world, overrides = {}) {
  const url = new URL(`${world.authority}/oauth2/v2.0/authorize`);
  const parameters = {
    client_id: world.apps.intranet.id,
    response_type: 'code',
    redirect_uri: world.apps.intranet.redirect,
    scope: 'openid profile User.Read',
    state: 'kept',
    nonce: 'seen-once',
    ...overrides,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/** The code that a device would show, which runs the mobile application. */
export async function askForDevice(context, world) {
  const form = { client_id: world.apps.mobile.id, scope: 'openid offline_access User.Read' };
  const answer = await context.request.post(`${world.authority}/oauth2/v2.0/devicecode`, { form });
  if (!answer.ok()) throw new Error(`no code for a device: ${await answer.text()}`);
  return (await answer.json()).user_code;
}

/**
 * Applications outside run no script, and who goes there by a link stays where they are. Redirects go past this: where
 * nobody listens, they end at the browser's own error page, which is outside as well.
 */
export async function silenceOutside(context, world) {
  await context.route((url) => url.origin !== world.base, (route) => route.fulfill({ status: 204 }));
}

/** Asks something of the emulator. */
export async function steer(context, world, method, path, data) {
  const answer = await context.request.fetch(`${world.base}/_dev/${path}`, { method, data });
  if (!answer.ok()) throw new Error(`${method} /_dev/${path}: ${await answer.text()}`);
}
