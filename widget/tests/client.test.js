import assert from "node:assert/strict";
import { test } from "node:test";

import { Client } from "../client.js";
import { Store } from "../storage.js";
import { Storage } from "./storage.js";

const OFFLINE = () => { throw new TypeError("fetch failed"); };
const HANGS = (request) => new Promise((_, reject) => {
  request.signal.addEventListener("abort", () => reject(request.signal.reason));
});

/** A server of conversations. `faults` are used up first, one a request to POST /messages. */
class Server {
  requests = [];
  tokens = [];
  answers = new Map();
  messages = [];
  faults = [];
  down = false;

  fetch = async (address, options) => {
    const request = { ...options, address, body: options.body && JSON.parse(options.body) };
    this.requests.push(request);
    if (this.down) OFFLINE();
    if (address.endsWith("/conversations")) return this.begin();
    if (!this.knows(request)) return problem(401, "This conversation has expired.");
    return request.method === "GET" ? reply({ messages: this.messages }) : this.take(request);
  };

  begin() {
    this.tokens.push(`token-${this.tokens.length + 1}`);
    this.messages = [];
    this.answers.clear();
    this.say("bot", "Hello.");
    return reply({ id: "c", token: this.tokens.at(-1), messages: this.messages }, 201);
  }

  knows(request) {
    return request.headers.Authorization === `Bearer ${this.tokens.at(-1)}`;
  }

  take(request) {
    const fault = this.faults.shift();
    return fault ? fault(request, () => this.answer(request.body)) : reply(this.answer(request.body));
  }

  answer({ id, text, choice }) {
    if (!this.answers.has(id)) {
      this.say("mother", text ?? choice, id);
      this.answers.set(id, { messages: [this.say("bot", `On "${text ?? choice}".`)] });
    }
    return this.answers.get(id);
  }

  say(from, text, id = null) {
    const message = { seq: this.messages.length + 1, from, id, type: "answer", text, html: "", buttons: [], sources: [], review: null };
    this.messages.push(message);
    return message;
  }

  expire() {
    this.tokens.push("nobody's");
  }

  get sent() {
    return this.requests.filter(({ method, address }) => method === "POST" && address.endsWith("/messages"));
  }
}

const reply = (body, status = 200, headers = {}) => new Response(JSON.stringify(body), { status, headers });
const problem = (status, detail = "", headers = {}) => reply({ status, detail }, status, headers);

/** A client whose waits are over at once and are noted, and everything it tells. */
function listen(server, { storage = new Storage(), wait, Channel = null, clinic } = {}) {
  const waits = [];
  const instantly = async (ms) => { waits.push(ms); };
  const store = new Store(storage, null);
  const client = new Client({ base: "/webhooks/web", clinic, fetch: server.fetch, store, wait: wait ?? instantly, Channel });
  const told = { messages: [], states: [], connections: [], renewals: 0, known: [], histories: [], ends: 0 };
  client.addEventListener("message", ({ detail }) => told.messages.push(detail.text));
  client.addEventListener("unsent", ({ detail }) => told.states.push(detail.state));
  client.addEventListener("unsent", ({ detail }) => detail.known && told.known.push(detail.text));
  client.addEventListener("connection", ({ detail }) => told.connections.push(detail));
  client.addEventListener("history", ({ detail }) => told.histories.push(detail));
  client.addEventListener("ended", () => { told.ends += 1; });
  client.addEventListener("renewed", () => { told.renewals += 1; });
  return { client, told, waits, storage };
}

async function started(server, options) {
  const heard = listen(server, options);
  await heard.client.start();
  return heard;
}

