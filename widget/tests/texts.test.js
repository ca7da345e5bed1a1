import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { folder } from "./launcher.js";

const read = (name) => readFileSync(new URL(name, folder), "utf8");
const texts = JSON.parse(read("texts.json"));
const scripts = readdirSync(folder).filter((name) => name.endsWith(".js")).map(read).join("\n");
const places = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

test("each language has the same words, with the same places to fill", () => {
  for (const [language, words] of Object.entries(texts)) {
    assert.deepEqual(Object.keys(words), Object.keys(texts.en), language);
    for (const key of Object.keys(words)) assert.deepEqual(places(words[key]), places(texts.en[key]), `${language} ${key}`);
  }
});

test("each word is used, and each one that is asked for is there", () => {
  const asked = new Set([...scripts.matchAll(/word\((?:\w+ \? )?"(\w+)"(?: : "(\w+)")?/g)].flatMap((found) => found.slice(1)));
  for (const key of asked) assert.ok(!key || key in texts.en || key === "title", `no words for ${key}`);
  for (const key of Object.keys(texts.en)) assert.ok(scripts.includes(`"${key}"`) || scripts.includes(`.${key}`) || new RegExp(`["' {]${key}["':, }]`).test(scripts), `${key} is not used`);
});

test("no sentence stands in a script", () => {
  const code = scripts.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "").replace(/STYLES = `[\s\S]*?`/g, "");
  const sentences = [...code.matchAll(/"([A-Z][a-z]+(?: [a-z]+)+[^"]*)"/g)].map((found) => found[1]);
  assert.deepEqual(sentences, []);
});
