/**
 * What is kept of her: nothing before she has written, then in this tab, and on this device only if she wishes so.
 *
 * One object: {conversation: {id, token}, unsent, draft, open, warned}.
 */

const STORED_AS = "nl-chat"; // as widget.js has it

export class Store {
  #tab;
  #device;
  #kept = {};
  #remembers = false;
  #wrote = false;

  /** tab and device are like sessionStorage and localStorage, or null where they are forbidden. */
  constructor(tab = allowed("sessionStorage"), device = allowed("localStorage")) {
    this.#tab = tab;
    this.#device = device;
  }

  /** What an earlier page of this tab kept, or another one on this device; {} if nothing. */
  load() {
    const mine = read(this.#tab);
    const found = mine ?? read(this.#device);
    this.#remembers = !mine && found !== null;
    this.#wrote = found !== null;
    this.#kept = found ?? {};
    return this.#kept;
  }

  get kept() {
    return this.#kept;
  }

  /** Adds `state` to what is kept. */
  put(state) {
    Object.assign(this.#kept, state);
    this.#save();
  }

  /** From her first message on something may be kept. */
  wrote() {
    this.#wrote = true;
  }

  get hasWritten() {
    return this.#wrote;
  }

  /** Whether it outlives the tab. */
  get remembers() {
    return this.#remembers;
  }

  set remembers(wished) {
    this.#remembers = wished;
    this.#remove();
    this.#save();
  }

  /** Removes everything, and keeps nothing more until she writes again. */
  forget() {
    this.#wrote = this.#remembers = false;
    this.#kept = {};
    this.#remove();
  }

  #save() {
    if (!this.#wrote) return;
    const place = this.#remembers ? this.#device : this.#tab;
    attempt(() => place?.setItem(STORED_AS, JSON.stringify(this.#kept)));
  }

  #remove() {
    for (const place of [this.#tab, this.#device]) attempt(() => place?.removeItem(STORED_AS));
  }
}

function read(place) {
  return attempt(() => JSON.parse(place?.getItem(STORED_AS) ?? "null"));
}

/** Storage can be forbidden or full: then the conversation lives as long as the page. */
function attempt(use) {
  try {
    return use() ?? null;
  } catch {
    return null;
  }
}

function allowed(name) {
  return attempt(() => globalThis[name]);
}
