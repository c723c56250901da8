// The release binary in dev mode, which is killed without warning and started again on the same data.
// Never: a process that was not started here, nor a clean stop: what SIGTERM would still write is what must not be
// needed.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const STARTS_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 5;

export class Server {
  #child;
  #log;

  constructor({ binary, home, port, store, log }) {
    this.home = home;
    this.data = join(home, 'data');
    this.env = join(this.data, 'dev.env');
    this.log = log;
    this.binary = binary;
    this.args = ['dev', '--port', String(port), '--data', this.data, ...(store ? ['--store', store] : [])];
    this.#log = openSync(log, 'w');
  }

  /** Starts it and waits until it listens. */
  async start() {
    this.launch();
    const end = Date.now() + STARTS_WITHIN_MS;
    while (!existsSync(this.env)) {
      if (this.#child.exitCode !== null) throw new Error(`it ended with ${this.#child.exitCode} before it listened`);
      if (Date.now() > end) throw new Error(`it does not listen after ${STARTS_WITHIN_MS / 1000} s`);
      await pause(LOOK_EVERY_MS);
    }
  }

  launch() {
    // The file of the life before would tell that this one listens already.
    rmSync(this.env, { force: true });
    this.#child = spawn(this.binary, this.args, { cwd: this.home, stdio: ['ignore', this.#log, this.#log] });
  }

  /** SIGKILL is sent before this returns; the promise waits until the process is gone. */
  kill() {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    return gone;
  }

  /** It may only ever end because we killed it. */
  get hasEnded() {
    return this.#child.exitCode !== null;
  }

  get panics() {
    return readFileSync(this.log, 'utf8').split('\n').filter((line) => line.includes('panicked at'));
  }
}
