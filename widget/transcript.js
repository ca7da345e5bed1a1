/** The conversation to take along: as text, and on paper. */

import { blocks, make } from "./dom.js";
import { speaker, withScheme } from "./message.js";

const PAPER = "body { font: 12pt/1.5 system-ui, sans-serif; margin: 0; color: #000; } "
  + "section { break-inside: avoid; margin-bottom: 1em; } p, ul, h2 { margin: .25em 0; } h2 { font-size: 1em; }";

const cited = ({ title, year, address }) => [title, year, withScheme(address)].filter(Boolean).join(", ");

/** All of it as plain text. */
export function asText(messages, word) {
  return messages.map((message) => {
    const parts = blocks(message).map((block) => {
      const items = block.querySelectorAll?.("li") ?? [];
      return items.length ? [...items].map((item) => `- ${item.textContent}`).join("\n") : block.textContent ?? block;
    });
    const sources = (message.sources ?? []).map((source) => `  [${cited(source)}]`);
    return [speaker(message, word), ...parts, ...sources].join("\n");
  }).join("\n\n");
}

/** Puts it on the clipboard. Resolves to whether the browser allowed that; it does only over https. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Gives it to her as a file with a name that says nothing. */
export function save(text, name) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  make("a", { href: address, download: `${name}.txt` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Opens the browser's print dialog, which can save a PDF, on a page of its own. */
export function print(messages, word, title, place) {
  const paper = make("iframe", { className: "unseen", title, ariaHidden: "true", tabIndex: -1 });
  place.append(paper);
  const { contentWindow: view, contentDocument: page } = paper;
  const sheet = new view.CSSStyleSheet();
  sheet.replaceSync(PAPER);
  page.adoptedStyleSheets = [sheet];
  page.title = title;
  page.body.append(...messages.map((message) => {
    const sources = (message.sources ?? []).map((source) => make("p", {}, cited(source)));
    return make("section", {}, make("h2", {}, speaker(message, word)), ...blocks(message), ...sources);
  }));
  view.addEventListener("afterprint", () => setTimeout(() => paper.remove()));
  view.print();
}
