// Waterkant Planner asks for everything of the Orders API, which knows it: one page allows both, so that the API may
// call Graph in the person's name.

import { ordersScope, publicAuthorizeUrl } from './asks.mjs';
import { Visitor } from './pages.mjs';

/** The page, at which `user` has signed in and decided nothing yet; asked for, because an earlier yes may stand. */
export async function combinedConsent(world, user, visitor = new Visitor(world)) {
  const { id, origin } = world.apps.planner;
  const url = publicAuthorizeUrl(world, { id, redirect: origin }, {
    scope: `openid ${ordersScope(world, '.default')}`, prompt: 'consent',
  });
  const page = await visitor.walk(url, { user, stopAt: ['consent'] });
  page.mustBe('consent');
  return page;
}

/** `user` says yes to it. */
export async function allowThroughPlanner(world, user) {
  const visitor = new Visitor(world);
  const landing = await visitor.accept(await combinedConsent(world, user, visitor));
  landing.mustCarryCode('query', `${world.apps.planner.origin}/`);
}
