/** The conversation on the page: one live region, in the order of the messages. */

import { make } from "./dom.js";

const TYPING_AFTER_MS = 250; // a quick answer shows no indicator
const NEAR = 96;             // pixels from the end within which she is taken to read the end

export class Log {
  node;
  #typing = make("div", { className: "typing", ariaHidden: "true" }, make("i"), make("i"), make("i"));
  #status = make("div", { className: "status" });
  #timer = 0;
  #height = 0;

  constructor(label) {
    this.node = make("div", { id: "log", role: "log", tabIndex: 0, ariaLabel: label });
    this.node.append(this.#status);
    new ResizeObserver(() => this.#keepPlace()).observe(this.node);
  }

  /** What is there already when she comes is not read out. */
  set isSilent(wished) {
    this.node.ariaLive = wished ? "off" : "polite";
  }

  /** Adds a message where its number says, or at the end. If it is not `hers`, what she reads just now stays in view. */
  add(node, { seq, isHers = false, isAnswer = false } = {}) {
    const { scrollHeight, scrollTop, clientHeight } = this.node;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (seq) node.dataset.seq = seq;
    const later = [...this.node.children].find((one) => seq && one.dataset.seq > seq);
    this.node.insertBefore(node, later ?? (this.#typing.isConnected ? this.#typing : this.#status));
    if (isHers || isAnswer || isAtEnd) this.#show(node);
  }

  /** Says something that is no message. */
  note(...nodes) {
    this.add(make("div", { className: "message quiet note" }, ...nodes), { isHers: true });
  }

  /** Says how the connection is; nothing if it is as it should be. */
  status(...nodes) {
    this.#status.replaceChildren(...nodes);
    if (nodes.length) this.#status.scrollIntoView({ block: "nearest" });
  }

  set isTyping(wished) {
    clearTimeout(this.#timer);
    if (!wished) this.#typing.remove();
    else this.#timer = setTimeout(() => this.#waits(), TYPING_AFTER_MS);
  }

  /** Only the latest message's buttons can be pressed; the others leave the page. */
  closeOptions() {
    for (const node of this.node.querySelectorAll(".options")) node.remove();
  }

  clear() {
    this.node.replaceChildren(this.#status);
  }

  toEnd() {
    this.#status.scrollIntoView({ block: "end" });
  }

  #waits() {
    this.node.insertBefore(this.#typing, this.#status);
    this.#typing.scrollIntoView({ block: "nearest" });
  }

  /** The end in view; of a long answer its beginning. */
  #show(node) {
    this.toEnd();
    if (!node.classList.contains("bot")) return;
    let first = node;
    while (first.previousElementSibling?.classList.contains("bot")) first = first.previousElementSibling;
    const bar = this.node.parentNode?.previousElementSibling?.getBoundingClientRect().bottom ?? 0;
    if (first.getBoundingClientRect().top < bar) first.scrollIntoView({ block: "start" });
  }

  /** When the room gets less (a keyboard, a notice), what was last in view stays in view. */
  #keepPlace() {
    this.node.scrollTop += Math.max(0, this.#height - this.node.clientHeight);
    this.#height = this.node.clientHeight;
  }
}
