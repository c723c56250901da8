// The bench this suite runs on: a test is a sentence and a body; each gives one line, the run gives one closing line.
// Bodies get the world (see world.mjs) and fail by throwing.

const TEST_LIMIT_MS = 60_000;
const tests = [];

/** Registers a test; the name is a sentence about behaviour. */
export function test(name, body) {
  tests.push({ name, body });
}

/** Runs everything in order of registration and answers how many failed. */
export async function runAll(world) {
  const onlyNamed = process.env.ONLY?.toLowerCase() ?? '';
  const chosen = tests.filter(({ name }) => name.toLowerCase().includes(onlyNamed));
  let failed = 0;
  for (const { name, body } of chosen) {
    try {
      await withinLimit(body(world));
      console.log(`ok ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL ${name}: ${reason(error)}`);
      console.error(`--- ${name}\n${error?.stack ?? error}\n`);
    }
  }
  console.log(`${chosen.length - failed} passed, ${failed} failed`);
  return failed;
}

/** Ends the process with the run's verdict, whatever sockets a client library still holds open. */
export function closeBench(failed) {
  process.exitCode = failed ? 1 : 0;
  setTimeout(() => process.exit(), 500).unref();
}

async function withinLimit(running) {
  let alarm;
  const limit = new Promise((_, refuse) => {
    alarm = setTimeout(() => refuse(new Error(`no answer within ${TEST_LIMIT_MS / 1000} s`)), TEST_LIMIT_MS);
  });
  try {
    return await Promise.race([running, limit]);
  } finally {
    clearTimeout(alarm);
  }
}

/** One line that says why: the message, what the library knows besides, and the cause below it. */
function reason(error) {
  const parts = [error?.message ?? String(error)];
  for (const detail of ['errorCode', 'errorNo', 'subError', 'code', 'error', 'error_description', 'status']) {
    const value = error?.[detail];
    const tells = value !== undefined && !['', 'ERR_ASSERTION'].includes(value);
    if (tells && !parts[0].includes(String(value))) parts.push(`${detail}=${value}`);
  }
  if (error?.cause) parts.push(`because: ${error.cause.message ?? JSON.stringify(error.cause)}`);
  return parts.join(' · ').replace(/\s*[\r\n]+\s*/g, ' · ').slice(0, 1000);
}
