import assert from "node:assert/strict";
import { test } from "node:test";

import { launcher } from "./launcher.js";

const { palette, contrast, parsed } = launcher();
const WHITE = [255, 255, 255];
const GROUNDS = { light: [[246, 241, 234], [255, 253, 250]], dark: [[23, 20, 29], [34, 30, 43]] };
const INK = { light: [45, 40, 54], dark: [239, 232, 226] };
const STEPS = [0, 36, 73, 109, 146, 182, 219, 255];
const ALL = STEPS.flatMap((r) => STEPS.flatMap((g) => STEPS.map((b) => [r, g, b])));

test("contrast is counted as WCAG counts it", () => {
  assert.equal(contrast([0, 0, 0], WHITE), 21);
  assert.equal(contrast(WHITE, WHITE), 1);
  assert.ok(Math.abs(contrast([118, 118, 118], WHITE) - 4.54) < 0.01); // #767676, the known edge
  assert.ok(Math.abs(contrast([255, 0, 0], WHITE) - 4.0) < 0.01);
});

for (const theme of ["light", "dark"]) {
  test(`whatever color a clinic chooses, it can be read in the ${theme}`, () => {
    for (const chosen of ALL) {
      const { accent, onAccent, tint } = palette(chosen, theme === "dark");
      for (const ground of GROUNDS[theme]) assert.ok(contrast(accent, ground) >= 4.5, `${chosen} on ${ground}`);
      assert.ok(contrast(onAccent, accent) >= 4.5, `words on ${chosen}`);
      assert.ok(contrast(INK[theme], tint) >= 4.5, `her words on ${chosen}`);
    }
  });
}

test("a color that can be read is left as it is", () => {
  assert.deepEqual([...palette([0, 90, 120], false).accent], [0, 90, 120]);
});

test("colors are read as browsers compute them", () => {
  assert.deepEqual([...parsed("rgb(1, 2, 3)")], [1, 2, 3]);
  assert.deepEqual([...parsed("rgba(1, 2, 3, 0.5)")], [1, 2, 3]);
  assert.deepEqual([...parsed("oklch(0.7 0.1 200)")], [87, 69, 126]); // not understood: our own
});
