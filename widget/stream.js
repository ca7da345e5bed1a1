/**
 * What the server says by itself: server-sent events, read by fetch, since EventSource sends no token.
 *
 * Begins anew after every break, behind the last event that came, and waits longer each time.
 */

import { Patience } from "./patience.js";

const DELAYS_MS = [1000, 2000, 4000, 8000, 15_000, 30_000];
const SILENCE_MS = 45_000; // the server says something every 15 s

export class Stream {
  #ask;
  #onMessage;
  #onState;
  #patience;
  #limit = null; // of the request that is open

  /**
   * ask(signal) resolves to the response, asked for behind the last event; onState hears "open", "broken" (with the
   * number of failures in a row) and "refused" (with the status: the server does not want to be asked again).
   */
  constructor({ ask, onMessage, onState = () => {}, wait }) {
    this.#ask = ask;
    this.#onMessage = onMessage;
    this.#onState = onState;
    this.#patience = new Patience(wait);
  }

  get isOn() {
    return this.#limit !== null;
  }

  /** Listens until stop(). */
  async start() {
    if (this.isOn) return;
    const mine = (this.#limit = new AbortController());
    for (let failures = 0; this.#limit === mine;) {
      const status = await this.#listen(mine, () => (failures = 0)).catch(() => 0);
      if (this.#limit !== mine) return;
      if (status >= 400 && status < 500 && status !== 429) return this.#refused(status);
      this.#onState("broken", (failures += 1));
      await this.#patience.pass(DELAYS_MS[Math.min(failures, DELAYS_MS.length) - 1]);
    }
  }

  /** Ends it. */
  stop() {
    this.#limit?.abort();
    this.#limit = null;
    this.#patience.hurry();
  }

  /** The network may be back: tries at once. */
  wake() {
    this.#patience.hurry();
  }

  #refused(status) {
    this.#limit = null;
    this.#onState("refused", status);
  }

  async #listen({ signal }, onWord) {
    const silence = new AbortController();
    let timer;
    const heard = () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
    };
    const end = () => silence.abort();
    signal.addEventListener("abort", end);
    heard();
    try {
      const response = await this.#ask(silence.signal);
      const isStream = response.headers.get("Content-Type")?.startsWith("text/event-stream");
      if (!response.ok || !isStream) return response.ok ? 404 : response.status;
      onWord();
      this.#onState("open");
      await this.#read(response.body, heard);
      return response.status;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
    }
  }

  async #read(body, heard) {
    const decoder = new TextDecoder();
    const reader = body.getReader();
    for (let rest = ""; ;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      const parts = (rest + decoder.decode(value, { stream: true })).split("\n\n");
      rest = parts.pop();
      parts.forEach((part) => this.#event(part));
    }
  }

  #event(text) {
    if (/^event:\s?message$/m.test(text)) this.#onMessage(JSON.parse(/^data:(.*)$/m.exec(text)[1]));
  }
}
