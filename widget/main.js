/** The open chat: connects the connection (client.js) with what is on the page. */

import { Client } from "./client.js";
import { Composer } from "./composer.js";
import { button, make } from "./dom.js";
import { Log } from "./log.js";
import { Menu } from "./menu.js";
import { hers, others } from "./message.js";
import { STYLES } from "./styles.js";

const TRY_AGAIN_MS = 30_000;  // while the server cannot be reached
const SETTLE_MS = 500;        // until a screen reader has seen what it is not to read out
const VIOLENCE = "crisis_domestic_violence";

/** Fills the room of the launcher; returns what the launcher needs of it. */
export function begin(shell) {
  const { word } = shell;
  const client = new Client({ base: new URL("webhooks/web", shell.base).href, clinic: shell.getAttribute("clinic") });
  const { store } = client;
  const log = new Log(word("log"));
  const composer = new Composer(word, (text) => client.send(text));
  const bubbles = new Map(); // id of what she wrote → its place in the log
  let messages = [];
  let waiting = [];          // what came while the chat was closed: it is shown, and read out, when she opens it
  let isHistory = false;
  let isBusy = false;
  let isDiscreet = false;
  let againTimer = 0;

  // What is said

  function onMessage({ detail: message }) {
    if (!isHistory) shell.emit("message", { from: message.from });
    if (message.type === "danger") onDanger(message);
    if (shell.panel.open) return show(message);
    waiting.push(message);
    shell.fresh = true;
  }

  function show(message) {
    const { from, seq } = message;
    messages.push(message);
    if (from === "mother") return log.add(hers(message.text, word), { seq, isHers: true });
    log.closeOptions();
    log.add(others(message, word, { onChoice, onRate: (...vote) => client.rate(...vote) }), { seq, isAnswer: isBusy || isHistory });
    composer.ask(message.type === "form" ? message.input : null);
  }

  /** Words of violence at home hide the banner again: who looks over her shoulder must not see it. */
  function onDanger({ kind }) {
    isDiscreet ||= kind === VIOLENCE;
    if (isDiscreet) shell.hide();
    else shell.warn(true);
    store.put({ warned: !isDiscreet });
  }

  function onHistory({ detail }) {
    isHistory = detail;
    if (detail) log.isSilent = true;
    else setTimeout(() => (log.isSilent = false), SETTLE_MS);
  }

  // What she says

  function onUnsent({ detail: item }) {
    if (item.known) return forgetBubble(item.id);
    const bubble = bubbles.get(item.id) ?? hers(item.text, word);
    const focused = bubble.contains(shell.shadowRoot.activeElement);
    bubbles.set(item.id, bubble);
    if (!bubble.isConnected || item.state === "sending") place(bubble);
    bubble.querySelector(".state")?.remove();
    bubble.ariaLive = item.reason || item.state === "failed" ? "polite" : "off"; // what could not be sent is read out
    bubble.append(stateLine(item));
    bubble.lastElementChild.scrollIntoView({ block: "nearest" });
    if (item.state === "sent") messages.push({ from: "mother", text: item.text });
    if (focused) composer.input.focus(); // the button that she pressed is gone
  }

  /** What is sent (again) stands below what was said meanwhile, where its answer will be. */
  function place(bubble) {
    log.closeOptions();
    log.add(bubble, { isHers: true });
  }

  function stateLine({ id, state, reason }) {
    const line = make("p", { className: `state ${state}` }, [word(state), reason].filter(Boolean).join(": "));
    if (state === "failed") line.append(" ", button(word("again"), () => client.retry(id)));
    if (state === "refused") line.append(" ", button(word("edit"), () => edit(id)));
    return line;
  }

  function edit(id) {
    composer.text = [client.withdraw(id), composer.text].filter(Boolean).join("\n");
    forgetBubble(id);
    composer.input.focus();
  }

  function forgetBubble(id) {
    bubbles.get(id)?.remove();
    bubbles.delete(id);
  }

  /** The button is gone: back to the input, except where that would open a phone's keyboard. */
  function onChoice(event, id, title) {
    const byKeyboard = event.detail === 0;
    client.choose(id, title);
    if (byKeyboard || matchMedia("(pointer: fine)").matches) composer.input.focus();
    else log.node.focus();
  }

  // How it goes

  function onBusy({ detail }) {
    isBusy = detail;
    log.isTyping = detail;
  }

  function onConnection({ detail: connection }) {
    clearTimeout(againTimer);
    if (connection === "offline") againTimer = setTimeout(tryAgain, TRY_AGAIN_MS);
    if (connection === "online") return log.status();
    log.status(make("p", {}, word(connection)), ...(connection === "offline" ? [shell.numbers()] : []));
  }

  function tryAgain() {
    againTimer = setTimeout(tryAgain, TRY_AGAIN_MS);
    client.wake();
  }

  function onEnded() {
    messages = [];
    waiting = [];
    bubbles.clear();
    log.clear();
    isDiscreet = false;
    shell.warn(false);
    log.note(word("erased"));
    composer.ask(null);
    if (shell.shadowRoot.activeElement === menu.opener) composer.input.focus();
  }

  const menu = new Menu(shell, {
    messages: () => messages,
    note: (words) => log.note(words),
    remembers: () => store.remembers,
    remember: (wished) => (store.remembers = wished),
    erase: () => client.end(),
  });

  shell.dress(STYLES);
  shell.room.replaceChildren(menu.list, log.node, composer.node);
  shell.top.insertBefore(menu.opener, shell.top.querySelector("#leave"));

  client.addEventListener("message", onMessage);
  client.addEventListener("history", onHistory);
  client.addEventListener("unsent", onUnsent);
  client.addEventListener("busy", onBusy);
  client.addEventListener("connection", onConnection);
  client.addEventListener("renewed", () => log.note(word("renewed")));
  client.addEventListener("ended", onEnded);
  window.addEventListener("online", () => client.wake());
  window.addEventListener("pagehide", () => {
    store.put({ draft: composer.text });
    client.listen(false);
  });
  window.addEventListener("pageshow", () => client.listen(true));
  document.addEventListener("visibilitychange", () => {
    client.listen(!document.hidden);
    if (!document.hidden) client.wake();
  });

  client.start();
  composer.text = store.kept.draft ?? "";
  store.put({ open: true, draft: "" });

  return {
    keep: (state) => store.put(state),
    leave: () => client.forget(),
    shown() {
      shell.fresh = false;
      waiting.splice(0).forEach(show);
    },
  };
}
