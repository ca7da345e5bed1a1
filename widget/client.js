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
 *   history     true before and false after the messages that an earlier page has shown already
 *   renewed     the conversation had expired; what follows is a new one
 *   ended       it was deleted, here or in another tab
 */

import { Patience } from "./patience.js";
import { Store } from "./storage.js";
import { Stream } from "./stream.js";
import { Tabs } from "./tabs.js";

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
  store;
  #base;
  #clinic;
  #fetch;
  #patience;
  #tabs;
  #stream;
  #conversation = null; // {id, token}
  #open = false;        // its messages so far were handed out
  #unsent = [];         // {id, text, choice, state, reason, aside, renewed}, in the order to send
  #seen = new Set();    // seq of every message handed out
  #last = 0;            // the last one that came by transcript or stream
  #mine = new Set();    // id of what she wrote here: the stream tells it again
  #known = new Set();   // and of what she wrote elsewhere or earlier
  #connection = "";
  #found = null;        // the promise of what an earlier page or another tab has
  #working = null;

  /**
   * base: where the channel is. clinic: which of several. fetch, store, wait(ms) and Channel (like BroadcastChannel)
   * can be replaced, for tests.
   */
  constructor({ base, clinic, fetch = globalThis.fetch, store = new Store(), wait, Channel }) {
    super();
    this.#base = base;
    this.#clinic = clinic;
    this.#fetch = fetch;
    this.store = store;
    this.#patience = new Patience(wait);
    this.#tabs = new Tabs({
      Channel,
      mine: () => (store.hasWritten ? this.#conversation : null),
      onGone: (id) => id === this.#conversation?.id && this.#end(),
    });
    this.#stream = new Stream({
      wait,
      ask: (signal) => this.#request("GET", "/events", { signal, headers: { "Last-Event-ID": String(this.#last) } }),
      onMessage: (message) => this.#arrived(message),
      onState: (state, failures) => this.#streams(state, failures),
    });
  }

  /** Opens the conversation of this tab, or a new one. Resolves when it is open or has failed. */
  start() {
    this.#found ??= this.#find();
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

  /** Says whether the answer `seq` helped. Resolves to true if that is stored. */
  rate(seq, helpful) {
    return this.#done("POST", "/feedback", { seq, helpful });
  }

  /** Deletes the conversation, here and on the server. Resolves to true if that is done. */
  async end() {
    const id = this.#conversation?.id;
    const done = !id || await this.#done("DELETE", "/conversations");
    if (done) this.#end();
    if (done && id) this.#tabs.tellGone(id);
    return done;
  }

  /** Listens to what the server says by itself, while the page is in view. */
  listen(isWished) {
    if (!isWished) this.#stream.stop();
    else if (this.#open && this.store.hasWritten) this.#stream.start();
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
    this.#stream.wake();
    const waiting = !this.#open || this.#unsent.some((one) => !one.aside);
    return waiting ? this.#work() : Promise.resolve();
  }

  /** She leaves: removes what is kept, and keeps nothing more. */
  forget() {
    this.store.forget();
    this.#stream.stop();
  }

  // What is unsent, in order

  #add({ text, choice = null }) {
    const item = { id: newId(), text, choice };
    this.store.wrote();
    this.#unsent.push(item);
    this.#mark(item, "sending");
    return this.#work().then(() => publicly(item));
  }

  #work() {
    this.#patience.hurry();
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
      else if (error.status === 409 && item.choice && item.text) item.choice = null; // a button of earlier: its words do
      else this.#setAside(item, error);
    }
  }

  #post({ id, text, choice }) {
    return this.#call("POST", "/messages", choice === null ? { id, text } : { id, choice });
  }

  #sent(item, messages) {
    if (!this.#unsent.includes(item)) return; // the conversation was deleted meanwhile
    this.#unsent = this.#unsent.filter((one) => one !== item);
    this.#mark(item, "sent");
    this.#handOut(messages);
    this.#stream.start();
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

  #mark(item, state, reason = "") {
    item.state = state;
    item.reason = reason;
    this.#mine.add(item.id);
    this.#save();
    this.#tell("unsent", { ...publicly(item), known: this.#known.has(item.id) });
  }

  #drop(id) {
    this.#unsent = this.#unsent.filter((one) => one.id !== id);
    this.#save();
  }

  // The conversation

  async #ensureOpen() {
    await this.#found;
    if (this.#open) return;
    const earlier = this.#conversation;
    const messages = await this.#insist(() => this.#opening()).catch(asUnreachable);
    this.#open = true;
    this.#save();
    this.#last = messages.at(-1)?.seq ?? 0;
    const isHistory = earlier !== null && earlier === this.#conversation;
    if (isHistory) this.#tell("history", true);
    this.#handOut(messages);
    if (isHistory) this.#tell("history", false);
    this.listen(true);
  }

  async #opening() {
    if (!this.#conversation) return this.#begin();
    try {
      return await this.#messages("GET", "/messages?after=0");
    } catch (error) {
      if (error.status !== 401) throw error;
      this.#expire();
      return this.#begin();
    }
  }

  async #begin() {
    const { id, token, messages } = await this.#call("POST", "/conversations", this.#clinic ? { clinic: this.#clinic } : {});
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
    this.#close();
    for (const item of this.#unsent) Object.assign(item, { state: "", choice: item.text ? null : item.choice });
    this.#tell("renewed");
  }

  #close() {
    this.#stream.stop();
    this.#conversation = null;
    this.#open = false;
    this.#seen.clear();
  }

  #end() {
    this.#close();
    this.#unsent = [];
    this.store.forget();
    this.#tell("ended");
  }

  /** An earlier page of this tab, or another tab, may have a conversation: this page joins in it. */
  async #find() {
    const { conversation, unsent = [] } = this.store.load();
    this.#unsent = unsent.map(({ id, text, choice }) => ({ id, text, choice }));
    this.#conversation = conversation ?? null;
    if (conversation) return;
    this.#conversation = await this.#tabs.ask();
    if (this.#conversation) this.store.wrote();
  }

  // What the server says by itself

  #arrived(message) {
    this.#last = Math.max(this.#last, message.seq);
    this.#handOut([message]);
  }

  #streams(state, failures) {
    if (state === "open") this.#report("online");
    if (state === "broken" && failures > 1) this.#report(failures > DELAYS_MS.length ? "offline" : "connecting");
    if (state === "open" && this.#unsent.some((one) => !one.aside)) this.#work();
  }

  #handOut(messages) {
    for (const message of messages) {
      const { seq, id } = message;
      if (this.#seen.has(seq) || this.#mine.has(id)) continue;
      this.#seen.add(seq);
      if (id) this.#known.add(id);
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
        if (error.waitMs) await this.#patience.exactly(Math.min(error.waitMs, LONGEST_WAIT_MS));
        else await this.#patience.pass(DELAYS_MS[attempt]);
      }
    }
  }

  async #messages(...request) {
    return (await this.#call(...request)).messages;
  }

  async #call(method, path, body) {
    const [response, data] = await this.#exchange(method, path, body);
    if (!response.ok) throw problemOf(response, data);
    if (!Array.isArray(data?.messages)) throw new Unreachable();
    this.#report("online");
    return data;
  }

  /** Whether our server has done what has no answer; what is not there any more (401) needs not be done. */
  async #done(...request) {
    try {
      const [{ status }] = await this.#exchange(...request);
      return status === 204 || status === 401;
    } catch {
      return false;
    }
  }

  async #exchange(method, path, body) {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), TIMEOUT_MS);
    try {
      const response = await this.#request(method, path, { body, signal: limit.signal });
      return [response, parsed(await response.text())];
    } catch {
      throw new Unreachable();
    } finally {
      clearTimeout(timer);
    }
  }

  #request(method, path, { body, signal, headers = { Accept: "application/json" } }) {
    if (body) headers["Content-Type"] = "application/json";
    if (this.#conversation) headers.Authorization = "Bearer " + this.#conversation.token;
    return this.#fetch.call(globalThis, this.#base + path, {
      method, headers, body: body && JSON.stringify(body),
      cache: "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer", signal,
    });
  }

  #save() {
    const unsent = this.#unsent.map(({ id, text, choice }) => ({ id, text, choice }));
    this.store.put({ conversation: this.#conversation, unsent });
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

function asUnreachable(error) {
  throw error instanceof Problem ? new Unreachable() : error;
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
  if ([502, 503, 504].includes(response.status)) return new Unreachable();
  const seconds = Number(response.headers.get("Retry-After")) || 0;
  return new Problem(response.status, data?.detail || data?.title || "", seconds * 1000);
}

/** A random UUID; crypto.randomUUID is missing where the demo is opened over plain http from another machine. */
function newId() {
  const random = () => crypto.getRandomValues(new Uint8Array(1))[0];
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (c ^ (random() & (15 >> (c / 4)))).toString(16));
}
