// Kills the server under load, again and again, and holds it to everything that it told its clients before:
//   node run.mjs --binary FILE --home FOLDER --port N --log FILE [--store URL] [--times N]
// `--home` is a folder for this run alone. The last line is `N passed, N failed`; a kill passes when every promise that
// was looked at after it had been kept.
//
// What is looked at is what decides about somebody's access, and all of that is durable before it is answered: changes
// of the directory as much as traces of sign-in. The one thing that is not, by design, is the sign-in log of refused
// passwords and of applications by themselves, which is written twice a second (docs/operators.md); nobody asks for it
// here. Counts of wrong passwords, and the emulator's clock, live in memory (decision 0014, README): a restart forgets
// them.

import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readWorld } from '../node/world.mjs';
import { Asks } from './asks.mjs';
import { Unanswered, Wire } from './browser.mjs';
import { Codes } from './codes.mjs';
import { Consents } from './consents.mjs';
import { DeviceCodes } from './device_codes.mjs';
import { Judge } from './judge.mjs';
import { Passwords } from './passwords.mjs';
import { RefreshChains } from './refresh_chains.mjs';
import { Server } from './server.mjs';
import { Sessions } from './sessions.mjs';

/** The kill comes at a moment between these, counted from when the load runs. */
const [SOONEST_MS, LATEST_MS] = [20, 500];
const LOAD_RUNS_WITHIN_MS = 20_000;
/** One start in so many is killed as well, within this time: a crash of the recovery from a crash. */
const STARTS_PER_KILLED = 10;
const KILLED_START_MS = 250;

const { values: options } = parseArgs({
  options: {
    binary: { type: 'string' }, home: { type: 'string' }, port: { type: 'string' }, log: { type: 'string' },
    store: { type: 'string' }, times: { type: 'string', default: '200' },
  },
});
const times = Number(options.times);
if (!options.binary || !options.home || !options.port || !options.log || !Number.isInteger(times) || times < 1) {
  console.error('usage: node run.mjs --binary FILE --home FOLDER --port N --log FILE [--store URL] [--times N]');
  process.exit(2);
}

const server = new Server(options);
const judge = new Judge();
const between = (low, high) => low + Math.random() * (high - low);

/** One kind of client each. People and applications are kept apart, so that each knows what stands for its own. */
function clients(asks) {
  const { people } = asks.world;
  const mareike = { ...people.daan, upn: 'mareike.hoffmann@waterkant.example' };
  return {
    codes: new Codes(asks, [people.joris, people.joris, people.lukas, people.lukas]),
    devices: new DeviceCodes(asks, [people.jurgen, people.jurgen, people.jurgen]),
    chains: new RefreshChains(asks, people.fatima, ['spa', 'spa', 'spa', 'public', 'public', 'public']),
    consents: new Consents(asks, [people.pieter]),
    passwords: new Passwords(asks, [people.daan, mareike]),
    sessions: new Sessions(asks, [people.anneke, people.anneke, people.sanne]),
  };
}

/** Repeats a deed until the server is killed. An answer that did not come then is what this is about. */
async function repeat(deed, load) {
  while (!load.isOver) {
    try {
      await deed();
    } catch (error) {
      if (!(error instanceof Unanswered)) return judge.fault(`under load: ${error.message}`);
      // Before the kill every request is answered; a loop that asks a dead server would be a busy one.
      if (!load.isOver) return judge.fault(`under load, before the kill: ${error.message}`);
    }
  }
  return undefined;
}

/** Runs the load, kills the server under it, and answers how long after the load ran that was. */
async function killUnderLoad(wire, kinds) {
  const load = { isOver: false };
  const deeds = kinds.flatMap((kind) => kind.deeds(judge));
  const wanted = wire.answers + deeds.length;
  const running = deeds.map((deed) => repeat(deed, load));
  const end = Date.now() + LOAD_RUNS_WITHIN_MS;
  while (wire.answers < wanted && Date.now() < end) await pause(1);
  if (wire.answers < wanted) judge.fault('the load did not come to run');
  const delay = Math.round(between(SOONEST_MS, LATEST_MS));
  await pause(delay);
  if (server.hasEnded) judge.fault('the server ended by itself');
  const killed = server.kill();
  load.isOver = true;
  await Promise.all([killed, ...running]);
  return delay;
}

async function startAgain(wire, kill) {
  const isKilled = kill % STARTS_PER_KILLED === 0;
  if (isKilled) {
    server.launch();
    await pause(between(0, KILLED_START_MS));
    await server.kill();
  }
  await server.start();
  wire.fresh();
  return isKilled;
}

/** The chains come last: they move the clock. */
async function check({ chains, ...others }) {
  const checked = async (kind) => {
    try {
      await kind.check(judge);
    } catch (error) {
      judge.fault(`${kind.constructor.name}: ${error.message}`);
    }
  };
  await Promise.all(Object.values(others).map(checked));
  await checked(chains);
}

async function run(total) {
  await server.start();
  const world = readWorld(server.env);
  const wire = new Wire(world.base, readFileSync(world.ca));
  const all = clients(new Asks(world, wire));
  for (const kind of Object.values(all)) await kind.begin();
  for (let kill = 1; kill <= times; kill += 1) {
    const before = { answers: wire.answers, checked: judge.checked };
    const delay = await killUnderLoad(wire, Object.values(all));
    const answers = wire.answers - before.answers;
    if (await startAgain(wire, kill)) total.starts += 1;
    await check(all);
    total.answers += answers;
    verdict(total, `kill ${kill} after ${delay} ms: ${answers} answers, ${judge.checked - before.checked} promises`);
  }
  return all;
}

function verdict(total, title) {
  const faults = judge.take();
  if (faults.length) total.failed += 1;
  else total.passed += 1;
  console.log(`${faults.length ? 'FAIL' : 'ok'} ${title}`);
  for (const fault of faults) console.log(`     ${fault}`);
}

function summary({ codes, devices, chains, consents, passwords, sessions }, total) {
  console.log(`kills: ${times}, and ${total.starts} of starts; answers read under load: ${total.answers}`);
  console.log(`acknowledged writes checked after a kill: ${judge.checked}`);
  console.log(`codes: ${codes.issued}; device codes: ${devices.asked}`);
  console.log(`refreshes: ${chains.refreshes}; replaced tokens refused beyond the grace: ${chains.refused}`);
  console.log(`consents given: ${consents.given}, taken back: ${consents.taken}`);
  console.log(`sessions begun: ${sessions.begun}, ended: ${sessions.left}; passwords changed: ${passwords.changed}`);
}

const total = { passed: 0, failed: 0, answers: 0, starts: 0 };
try {
  summary(await run(total), total);
} catch (error) {
  // The run cannot go on: the server does not start, or a client met what it does not know.
  judge.fault(error.stack);
  verdict(total, 'the run');
}
await server.kill();
for (const line of server.panics) judge.fault(line);
if (judge.faults.length) verdict(total, 'the server\'s log');
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed ? 1 : 0;
