/** The view: the conversation on the page. What is sent and when is client.js's business. */

import { Client } from "./client.js";

const TYPING_AFTER_MS = 250;     // a quick answer shows no indicator
const TRY_AGAIN_MS = 30_000;     // while the server cannot be reached
const FOLD_FROM_CHARACTERS = 240; // a rest shorter than this is not worth a fold
const SHORT = 34;                // rem of height below which what can be spared is left out
const LOW = 24;                  // and below which the page scrolls as a whole,
const NARROW = 18;               // as it does below this width
const TAGS = new Set(["P", "STRONG", "EM", "UL", "OL", "LI", "A", "BR"]);
const UNREADABLE = new Set(["SCRIPT", "STYLE", "TEMPLATE"]);
const SCHEMES = /^(https?:|tel:|sms:|mailto:)/i;

const WORDS = {
  mother: "You: ",
  bot: "Assistant: ",
  draft: "Draft, not yet signed by a clinician",
  more: "Read more",
  less: "Show less",
  sources: (count) => `Sources (${count})`,
  options: "Suggested replies",
  sending: "Sending…",
  sent: "Sent",
  failed: "Not sent",
  refused: "Not sent",
  retry: "Try again",
  edit: "Change it",
  connecting: "The connection is poor. Trying again…",
  offline: "The chat cannot be reached just now. What you wrote is kept here. "
    + "In danger, call 911. To reach a person, call or text 988.",
  renewed: "The earlier conversation has ended. This is a new one.",
};

const byId = (id) => document.getElementById(id);
const log = byId("log");
const status = byId("status");
const composer = byId("composer");
const text = byId("text");
const client = new Client({ storage: storageOfThisTab() });
const bubbles = new Map(); // id of what she wrote → its place in the log
const typing = element("div", { className: "typing", ariaHidden: "true" }, element("i"), element("i"), element("i"));
let typingTimer = 0;
let againTimer = 0;
let height = 0; // of the log, as it was

// Building blocks

