/** Waiting before something is tried again, until something else says that it may be worth it now. */

export class Patience {
  #wait;

  /** Ends the waiting. */
  hurry = () => {};

  /** wait(ms) can be replaced, for tests. */
  constructor(wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))) {
    this.#wait = wait;
  }

  /** Waits about so long: many phones must not come back in one instant. */
  async pass(ms) {
    const spread = 0.75 + Math.random() / 2;
    await Promise.race([this.#wait(ms * spread), new Promise((wake) => (this.hurry = wake))]);
    this.hurry = () => {};
  }

  /** Waits exactly so long, whatever happens. */
  exactly(ms) {
    return this.#wait(ms);
  }
}
