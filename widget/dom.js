/** Building blocks of the page. */

export const { make, icon } = customElements.get("nightlight-chat");

const TAGS = new Set(["P", "STRONG", "EM", "UL", "OL", "LI", "A", "BR"]);
const UNREADABLE = new Set(["SCRIPT", "STYLE", "TEMPLATE"]);
const SCHEMES = /^(https?:|tel:|sms:|mailto:)/i;

export function button(label, onClick, className = "") {
  const node = make("button", { type: "button", className }, label);
  node.addEventListener("click", onClick);
  return node;
}

export function fold(className, summary, ...children) {
  return make("details", { className }, make("summary", {}, ...summary), ...children);
}

/** What only a screen reader says. */
export function unseen(words) {
  return make("span", { className: "unseen" }, words);
}

export function link(address, ...children) {
  if (!SCHEMES.test(address)) return make("span", {}, ...children);
  const elsewhere = /^http/i.test(address) ? { target: "_blank", rel: "noopener noreferrer" } : {};
  return make("a", { href: address, ...elsewhere }, ...children);
}

/** The blocks of a message: safe HTML of the server, or plain text. */
export function blocks({ html, text }) {
  const body = html && inert(html);
  if (!body) return text.split(/\n{2,}/).map((part) => make("p", {}, part));
  return [...body.childNodes].flatMap(copied).filter((block) => (block.textContent ?? block).trim());
}

/** The server has made this HTML safe; only what is expected is copied from it all the same. */
function copied(node) {
  if (node.nodeType === Node.TEXT_NODE) return [node.data];
  if (node.nodeType !== Node.ELEMENT_NODE || UNREADABLE.has(node.tagName)) return [];
  const children = [...node.childNodes].flatMap(copied);
  if (!TAGS.has(node.tagName)) return children;
  if (node.tagName === "A") return [link(node.getAttribute("href") ?? "", ...children)];
  return [make(node.tagName, {}, ...children)];
}

let policy; // for host pages that demand trusted types

/** Parsed, without running or loading anything. */
function inert(html) {
  try {
    policy ??= globalThis.trustedTypes?.createPolicy("nightlight", { createHTML: (safe) => safe });
    return new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html").body;
  } catch {
    return null;
  }
}