test("she is greeted, asks and is answered", async () => {
  const server = new Server();
  const { client, told } = await started(server);
  const item = await client.send("Is it safe?");
  assert.equal(item.state, "sent");
  assert.deepEqual(told.messages, ["Hello.", 'On "Is it safe?".']);
  assert.deepEqual(told.states, ["sending", "sent"]);
  assert.match(server.sent[0].body.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("a button is sent as a choice, without its words", async () => {
  const server = new Server();
  const { client } = await started(server);
  await client.choose("b1", "How long?");
  const { id, ...rest } = server.sent[0].body;
  assert.deepEqual(rest, { choice: "b1" });
});

for (const [name, fault] of Object.entries({
  "a lost connection": OFFLINE,
  "an error of the server": () => problem(500),
  "a proxy without a server": () => new Response("<h1>Bad gateway</h1>", { status: 502 }),
  "a hotel's log-in page": () => new Response("<h1>Welcome</h1>"),
  "too many requests": () => problem(429, "Too fast."),
})) {
  test(`after ${name} the same id is sent again`, async () => {
    const server = new Server();
    const { client } = await started(server);
    server.faults = [fault, fault];
    const item = await client.send("hi");
    assert.equal(item.state, "sent");
    assert.equal(server.sent.length, 3);
    assert.equal(new Set(server.sent.map(({ body }) => body.id)).size, 1);
    assert.ok(server.sent.every(({ body }) => body.text === "hi"));
  });
}

test("an answer lost on its way is fetched again, and nothing is done twice", async () => {
  const server = new Server();
  const { client, told } = await started(server);
  server.faults = [(_, answer) => { answer(); OFFLINE(); }];
  await client.send("hi");
  assert.deepEqual(server.messages.map(({ text }) => text), ["Hello.", "hi", 'On "hi".']);
  assert.deepEqual(told.messages, ["Hello.", 'On "hi".']);
});

test("each wait is longer than the one before", async () => {
  const server = new Server();
  const { client, waits } = await started(server);
  server.faults = Array(4).fill(OFFLINE);
  await client.send("hi");
  [500, 1000, 2000, 4000].forEach((ms, i) => assert.ok(waits[i] >= ms * 0.75 && waits[i] <= ms * 1.25));
});

test("the server's Retry-After is kept to", async () => {
  const server = new Server();
  const { client, waits } = await started(server);
  server.faults = [() => problem(429, "Too fast.", { "Retry-After": "7" })];
  await client.send("hi");
  assert.deepEqual(waits, [7000]);
});

test("a server that does not answer is given up after a time and asked again", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const server = new Server();
  const { client } = await started(server);
  server.faults = [HANGS];
  const sending = client.send("hi");
  while (server.sent.length === 0) await Promise.resolve();
  context.mock.timers.tick(10_000);
  assert.equal((await sending).state, "sent");
  assert.equal(server.sent.length, 2);
});

test("what cannot be sent is kept, said to be unsent, and goes out in order later", async () => {
  const server = new Server();
  const { client, told } = await started(server);
  server.down = true;
  assert.equal((await client.send("one")).state, "failed");
  assert.equal((await client.send("two")).state, "failed");
  assert.equal(told.connections.at(-1), "offline");
  server.down = false;
  await client.wake();
  assert.deepEqual(told.messages, ["Hello.", 'On "one".', 'On "two".']);
  assert.equal(told.connections.at(-1), "online");
});

test("a retry on her wish carries the same id", async () => {
  const server = new Server();
  const { client } = await started(server);
  server.down = true;
  const { id } = await client.send("one");
  server.down = false;
  await client.retry(id);
  assert.deepEqual([...server.answers.keys()], [id]);
});

test("a page opened without a network starts when the network is there", async () => {
  const server = new Server();
  server.down = true;
  const { client, told } = await started(server);
  assert.deepEqual(told.connections, ["connecting", "offline"]);
  server.down = false;
  await client.send("hi");
  assert.deepEqual(told.messages, ["Hello.", 'On "hi".']);
});

test("a new message does not wait for the back-off of the one before", async () => {
  const server = new Server();
  const never = () => new Promise(() => {});
  const { client, told } = await started(server, { wait: never });
  server.faults = [OFFLINE];
  const first = client.send("one");
  while (server.sent.length === 0) await new Promise(setImmediate);
  await new Promise(setImmediate);
  await Promise.all([first, client.send("two")]);
  assert.deepEqual(told.messages, ["Hello.", 'On "one".', 'On "two".']);
});

test("a message that the server always fails on does not hold up the next one", async () => {
  const server = new Server();
  const { client, told } = await started(server);
  server.faults = Array(5).fill(() => problem(500));
  const [first, second] = await Promise.all([client.send("bad luck"), client.send("help")]);
  assert.equal(first.state, "failed");
  assert.equal(second.state, "sent");
  await client.retry(first.id);
  assert.deepEqual(told.messages, ["Hello.", 'On "help".', 'On "bad luck".']);
});

test("what the server refuses is not sent again but given back to change", async () => {
  const server = new Server();
  const { client } = await started(server);
  server.faults = [() => problem(413, "Please write less than 2,000 characters.")];
  const item = await client.send("long");
  assert.equal(item.state, "refused");
  assert.equal(item.reason, "Please write less than 2,000 characters.");
  assert.equal(server.sent.length, 1);
  assert.equal(client.withdraw(item.id), "long");
  assert.equal((await client.send("short")).state, "sent");
});

test("an expired conversation is renewed and her message sent in the new one", async () => {
  const server = new Server();
  const { client, told } = await started(server);
  server.expire();
  const item = await client.send("hi");
  assert.equal(item.state, "sent");
  assert.equal(told.renewals, 1);
  assert.equal(server.sent[0].body.id, server.sent[1].body.id);
  assert.deepEqual(told.messages, ["Hello.", "Hello.", 'On "hi".']);
});

test("a button of an expired conversation is sent in its words", async () => {
  const server = new Server();
  const { client, told } = await started(server);
  server.expire();
  await client.choose("b1", "How long?");
  assert.equal(told.messages.at(-1), 'On "How long?".');
});

test("a server that knows no token at all does not make it turn in circles", async () => {
  const server = new Server();
  const { client } = await started(server);
  server.knows = () => false;
  assert.equal((await client.send("hi")).state, "failed");
  assert.equal(server.sent.length, 2);
});

test("nothing is stored before she writes", async () => {
  const { client, storage } = await started(new Server());
  assert.equal(storage.items.size, 0);
  await client.send("hi");
  assert.equal(storage.items.size, 1);
});

test("after a reload the transcript is there again", async () => {
  const server = new Server();
  const { client, storage } = await started(server);
  await client.send("hi");
  const { told } = await started(server, { storage });
  assert.deepEqual(told.messages, ["Hello.", "hi", 'On "hi".']);
  assert.equal(server.tokens.length, 1);
});

test("a reload loses nothing that was unsent", async () => {
  const server = new Server();
  const { client, storage } = await started(server);
  server.down = true;
  const { id } = await client.send("hi");
  server.down = false;
  const { told } = await started(server, { storage });
  assert.deepEqual([...server.answers.keys()], [id]);
  assert.deepEqual(told.messages, ["Hello.", 'On "hi".']);
  assert.deepEqual(told.states, ["sending", "sent"]);
});

test("a message that had arrived before the reload is not shown twice", async () => {
  const server = new Server();
  const { client, storage } = await started(server);
  server.faults = Array(5).fill((_, answer) => { answer(); OFFLINE(); });
  await client.send("hi");
  const { told } = await started(server, { storage });
  assert.deepEqual(told.messages, ["Hello.", "hi", 'On "hi".']);
  assert.deepEqual(new Set(told.known), new Set(["hi"]));
});

test("a reload after the conversation expired begins a new one and keeps what was unsent", async () => {
  const server = new Server();
  const { client, storage } = await started(server);
  server.down = true;
  await client.send("hi");
  server.down = false;
  server.expire();
  const { told } = await started(server, { storage });
  assert.deepEqual(told.messages, ["Hello.", 'On "hi".']);
});

test("who leaves quickly leaves nothing behind", async () => {
  const server = new Server();
  const { client, storage } = await started(server);
  const sending = client.send("hi");
  client.forget();
  await sending;
  assert.equal(storage.items.size, 0);
});

test("it works where storage is forbidden", async () => {
  const forbidden = () => { throw new Error("SecurityError"); };
  const storage = { getItem: forbidden, setItem: forbidden, removeItem: forbidden };
  const { client, told } = await started(new Server(), { storage });
  await client.send("hi");
  client.forget();
  assert.deepEqual(told.messages, ["Hello.", 'On "hi".']);
});

// --- what came with the widget

/** A stream of the server that the test can speak through. */
function streaming(server) {
  const spoken = { connections: 0, asked: [] };
  const plain = server.fetch;
  server.fetch = async (address, options) => {
    if (!address.endsWith("/events")) return plain(address, options);
    spoken.connections += 1;
    spoken.asked.push(options.headers["Last-Event-ID"]);
    const body = new ReadableStream({
      start(to) {
        spoken.say = (message) => to.enqueue(new TextEncoder().encode(`event: message\ndata: ${JSON.stringify(message)}\n\n`));
        options.signal.addEventListener("abort", () => to.error(new Error("aborted")));
      },
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  };
  return spoken;
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test("before she writes it does not listen, afterwards it does", async () => {
  const server = new Server();
  const spoken = streaming(server);
  const { client } = await started(server);
  await settled();
  assert.equal(spoken.connections, 0);
  await client.send("hi");
  await settled();
  assert.deepEqual(spoken.asked, ["1"]);
  client.listen(false);
});

test("what the care team writes later is handed out", async () => {
  const server = new Server();
  const spoken = streaming(server);
  const { client, told } = await started(server);
  await client.send("hi");
  await settled();
  spoken.say(server.say("care_team", "We will call."));
  await settled();
  assert.equal(told.messages.at(-1), "We will call.");
  client.listen(false);
});

test("what she wrote here and its answer are not told twice, what she wrote in another tab is told", async () => {
  const server = new Server();
  const spoken = streaming(server);
  const { client, told } = await started(server);
  await client.send("hi");
  await settled();
  for (const message of server.messages) spoken.say(message);
  spoken.say(server.say("mother", "from another tab", "another-id"));
  await settled();
  assert.deepEqual(told.messages, ["Hello.", 'On "hi".', "from another tab"]);
  client.listen(false);
});

test("out of view it does not listen, and in view again it asks for what it has missed", async () => {
  const server = new Server();
  const spoken = streaming(server);
  const { client } = await started(server);
  await client.send("hi");
  await settled();
  spoken.say(server.say("care_team", "one"));
  await settled();
  client.listen(false);
  client.listen(true);
  await settled();
  assert.deepEqual(spoken.asked, ["1", "4"]);
  client.listen(false);
});

test("the clinic that the page names is told to the server", async () => {
  const server = new Server();
  await started(server, { clinic: "cedar-lane" });
  assert.deepEqual(server.requests[0].body, { clinic: "cedar-lane" });
});

test("a button that is not offered any more is sent in its words", async () => {
  const server = new Server();
  const { client, told } = await started(server);
  server.faults = [() => problem(409, "That choice is not open any more.")];
  const item = await client.choose("b1", "How long?");
  assert.equal(item.state, "sent");
  assert.equal(told.messages.at(-1), 'On "How long?".');
  assert.equal(server.sent[1].body.id, item.id);
});

test("only what an earlier page has shown is history", async () => {
  const server = new Server();
  const { client, told, storage } = await started(server);
  await client.send("hi");
  assert.deepEqual(told.histories, []);
  const again = await started(server, { storage });
  assert.deepEqual(again.told.histories, [true, false]);
});

/** Answers what has no answer: votes and deletions. */
function obeying(server, status = 204) {
  const plain = server.fetch;
  server.fetch = async (address, options) => {
    if (options.method !== "DELETE" && !address.endsWith("/feedback")) return plain(address, options);
    server.requests.push({ ...options, address, body: options.body && JSON.parse(options.body) });
    if (server.down) OFFLINE();
    return new Response(null, { status });
  };
}

test("whether an answer helped is told, and whether that was stored", async () => {
  const server = new Server();
  obeying(server);
  const { client } = await started(server);
  assert.equal(await client.rate(3, true), true);
  assert.deepEqual(server.requests.at(-1).body, { seq: 3, helpful: true });
  server.down = true;
  assert.equal(await client.rate(3, false), false);
});

test("a log-in page in between has stored nothing", async () => {
  const server = new Server();
  const { client } = await started(server);
  server.take = () => new Response("<h1>Welcome</h1>");
  assert.equal(await client.rate(3, true), false);
});

test("deleted is deleted: here, on the server, and what was unsent", async () => {
  const server = new Server();
  obeying(server);
  const { client, told, storage } = await started(server);
  await client.send("hi");
  assert.equal(await client.end(), true);
  assert.equal(told.ends, 1);
  assert.equal(storage.items.size, 0);
  await client.send("again");
  assert.equal(server.tokens.length, 2);
});

test("what could not be deleted is kept, and not called deleted", async () => {
  const server = new Server();
  obeying(server);
  const { client, told, storage } = await started(server);
  await client.send("hi");
  server.down = true;
  assert.equal(await client.end(), false);
  assert.equal(told.ends, 0);
  assert.equal(storage.items.size, 1);
});

test("a conversation that the server has ended already counts as deleted", async () => {
  const server = new Server();
  obeying(server, 401);
  const { client, told } = await started(server);
  await client.send("hi");
  assert.equal(await client.end(), true);
  assert.equal(told.ends, 1);
});

test("an answer that comes after she has deleted all of it is not shown", async () => {
  const server = new Server();
  obeying(server);
  const { client, told } = await started(server);
  await client.send("hi");
  let answer;
  server.faults = [() => new Promise((resolve) => { answer = () => resolve(reply({ messages: [server.say("bot", "late")] })); })];
  const sending = client.send("slow");
  while (!answer) await new Promise(setImmediate);
  await client.end();
  answer();
  await sending;
  assert.ok(!told.messages.includes("late"));
});
