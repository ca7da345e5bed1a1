import assert from "node:assert/strict";
import { test } from "node:test";

import { Tabs } from "../tabs.js";

const CONVERSATION = { id: "c", token: "t" };

/** Like BroadcastChannel, in one page: each hears what the others post. */
function channels() {
  const all = new Set();
  return class extends EventTarget {
    constructor() {
      super();
      all.add(this);
    }

    postMessage(data) {
      for (const other of all) if (other !== this) queueMicrotask(() => other.dispatchEvent(Object.assign(new Event("message"), { data })));
    }
  };
}

const tab = (Channel, conversation, gone = []) => new Tabs({ Channel, mine: () => conversation, onGone: (id) => gone.push(id) });

test("a new tab is handed the conversation of the one in which she wrote", async () => {
  const Channel = channels();
  tab(Channel, null);
  tab(Channel, CONVERSATION);
  assert.deepEqual(await tab(Channel, null).ask(), CONVERSATION);
});

test("where no tab has one, none is waited for long", async () => {
  const Channel = channels();
  tab(Channel, null);
  assert.equal(await tab(Channel, null).ask(), null);
});

test("when a conversation is deleted the other tabs hear of it", async () => {
  const Channel = channels();
  const gone = [];
  tab(Channel, CONVERSATION, gone);
  tab(Channel, null).tellGone("c");
  await new Promise(setImmediate);
  assert.deepEqual(gone, ["c"]);
});

test("where browsers have no such channel each tab is for itself", async () => {
  const alone = tab(null, CONVERSATION);
  alone.tellGone("c");
  assert.equal(await alone.ask(), null);
});
