/**
 * The connection to the assistant: HTTP and what is unsent, nothing of the page.
 *
 * What she wrote stays in `unsent` until the server has answered it. It goes out in order, one at
 * a time, and every retry carries the id of the first attempt, so nothing is done twice.
 *
 * Events (CustomEvent, see `detail`):
 *   message     a Message of the server, each once
 *   unsent      {id, text, state, reason, known}: something of hers changed its state:
 *               "sending" · "sent" · "failed" (can be retried) · "refused" (has to be changed);
 *               known: the transcript already shows it (it had arrived before a reload)
 *   busy        true while an answer is awaited
 *   connection  "online" · "connecting" (trying again) · "offline" (stopped until wake())
 *   renewed     the conversation had expired; what follows is a new one
 */

const BASE = "/webhooks/web";
const STORED_AS = "chat";
const DELAYS_MS = [500, 1000, 2000, 4000]; // between five attempts
const LONGEST_WAIT_MS = 60_000;            // whatever Retry-After asks for
const TIMEOUT_MS = 10_000;                 // the server's own fail-safe answers after 2 s

/** Nobody answered, or somebody who is not our server (a proxy, a hotel's log-in page). */
class Unreachable extends Error {}

/** Our server answered with a problem. */
class Problem extends Error {
  constructor(status, detail, waitMs) {
    super(detail);
    this.status = status;
    this.waitMs = waitMs;
  }

  /** True if the same request may succeed later. */
  get passes() {
    return this.status === 429 || this.status >= 500;
  }
}

export class Client extends EventTarget {
  #fetch;
  #storage;
  #wait;
  #conversation = null; // {id, token}
  #open = false;        // its messages so far were handed out
  #wrote = false;       // nothing is stored before she has written
  #unsent = [];         // {id, text, choice, state, reason, aside, renewed}, in the order to send
  #seen = new Set();    // seq of every message handed out
  #connection = "";
  #working = null;
  #hurry = () => {};

  /** fetch, storage (like sessionStorage, or null) and wait(ms) can be replaced, for tests. */
  constructor({ fetch = globalThis.fetch, storage = null, wait = sleep } = {}) {
    super();
    this.#fetch = fetch;
    this.#storage = storage;
    this.#wait = wait;
  }

  /** Opens the conversation of this tab, or a new one. Resolves when it is open or has failed. */
  start() {
    this.#load();
    return this.#work();
  }

  /** Sends what she wrote. Resolves to {id, text, state, reason} when it is sent or has failed. */
  send(text) {
    return this.#add({ text });
  }

  /** Presses a button. `title` is what she read on it, and what is sent if the button has expired. */
  choose(buttonId, title = "") {
    return this.#add({ choice: buttonId, text: title });
  }

  /** The messages of both sides after `after`, as the server has them. */
  async transcript(after = 0) {
    const { messages } = await this.#call("GET", `/messages?after=${after}`);
    return messages;
  }

  /** Tries again at once what could not be sent, with the same id. */
  retry(id) {
    const item = this.#unsent.find((one) => one.id === id);
    if (!item) return Promise.resolve();
    item.aside = false;
    item.renewed = false;
    this.#unsent = [...this.#unsent.filter((one) => one !== item), item];
    return this.#work();
  }

  /** Takes back what was not sent, and returns its text. */
  withdraw(id) {
    const text = this.#unsent.find((one) => one.id === id)?.text ?? "";
    this.#drop(id);
    return text;
  }

  /** The network may be back: tries again what it stopped. */
  wake() {
    const waiting = !this.#open || this.#unsent.some((one) => !one.aside);
    return waiting ? this.#work() : Promise.resolve();
  }

  /** Removes what this tab keeps, and keeps nothing more. */
  forget() {
    this.#wrote = false;
    this.#tryStorage((storage) => storage.removeItem(STORED_AS));
  }

  // What is unsent, in order

