// The person's part when a device signs in: on another screen they open the address that the device shows, type its
// code, sign in, and say whether the device is theirs.

import { Visitor } from './pages.mjs';

const DEEDS = {
  'device-code': (visitor, page, { code }) => visitor.submit(page, 'form#device', {
    button: 'button#idSIButton9', values: { otc: code },
  }),
  signin: (visitor, page, { user }) => (user ? visitor.signIn(page, user) : visitor.cancel(page)),
  'device-confirm': (visitor, page, { confirm = 'Yes' }) => visitor.submit(page, 'form#confirm', {
    button: `button[name=confirm][value=${confirm}]`,
  }),
  consent: (visitor, page, { consent = 'accept' }) => (
    consent === 'accept' ? visitor.accept(page) : visitor.decline(page)),
};

/** Answers each page until one has nothing to answer, or comes back; that one, with the kinds of those before it. */
async function walk(world, address, answers) {
  const visitor = new Visitor(world);
  const pages = [];
  let page = await visitor.open(address);
  while (DEEDS[page.kind] && !pages.includes(page.kind)) {
    pages.push(page.kind);
    page = await DEEDS[page.kind](visitor, page, answers);
  }
  return Object.assign(page, { pages });
}

/**
 * Runs a library's device sign-in with a person beside it. `begin` is given `show`, which the library is to call with
 * the address and the code. Without a `user` the person cancels the sign-in. Answers the last page that the person saw,
 * and the `value` or the `error` that the library ended with.
 */
export async function besideAPerson(world, answers, begin) {
  let show;
  const shown = new Promise((resolve) => { show = (address, code) => resolve({ address, code }); });
  const person = shown.then(({ address, code }) => walk(world, address, { code, ...answers }));
  const device = begin(show).then((value) => ({ value }), (error) => ({ error }));
  // A device that shows no code keeps its person waiting for ever: its error is what there is to tell.
  const deviceFailed = device.then(({ error }) => { if (error) throw error; return person; });
  const page = await Promise.race([person, deviceFailed]);
  return { page, ...(await device) };
}