function element(name, properties = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

function button(label, onClick, className = "") {
  const node = element("button", { type: "button", className }, label);
  node.addEventListener("click", onClick);
  return node;
}

/** The server has made this HTML safe; only what is expected is copied from it all the same. */
function safely(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html"); // runs and loads nothing
  return [...body.childNodes].flatMap(copied);
}

function copied(node) {
  if (node.nodeType === Node.TEXT_NODE) return [node.data];
  if (node.nodeType !== Node.ELEMENT_NODE || UNREADABLE.has(node.tagName)) return [];
  const children = [...node.childNodes].flatMap(copied);
  if (!TAGS.has(node.tagName)) return children;
  if (node.tagName === "A") return [link(node.getAttribute("href") ?? "", ...children)];
  return [element(node.tagName, {}, ...children)];
}

function link(address, ...children) {
  if (!SCHEMES.test(address)) return element("span", {}, ...children);
  const elsewhere = /^http/i.test(address) ? { target: "_blank", rel: "noopener noreferrer" } : {};
  return element("a", { href: address, ...elsewhere }, ...children);
}

function paragraphs(plain) {
  return plain.split(/\n{2,}/).map((part) => element("p", {}, part));
}

function fold(className, summary, ...children) {
  return element("details", { className }, element("summary", {}, ...summary), ...children);
}

// What the assistant says

function botMessage(message) {
  const blocks = message.html ? safely(message.html) : paragraphs(message.text);
  const quiet = message.type === "notice" && !message.buttons?.length ? "quiet" : "";
  const node = element("div", { className: `message bot ${message.type} ${quiet}` }, unseen(WORDS.bot));
  node.append(...(message.type === "answer" ? stepwise(blocks) : blocks), ...footer(message));
  if (message.buttons?.length) node.append(options(message.buttons));
  return node;
}

function unseen(words) {
  return element("span", { className: "unseen" }, words);
}

/** The lead at once, the rest on demand. Never used for what concerns danger. */
function stepwise(blocks) {
  const shown = blocks.filter((block) => (block.textContent ?? block).trim());
  const [lead, ...rest] = shown;
  const length = rest.reduce((sum, block) => sum + (block.textContent ?? block).length, 0);
  if (length < FOLD_FROM_CHARACTERS) return shown;
  const summary = [
    element("span", { className: "more" }, WORDS.more),
    element("span", { className: "less" }, WORDS.less),
  ];
  return [lead, fold("rest", summary, ...rest)];
}

function footer({ type, review, sources }) {
  const parts = [];
  if (sources?.length) parts.push(fold("sources", [WORDS.sources(sources.length)], sourceList(sources)));
  if (type === "answer" && review === "draft") parts.push(element("p", { className: "draft" }, WORDS.draft));
  return parts.length ? [element("footer", {}, ...parts)] : [];
}

function sourceList(sources) {
  return element("ul", {}, ...sources.map(source));
}

function source({ title, year, address }) {
  const name = link(withScheme(address), title);
  return element("li", {}, name, year ? `, ${year}` : "");
}

/** Sources are often written without a scheme: fda.gov/… */
function withScheme(address = "") {
  return /^[\w-]+(\.[\w-]+)+(\/|$)/.test(address ?? "") ? `https://${address}` : address ?? "";
}

function options(buttons) {
  const node = element("div", { className: "options", role: "group", ariaLabel: WORDS.options });
  node.append(...buttons.map(({ id, title }) => button(title, (event) => choose(event, id, title))));
  return node;
}

/** Only the latest message's buttons can be pressed; the others leave the page. */
function closeOptions() {
  for (const node of log.querySelectorAll(".options")) node.remove();
}

// What she says

function motherMessage(words) {
  const node = element("div", { className: "message mother" }, unseen(WORDS.mother));
  node.setAttribute("aria-live", "off"); // she knows what she wrote
  node.append(...paragraphs(words));
  return node;
}

function stateLine({ id, state, reason }) {
  const words = [WORDS[state], reason].filter(Boolean).join(": ");
  const node = element("p", { className: `state ${state}` }, words);
  if (state === "failed") node.append(" ", button(WORDS.retry, () => client.retry(id), "retry"));
  if (state === "refused") node.append(" ", button(WORDS.edit, () => edit(id), "retry"));
  if (state === "failed" || state === "refused") node.setAttribute("role", "alert");
  return node;
}

// What happens on the client's side

function onMessage({ detail: message }) {
  if (message.from === "mother") return append(motherMessage(message.text));
  closeOptions();
  const node = botMessage(message);
  if (message.type === "danger") warn(node);
  append(node);
}

function warn(node) {
  if (log.ariaBusy !== "true") node.setAttribute("role", "alert");
  document.body.classList.add("warned"); // the crisis bar stands out from here on
}

function onUnsent({ detail: item }) {
  if (item.known) return forgetBubble(item.id);
  const bubble = bubbleOf(item);
  const focused = bubble.contains(document.activeElement);
  if (!bubble.isConnected || item.state === "sending") place(bubble);
  bubble.querySelector(".state")?.remove();
  bubble.append(stateLine(item));
  bubble.lastElementChild.scrollIntoView({ block: "nearest" });
  if (focused) text.focus(); // the button that she pressed is gone
}

function bubbleOf({ id, text: words }) {
  if (!bubbles.has(id)) bubbles.set(id, motherMessage(words));
  return bubbles.get(id);
}

/** What is sent (again) stands below what was said meanwhile, where its answer will be. */
function place(bubble) {
  closeOptions();
  append(bubble);
}

function forgetBubble(id) {
  bubbles.get(id)?.remove();
  bubbles.delete(id);
}

function onBusy({ detail: busy }) {
  clearTimeout(typingTimer);
  if (busy) typingTimer = setTimeout(() => append(typing), TYPING_AFTER_MS);
  else typing.remove();
  if (!busy) log.ariaBusy = "false"; // what was there before is not read out
}

function onConnection({ detail: connection }) {
  clearTimeout(againTimer);
  if (connection === "offline") againTimer = setTimeout(tryAgain, TRY_AGAIN_MS);
  document.body.dataset.connection = connection;
  status.textContent = WORDS[connection] ?? "";
}

function tryAgain() {
  againTimer = setTimeout(tryAgain, TRY_AGAIN_MS);
  client.wake();
}

function onRenewed() {
  closeOptions();
  append(element("p", { className: "message notice quiet" }, WORDS.renewed));
}

// Place in the log

/** New messages come last, the typing indicator after them; a long answer shows its beginning. */
function append(node) {
  log.append(node);
  if (typing.isConnected && node !== typing) log.append(typing);
  log.lastElementChild.scrollIntoView({ block: "end" });
  if (node.classList.contains("bot")) showBeginning(node);
}

function showBeginning(node) {
  const first = beginningOfTurn(node);
  const top = Math.max(log.getBoundingClientRect().top, byId("crisis").getBoundingClientRect().bottom);
  if (first.getBoundingClientRect().top < top) first.scrollIntoView({ block: "start" });
}

function beginningOfTurn(node) {
  let first = node;
  while (first.previousElementSibling?.classList.contains("bot")) first = first.previousElementSibling;
  return first;
}

/** When the room gets less (a keyboard, a notice), what was last in view stays in view. */
function keepPlace() {
  log.scrollTop += Math.max(0, height - log.clientHeight);
  height = log.clientHeight;
}

// What she does

function submit(event) {
  event?.preventDefault();
  const words = text.value.trim();
  text.focus();
  if (!words) return;
  text.value = "";
  fit();
  client.send(words);
}

function onKey(event) {
  const composing = event.isComposing || event.keyCode === 229; // Enter chooses a word there
  if (event.key === "Enter" && !event.shiftKey && !composing) submit(event);
}

function choose(event, id, title) {
  client.choose(id, title);
  keepFocus(event);
}

function edit(id) {
  text.value = [client.withdraw(id), text.value].filter(Boolean).join("\n");
  forgetBubble(id);
  fit();
  text.focus();
}

/** The button is gone: back to the input, except where that would open a phone's keyboard. */
function keepFocus(event) {
  const byKeyboard = event.detail === 0;
  if (byKeyboard || matchMedia("(pointer: fine)").matches) text.focus();
}

function fit() {
  text.style.height = "auto";
  if (!text.value) return; // a scrollbar that is about to go would count
  text.style.height = `${text.scrollHeight + text.offsetHeight - text.clientHeight}px`;
}

/** Empties the page at once: the other page may take a while to come. */
function leave(event) {
  event.preventDefault();
  client.forget();
  const address = event.currentTarget.href;
  document.body.replaceChildren();
  location.replace(address);
}

// The page

function storageOfThisTab() {
  try {
    return window.sessionStorage;
  } catch {
    return null; // forbidden by the browser's settings
  }
}

/** The page ends above the keyboard (iOS lays it over the page) and saves room where there is little. */
function fitWindow() {
  const root = document.documentElement;
  const { height: room, width, scale } = window.visualViewport;
  if (scale !== 1) return; // she has zoomed in by hand
  const rem = parseFloat(getComputedStyle(root).fontSize);
  const low = room < LOW * rem || width < NARROW * rem;
  const changed = low !== root.classList.contains("low");
  root.style.setProperty("--height", `${room}px`);
  root.classList.toggle("short", low || room < SHORT * rem);
  root.classList.toggle("low", low);
  root.style.setProperty("--bar", `${byId("crisis").offsetHeight}px`);
  if (changed) log.lastElementChild?.scrollIntoView({ block: "end" });
}

client.addEventListener("message", onMessage);
client.addEventListener("unsent", onUnsent);
client.addEventListener("busy", onBusy);
client.addEventListener("connection", onConnection);
client.addEventListener("renewed", onRenewed);
composer.addEventListener("submit", submit);
text.addEventListener("keydown", onKey);
text.addEventListener("input", fit);
byId("leave").addEventListener("click", leave);
byId("leave").addEventListener("keydown", (event) => event.key === " " && leave(event));
window.addEventListener("online", () => client.wake());
document.addEventListener("visibilitychange", () => document.hidden || client.wake());
new ResizeObserver(keepPlace).observe(log);
window.visualViewport.addEventListener("resize", fitWindow);

fitWindow();
client.start();
