// Counts what was promised and kept, and holds what was not. Everything that a client has been told is a promise.

export class Judge {
  constructor() {
    Object.assign(this, { checked: 0, faults: [] });
  }

  /** One thing that was acknowledged, looked at after a crash. */
  holds(kept, what) {
    this.checked += 1;
    if (!kept) this.faults.push(what);
  }

  fault(what) {
    this.faults.push(what);
  }

  /** The faults since the last time. */
  take() {
    return this.faults.splice(0);
  }
}

/** Does something for each of a list, a few at a time: the server is to be asked, not flooded. */
export async function each(list, deed, atOnce = 12) {
  const rest = [...list];
  const worker = async () => {
    while (rest.length) await deed(rest.shift());
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
