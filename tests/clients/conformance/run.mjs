// Has the OpenID Foundation's conformance suite judge a server that is already up:
//   node run.mjs <dev.env> <suite> <folder for the verdicts> [plan…]
// The suite is one that runs already; see docs/conformance.md. Every verdict other than a pass is told with its
// conditions. A failure fails the run, and so does a warning that expected.mjs does not explain. Verdicts of plans that
// were not run again stay in the folder.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readEnv } from '../node/world.mjs';
import { closeBench } from '../node/suite.mjs';
import { closeBrowser } from '../browser/browser.mjs';
import { PLANS, configuration } from './plans.mjs';
import { explained } from './expected.mjs';
import { atAFreshBrowser } from './person.mjs';
import { SuiteApi } from './suite_api.mjs';

const POLL_MS = 250;
// The suite reads its whole log to answer which pictures it wants.
const ASK_FOR_PICTURES_MS = 2_000;
const MODULE_LIMIT_MS = 120_000;
const OVER = ['FINISHED', 'INTERRUPTED'];

const [envFile, suiteUrl, folder, ...named] = process.argv.slice(2);
if (!folder || named.some((name) => !PLANS[name])) {
  console.error(`usage: node run.mjs <dev.env> <suite> <folder> [${Object.keys(PLANS).join(' | ')}]…`);
  process.exit(2);
}
const env = readEnv(envFile, ['MANDATE_BASE', 'MANDATE_TENANT', 'MANDATE_USER', 'MANDATE_USER_PASSWORD']);
const base = new URL(env.MANDATE_BASE).origin;
const world = {
  base,
  issuer: `${base}/${env.MANDATE_TENANT}/v2.0`,
  person: { upn: env.MANDATE_USER, password: env.MANDATE_USER_PASSWORD },
};
const suite = new SuiteApi(suiteUrl);
const pause = (time) => new Promise((resolve) => { setTimeout(resolve, time); });

async function reach(test, states, limit = MODULE_LIMIT_MS) {
  const end = Date.now() + limit;
  for (;;) {
    const info = await suite.info(test);
    if (states.includes(info.status) || OVER.includes(info.status)) return info;
    if (Date.now() > end) throw new Error(`still ${info.status} after ${limit / 1000} s`);
    await pause(POLL_MS);
  }
}

/** Runs one module to its end and answers the verdict with the conditions that were not met. */
async function judge(plan, module) {
  const test = await suite.createTest(plan, module);
  await reach(test, ['CONFIGURED', 'WAITING', 'RUNNING']);
  if ((await suite.info(test)).status === 'CONFIGURED') await suite.start(test);
  const trouble = await atAFreshBrowser(world, (open) => goAlong(test, open)).then(() => undefined, (error) => error);
  if (trouble) await suite.cancel(test).catch(() => {});
  const info = await suite.info(test);
  const missed = (await suite.log(test))
    .filter((entry) => ['FAILURE', 'WARNING'].includes(entry.result))
    .map((entry) => ({ level: entry.result, condition: entry.src, told: entry.msg }));
  return { test, result: trouble ? 'FAILED' : info.result ?? info.status, missed, trouble: trouble?.message };
}

async function goAlong(test, open) {
  const end = Date.now() + MODULE_LIMIT_MS;
  let pictures = [];
  let asked = 0;
  for (;;) {
    const { status } = await suite.info(test);
    if (OVER.includes(status)) return;
    if (Date.now() > end) throw new Error(`still ${status} after ${MODULE_LIMIT_MS / 1000} s`);
    const [next] = status === 'WAITING' ? await suite.toOpen(test) : [];
    if (next) {
      await suite.opened(test, next.url);
      pictures = [...pictures, ...(await open(next))];
    } else if (status === 'WAITING' && pictures.length && Date.now() > asked + ASK_FOR_PICTURES_MS) {
      asked = Date.now();
      const [place] = await suite.wanted(test);
      if (place) await suite.give(test, place, pictures.at(-1).png);
    }
    await pause(POLL_MS);
  }
}

const HEAD = ['plan', 'module', 'response type', 'result', 'conditions'];

/** After each plan: a run that breaks off loses nothing of what was judged. */
async function write(plan, fresh) {
  const file = join(folder, 'results.tsv');
  const before = (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(1).filter(Boolean);
  const others = before.map((line) => line.split('\t')).filter(([known]) => known !== plan);
  const order = Object.keys(PLANS);
  const lines = [...others, ...fresh].sort(([one], [other]) => order.indexOf(one) - order.indexOf(other));
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${[HEAD, ...lines].map((row) => row.join('\t')).join('\n')}\n`);
}

let judged = 0;
let failed = 0;
for (const name of named.length ? named : Object.keys(PLANS)) {
  const [planName, variant] = PLANS[name];
  const plan = await suite.createPlan(planName, variant, configuration(world, name));
  const rows = [];
  for (const module of plan.modules) {
    const { response_type: type, response_mode: mode } = module.variant ?? {};
    const title = [name, module.testModule, type, mode].filter(Boolean).join(' ');
    let verdict;
    try {
      verdict = await judge(plan.id, module);
    } catch (error) {
      verdict = { result: 'FAILED', missed: [], trouble: error.message };
    }
    const open = verdict.missed.filter((miss) => miss.level === 'FAILURE' || !explained(module.testModule, miss));
    const good = ['PASSED', 'REVIEW', 'SKIPPED', 'WARNING'].includes(verdict.result) && !open.length;
    if (!good) failed += 1;
    rows.push([name, module.testModule, type ?? '', verdict.result, verdict.missed.map((miss) => miss.condition).join(' ')]);
    console.log(`${good ? 'ok' : 'FAIL'} ${title}: ${verdict.result}`);
    for (const miss of good ? [] : open) console.log(`     ${miss.level} ${miss.condition}: ${miss.told}`);
    if (verdict.trouble) console.log(`     ${verdict.trouble}`);
  }
  await write(name, rows);
  judged += rows.length;
}
await closeBrowser();
console.log(`${judged - failed} passed, ${failed} failed`);
closeBench(failed);
