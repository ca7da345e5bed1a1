/** What she can do with the conversation: copy, save, print, remember, delete it. */

import { button, icon, make } from "./dom.js";
import { asText, copy, print, save } from "./transcript.js";

const DOTS = "M5 12h.1M12 12h.1M19 12h.1";

export class Menu {
  opener;
  list = make("div", { id: "menu", hidden: true });
  #shell;
  #does;

  /** does: messages(), note(words), remember(wished), remembers(), erase() → whether it is done. */
  constructor(shell, does) {
    this.#shell = shell;
    this.#does = does;
    const label = shell.word("menu");
    this.opener = button(icon(DOTS), () => (this.list.hidden ? this.#open() : this.#close()));
    Object.assign(this.opener, { id: "more", ariaLabel: label, ariaExpanded: "false" });
    Object.assign(this.list, { role: "group", ariaLabel: label });
    shell.panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.list.hidden) return;
      event.preventDefault(); // or the chat would close, too
      this.#close();
    }, true);
    shell.panel.addEventListener("click", (event) => {
      if (![this.opener, this.list].some((node) => event.composedPath().includes(node))) this.#show(false);
    });
  }

  #show(isOpen) {
    this.list.hidden = !isOpen;
    this.opener.ariaExpanded = String(isOpen);
  }

  #open() {
    this.#offer();
    this.#show(true);
    this.list.firstElementChild.focus();
  }

  #close() {
    this.#show(false);
    this.opener.focus();
  }

  #offer() {
    const { word } = this.#shell;
    const { messages } = this.#does;
    const entry = (key, act) => button(word(key), () => {
      this.#close();
      act();
    });
    this.list.replaceChildren(
      entry("copy", async () => this.#does.note(word(await copy(this.#text) ? "copied" : "uncopied"))),
      entry("save", () => save(this.#text, word("title"))),
      entry("print", () => print(messages(), word, word("title"), this.list)),
      this.#remember(),
      button(word("erase"), () => this.#askToErase()),
    );
  }

  get #text() {
    return asText(this.#does.messages(), this.#shell.word);
  }

  #remember() {
    const { word } = this.#shell;
    const box = make("input", { type: "checkbox", checked: this.#does.remembers() });
    box.addEventListener("change", () => {
      this.#does.remember(box.checked);
      this.#does.note(word(box.checked ? "remembered" : "forgotten"));
    });
    return make("label", {}, box, word("remember"));
  }

  /** Asks once, and says what is erased. */
  #askToErase() {
    const { word } = this.#shell;
    const keep = button(word("erase_no"), () => this.#close());
    const erase = button(word("erase_yes"), () => this.#erase(), "grave");
    const question = make("p", { id: "erasing" }, word("erase_ask"));
    keep.setAttribute("aria-describedby", "erasing");
    this.list.replaceChildren(question, keep, erase);
    keep.focus();
  }

  async #erase() {
    this.#close();
    if (!await this.#does.erase()) this.#does.note(this.#shell.word("unerased"));
  }
}