  #add({ text, choice = null }) {
    const item = { id: newId(), text, choice };
    this.#wrote = true;
    this.#unsent.push(item);
    this.#mark(item, "sending");
    return this.#work().then(() => publicly(item));
  }

  #work() {
    this.#hurry();
    this.#working ??= this.#sendAll();
    return this.#working;
  }

  async #sendAll() {
    this.#tell("busy", true);
    try {
      await this.#ensureOpen();
      for (let item; (item = this.#next()); ) await this.#deliver(item);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      this.#stop();
    } finally {
      this.#working = null;
      this.#tell("busy", false);
    }
  }

  #next() {
    return this.#unsent.find((one) => !one.aside);
  }

  async #deliver(item) {
    if (item.state !== "sending") this.#mark(item, "sending");
    try {
      const { messages } = await this.#insist(() => this.#post(item));
      this.#sent(item, messages);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 401 && !item.renewed) await this.#renewFor(item);
      else this.#setAside(item, error);
    }
  }

  #post({ id, text, choice }) {
    return this.#call("POST", "/messages", choice === null ? { id, text } : { id, choice });
  }

  #sent(item, messages) {
    const known = messages.length > 0 && messages.every(({ seq }) => this.#seen.has(seq));
    this.#unsent = this.#unsent.filter((one) => one !== item);
    this.#mark(item, "sent", "", known);
    this.#handOut(messages.filter(({ from }) => from !== "mother"));
  }

  /** One message that the server cannot take does not hold up the next one. */
  #setAside(item, problem) {
    item.aside = true;
    this.#mark(item, problem.passes || problem.status === 401 ? "failed" : "refused", problem.message);
  }

  #stop() {
    for (const item of this.#unsent.filter((one) => !one.aside)) this.#mark(item, "failed");
    this.#report("offline");
  }

  #mark(item, state, reason = "", known = false) {
    item.state = state;
    item.reason = reason;
    this.#save();
    this.#tell("unsent", { ...publicly(item), known });
  }

  #drop(id) {
    this.#unsent = this.#unsent.filter((one) => one.id !== id);
    this.#save();
  }

  // The conversation

  async #ensureOpen() {
    if (this.#open) return;
    const messages = await this.#insist(() => this.#opening()).catch(asUnreachable);
    this.#open = true;
    this.#save();
    this.#handOut(messages);
  }

  async #opening() {
    if (!this.#conversation) return this.#begin();
    try {
      return await this.transcript();
    } catch (error) {
      if (error.status !== 401) throw error;
      this.#expire();
      return this.#begin();
    }
  }

  async #begin() {
    const { id, token, messages } = await this.#call("POST", "/conversations", {});
    this.#conversation = { id, token };
    return messages;
  }

  async #renewFor(item) {
    item.renewed = true;
    this.#expire();
    await this.#ensureOpen();
  }

  /** The buttons of an expired conversation mean nothing to a new one; their words do. */
  #expire() {
    this.#conversation = null;
    this.#open = false;
    this.#seen.clear();
    for (const item of this.#unsent) Object.assign(item, { state: "", choice: item.text ? null : item.choice });
    this.#tell("renewed");
  }

  #handOut(messages) {
    for (const message of messages) {
      if (this.#seen.has(message.seq)) continue;
      this.#seen.add(message.seq);
      this.#tell("message", message);
    }
  }

  // HTTP

  async #insist(request) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await request();
      } catch (error) {
        const passes = error instanceof Unreachable || error.passes;
        if (!passes || attempt >= DELAYS_MS.length) throw error;
        if (error instanceof Unreachable) this.#report("connecting");
        await this.#pause(error.waitMs, DELAYS_MS[attempt]);
      }
    }
  }

  /** Waits as long as the server asked for; without such a wish, until something wakes it. */
  async #pause(askedMs, delayMs) {
    if (askedMs) return this.#wait(Math.min(askedMs, LONGEST_WAIT_MS));
    const spread = 0.75 + Math.random() / 2; // many phones must not come back in one instant
    await Promise.race([this.#wait(delayMs * spread), new Promise((wake) => (this.#hurry = wake))]);
    this.#hurry = () => {};
  }

  async #call(method, path, body) {
    const [response, data] = await this.#exchange(method, path, body);
    if (!response.ok) throw problemOf(response, data);
    if (!Array.isArray(data?.messages)) throw new Unreachable("not an answer of our server");
    this.#report("online");
    return data;
  }

  async #exchange(method, path, body) {
    const headers = { Accept: "application/json" };
    if (body) headers["Content-Type"] = "application/json";
    if (this.#conversation) headers.Authorization = `Bearer ${this.#conversation.token}`;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), TIMEOUT_MS);
    try {
      const response = await this.#fetch.call(globalThis, BASE + path, {
        method, headers, body: body && JSON.stringify(body),
        cache: "no-store", credentials: "omit", redirect: "error", signal: limit.signal,
      });
      return [response, parsed(await response.text())];
    } catch (error) {
      throw new Unreachable(error.message);
    } finally {
      clearTimeout(timer);
    }
  }

  // What this tab keeps

  #load() {
    const kept = this.#tryStorage((storage) => parsed(storage.getItem(STORED_AS)));
    if (!kept) return;
    this.#wrote = true;
    this.#conversation = kept.conversation ?? null;
    this.#unsent = (kept.unsent ?? []).map(({ id, text, choice }) => ({ id, text, choice }));
  }

  #save() {
    if (!this.#wrote) return;
    const kept = { conversation: this.#conversation, unsent: this.#unsent };
    this.#tryStorage((storage) => storage.setItem(STORED_AS, JSON.stringify(kept)));
  }

  /** Storage can be forbidden or full: then the conversation lives as long as the page. */
  #tryStorage(use) {
    try {
      return this.#storage && use(this.#storage);
    } catch {
      return null;
    }
  }

  #report(connection) {
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.#tell("connection", connection);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

const publicly = ({ id, text, state, reason }) => ({ id, text, state, reason });

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function asUnreachable(error) {
  throw error instanceof Problem ? new Unreachable(error.message) : error;
}

function parsed(json) {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** 502, 503 and 504 are a proxy's words for "nobody there": they say nothing of this message. */
function problemOf(response, data) {
  if ([502, 503, 504].includes(response.status)) return new Unreachable(`status ${response.status}`);
  const seconds = Number(response.headers.get("Retry-After")) || 0;
  return new Problem(response.status, data?.detail || data?.title || "", seconds * 1000);
}

/** crypto.randomUUID is missing where the demo is opened over plain http from another machine. */
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
