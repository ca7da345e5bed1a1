import assert from "node:assert/strict";
import { test } from "node:test";

import { Store } from "../storage.js";
import { Storage } from "./storage.js";

const CONVERSATION = { id: "c", token: "t" };

test("before she writes nothing is stored, whatever is put", () => {
  const [tab, device] = [new Storage(), new Storage()];
  const store = new Store(tab, device);
  store.load();
  store.put({ open: true });
  store.remembers = true;
  store.put({ conversation: CONVERSATION });
  assert.equal(tab.items.size + device.items.size, 0);
});

test("what she wrote is kept in the tab, and only there", () => {
  const [tab, device] = [new Storage(), new Storage()];
  const store = new Store(tab, device);
  store.wrote();
  store.put({ conversation: CONVERSATION });
  assert.deepEqual(new Store(tab, device).load(), { conversation: CONVERSATION });
  assert.equal(device.items.size, 0);
});

test("if she wishes so it is kept on the device, and not in the tab any more", () => {
  const [tab, device] = [new Storage(), new Storage()];
  const store = new Store(tab, device);
  store.wrote();
  store.put({ conversation: CONVERSATION });
  store.remembers = true;
  assert.deepEqual([tab.items.size, device.items.size], [0, 1]);
  const later = new Store(new Storage(), device);
  assert.deepEqual(later.load(), { conversation: CONVERSATION });
  assert.equal(later.remembers, true);
  later.remembers = false;
  assert.equal(device.items.size, 0);
});

test("what is put is added to what is there", () => {
  const tab = new Storage();
  const store = new Store(tab, null);
  store.wrote();
  store.put({ conversation: CONVERSATION });
  store.put({ open: true });
  assert.deepEqual(new Store(tab, null).load(), { conversation: CONVERSATION, open: true });
});

test("who leaves leaves nothing in either place", () => {
  const [tab, device] = [new Storage(), new Storage()];
  const store = new Store(tab, device);
  store.wrote();
  store.put({ conversation: CONVERSATION });
  tab.setItem("nl-chat", "{}");
  store.remembers = true;
  store.forget();
  store.put({ open: false });
  assert.equal(tab.items.size + device.items.size, 0);
});

test("what somebody else has put there is not believed", () => {
  const tab = new Storage();
  tab.setItem("nl-chat", "{not json");
  assert.deepEqual(new Store(tab, null).load(), {});
});

test("it works where both are forbidden", () => {
  const store = new Store(null, null);
  store.load();
  store.wrote();
  store.put({ conversation: CONVERSATION });
  store.remembers = true;
  store.forget();
  assert.equal(store.hasWritten, false);
});
