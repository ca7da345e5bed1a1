import assert from "node:assert/strict";
import { test } from "node:test";

import { Stream } from "../stream.js";

const MESSAGE = { seq: 3, from: "care_team", text: "Hello, «you»." };
const event = (message) => `id: ${message.seq}\nevent: message\ndata: ${JSON.stringify(message)}\n\n`;

/** A response that says `parts`, one after the other, and then ends. */
function says(...parts) {
  const encoder = new TextEncoder();
  const bytes = parts.map((part) => (typeof part === "string" ? encoder.encode(part) : part));
  const body = new ReadableStream({ pull: (to) => (bytes.length ? to.enqueue(bytes.shift()) : to.close()) });
  return new Response(body, { headers: { "Content-Type": "text/event-stream; charset=utf-8" } });
}

/** A stream that gets `responses` in turn (a function is called), stops after the last, and notes all that happens. */
async function listened(...responses) {
  const noted = { messages: [], states: [], waits: [] };
  const stream = new Stream({
    ask: async () => {
      const next = responses.shift();
      if (!next) stream.stop();
      return typeof next === "function" ? next() : next ?? says();
    },
    onMessage: (message) => noted.messages.push(message),
    onState: (...state) => noted.states.push(state),
    wait: async (ms) => { noted.waits.push(ms); },
  });
  await stream.start();
  return noted;
}

const OFFLINE = () => { throw new TypeError("fetch failed"); };

test("what the server says by itself is heard", async () => {
  const { messages, states } = await listened(says(": welcome\n\n", event(MESSAGE)));
  assert.deepEqual(messages, [MESSAGE]);
  assert.deepEqual(states[0], ["open"]);
});

test("a message that comes in pieces, in the middle of a letter, is one message", async () => {
  const bytes = new TextEncoder().encode(event(MESSAGE));
  const { messages } = await listened(says(...Array.from(bytes, (_, i) => bytes.slice(i, i + 1))));
  assert.deepEqual(messages, [MESSAGE]);
});

test("signs of life and other events are no messages", async () => {
  const { messages } = await listened(says(": still here\n\n", "event: other\ndata: {}\n\n"));
  assert.deepEqual(messages, []);
});

test("after a break it asks again, and waits longer each time", async () => {
  const { waits, states } = await listened(...Array(8).fill(OFFLINE), says(event(MESSAGE)));
  const expected = [1000, 2000, 4000, 8000, 15_000, 30_000, 30_000, 30_000];
  expected.forEach((ms, i) => assert.ok(waits[i] >= ms * 0.75 && waits[i] <= ms * 1.25, `${i}: ${waits[i]}`));
  assert.deepEqual(states.slice(0, 3), [["broken", 1], ["broken", 2], ["broken", 3]]);
});

test("a connection that came about makes the next wait short again", async () => {
  const { waits } = await listened(OFFLINE, OFFLINE, OFFLINE, says(": welcome\n\n"), OFFLINE);
  assert.ok(waits[3] <= 1250);
});

test("too many requests pass", async () => {
  const { states } = await listened(new Response("{}", { status: 429 }), says(": welcome\n\n"));
  assert.deepEqual(states.slice(0, 2), [["broken", 1], ["open"]]);
});

for (const [what, response, status] of [
  ["an ended conversation", new Response("{}", { status: 401 }), 401],
  ["a server without such events", new Response("{}", { status: 404 }), 404],
  ["a hotel's log-in page", new Response("<h1>Welcome</h1>", { headers: { "Content-Type": "text/html" } }), 404],
]) {
  test(`${what} is not asked again`, async () => {
    const { states, waits } = await listened(response, says(event(MESSAGE)));
    assert.deepEqual(states, [["refused", status]]);
    assert.deepEqual(waits, []);
  });
}

test("a server that falls silent is asked again", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  let asked = 0;
  const silent = (signal) => new Response(new ReadableStream({
    start: (to) => signal.addEventListener("abort", () => to.error(new Error("aborted"))),
  }), { headers: { "Content-Type": "text/event-stream" } });
  const stream = new Stream({
    ask: async (signal) => (asked++ ? (stream.stop(), says()) : silent(signal)),
    onMessage: () => {},
    wait: async () => {},
  });
  const done = stream.start();
  while (asked === 0) await new Promise(setImmediate);
  await new Promise(setImmediate);
  context.mock.timers.tick(45_000);
  await done;
  assert.equal(asked, 2);
});

test("who wakes it need not wait", async () => {
  let asked = 0;
  const stream = new Stream({
    ask: async () => (asked++ ? (stream.stop(), says()) : OFFLINE()),
    onMessage: () => {},
    wait: () => new Promise(() => {}),
  });
  const done = stream.start();
  while (asked === 0) await new Promise(setImmediate);
  await new Promise(setImmediate);
  stream.wake();
  await done;
  assert.equal(asked, 2);
});

test("it listens once, however often it is started", async () => {
  let asked = 0;
  const stream = new Stream({ ask: async () => { asked += 1; return says(); }, onMessage: () => {}, wait: () => new Promise(() => {}) });
  stream.start();
  stream.start();
  await new Promise(setImmediate);
  assert.equal(asked, 1);
  stream.stop();
  assert.equal(stream.isOn, false);
});
