/** Where she writes. */

import { make, unseen } from "./dom.js";

const MODES = { tel: "tel" }; // of what the server asks for; all else is typed with letters

export class Composer {
  node;
  input;

  constructor(word, onSend) {
    // spellcheck is off because some browsers send the text to their maker to check it
    this.input = make("textarea", { id: "input", rows: 1, placeholder: word("placeholder"), spellcheck: false,
      enterKeyHint: "send", autocomplete: "off", ariaLabel: word("input"), "aria-describedby": "keys" });
    const keys = unseen(word("keys"));
    keys.id = "keys";
    this.node = make("form", { id: "composer" }, this.input, keys, make("button", { id: "send" }, word("send")));
    const submit = (event) => {
      event.preventDefault();
      this.input.focus();
      const text = this.input.value.trim();
      if (!text) return;
      this.text = "";
      onSend(text);
    };
    this.node.addEventListener("submit", submit);
    this.input.addEventListener("keydown", (event) => {
      const isComposing = event.isComposing || event.keyCode === 229; // Enter chooses a word there
      if (event.key === "Enter" && !event.shiftKey && !isComposing) submit(event);
    });
    this.input.addEventListener("input", () => this.#fit());
  }

  get text() {
    return this.input.value;
  }

  set text(text) {
    this.input.value = text;
    this.#fit();
  }

  /** What the open question asks for: {keyboard, autocomplete}, or null for words. The field stays the same one. */
  ask(wished) {
    this.input.inputMode = MODES[wished?.keyboard] ?? "";
    this.input.autocomplete = wished?.autocomplete ?? "off";
    this.input.autocapitalize = wished?.keyboard === "name" ? "words" : "";
  }

  #fit() {
    const { input } = this;
    input.style.height = "auto";
    if (!input.value) return; // a scrollbar that is about to go would count
    input.style.height = `${input.scrollHeight + input.offsetHeight - input.clientHeight}px`;
  }
}
