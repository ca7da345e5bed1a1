/**
 * The other tabs of the same site: a conversation goes to them without being stored anywhere.
 *
 * A tab in which she has written hands its conversation to the one that asks; when it is deleted in one, all hear it.
 */

const PATIENCE_MS = 150;

export class Tabs {
  #channel;
  #onGone;

  /** mine() is the conversation of this tab, or null; onGone(id) hears that it was deleted in another one. */
  constructor({ mine, onGone, Channel = globalThis.BroadcastChannel }) {
    this.#onGone = onGone;
    this.#channel = Channel ? new Channel("nl-chat") : null;
    this.#channel?.addEventListener("message", ({ data }) => {
      if (data.asked && mine()) this.#channel.postMessage({ conversation: mine() });
      if (data.gone) this.#onGone(data.gone);
    });
  }

  /** The conversation of another tab, or null. */
  ask() {
    if (!this.#channel) return Promise.resolve(null);
    return new Promise((resolve) => {
      const hear = ({ data }) => data.conversation && done(data.conversation);
      const timer = setTimeout(() => done(null), PATIENCE_MS);
      const done = (found) => {
        clearTimeout(timer);
        this.#channel.removeEventListener("message", hear);
        resolve(found);
      };
      this.#channel.addEventListener("message", hear);
      this.#channel.postMessage({ asked: true });
    });
  }

  /** Tells the others that the conversation `id` is deleted. */
  tellGone(id) {
    this.#channel?.postMessage({ gone: id });
  }
}
