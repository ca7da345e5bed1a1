/**
 * The launcher: all of the widget that is there before it is opened, in one classic script.
 *
 * The crisis lines, the clinic's number and "Leave quickly" are in it, so they work with the server dead. The
 * conversation (widget/main.js and what it imports) is fetched at the first opening.
 *
 * The server puts one constant in front, NIGHTLIGHT_FACTS:
 *   {short_name, phone, title, country, lines: {US: {emergency: {call, number}, suicide: {call, text, number}}},
 *    texts: what is in texts.json}
 */
(() => {
  const TAG = "nightlight-chat";
  const STORED_AS = "nl-chat"; // as storage.js has it
  const AWAY = "https://www.weather.gov/";
  const FULL = "(max-width: 479.98px), (max-height: 479.98px)";
  const ATTRIBUTES = ["clinic", "colour", "color", "side", "theme", "lang", "dir", "texts", "leave", "full"];
  const READABLE = 4.6; // WCAG asks for 4.5; the rest is for rounding

  const script = document.currentScript;
  const facts = NIGHTLIGHT_FACTS;

  // Colours, as [red, green, blue] of 0 to 255

  const PLUM = [87, 69, 126];
  const BLACK = [0, 0, 0];
  const WHITE = [255, 255, 255];
  const LIGHT = { ground: [246, 241, 234], surface: [255, 253, 250], end: BLACK };
  const DARK = { ground: [23, 20, 29], surface: [43, 37, 55], end: WHITE };

  const linear = (part) => (part <= 10 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = (colour) => colour.reduce((sum, part, i) => sum + linear(part) * [0.2126, 0.7152, 0.0722][i], 0);
  const mix = (colour, other, share) => colour.map((part, i) => Math.round(part + (other[i] - part) * share));
  const css = (colour) => `rgb(${colour.join(" ")})`;

  /** The contrast of two colours, from 1 to 21, as WCAG counts it. */
  function contrast(one, other) {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  }

  /** The colours that follow from the clinic's own, each of them readable on what it stands on, whatever she chose. */
  function palette(chosen, isDark) {
    const { ground, surface, end } = isDark ? DARK : LIGHT;
    let accent = chosen;
    for (let share = 0; share < 1 && Math.min(contrast(accent, ground), contrast(accent, surface)) < READABLE;) {
      accent = mix(chosen, end, (share += 0.02));
    }
    const onAccent = contrast(accent, WHITE) >= READABLE ? WHITE : DARK.ground;
    return { accent, onAccent, tint: mix(surface, accent, isDark ? 0.2 : 0.13) };
  }

  /** What getComputedStyle says of a colour, in numbers. */
  function parsed(computed) {
    return computed.startsWith("rgb") ? computed.match(/[\d.]+/g).slice(0, 3).map(Number) : PLUM;
  }

  // Building blocks

  function make(name, properties = {}, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key.includes("-")) node.setAttribute(key, value);
      else node[key] = value;
    }
    node.append(...children);
    return node;
  }

  function icon(path) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    for (const [name, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  const BUBBLE = "M12 4c5 0 9 3.2 9 7.2s-4 7.3-9 7.3q-1.3 0-2.5-.3L5 20.5l.8-3.6C4.1 15.5 3 13.5 3 11.2 3 7.2 7 4 12 4z";
  const CROSS = "M6 6l12 12M18 6L6 18";

  /** Styles that a host page's Content-Security-Policy cannot forbid; only very old browsers need the element. */
  function dress(root, text) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    } catch {
      root.append(make("style", {}, text));
    }
  }

  /** What `use` gives for the storage of the tab and of the device; nothing where the browser's settings forbid it. */
  function storages(use) {
    return ["sessionStorage", "localStorage"].map((name) => {
      try {
        return use(window[name]);
      } catch {
        return null;
      }
    });
  }

  class NightlightChat extends HTMLElement {
    static observedAttributes = ATTRIBUTES;
    static palette = palette;
    static contrast = contrast;
    static parsed = parsed;
    static make = make;
    static icon = icon;

    facts = facts;
    base = new URL(".", script.src);
    panel = make("dialog", { id: "panel", "aria-labelledby": "title" });
    top = make("div", { id: "top" });
    crisis = make("section", { id: "crisis" });
    room = make("div", { id: "room" });
    #frame = make("div", { id: "frame" });
    #launcher = make("button", { id: "launcher", type: "button", ariaHasPopup: "dialog" });
    #afterwards = make("div", { id: "afterwards", role: "group", hidden: true });
    #probe = make("i", { id: "probe", hidden: true });
    #view = null;     // what main.js made of the room
    #loading = null;
    #opener = null;
    #waits = null;    // what has the focus until there is an input
    #full = matchMedia(FULL);
    #night = matchMedia("(prefers-color-scheme: dark)");

    connectedCallback() {
      if (this.shadowRoot) return;
      dress(this.attachShadow({ mode: "open" }), STYLES);
      this.panel.append(make("div", { id: "scroll" }, this.top, this.crisis, this.room));
      this.#frame.append(this.#probe, this.#afterwards, this.#launcher, this.panel);
      this.shadowRoot.append(this.#frame);
      this.#furnish();
      this.#paint();
      this.#launcher.addEventListener("click", () => this.open());
      this.panel.addEventListener("keydown", (event) => event.key === "Escape" && this.#dismiss(event));
      this.panel.addEventListener("cancel", (event) => this.#dismiss(event)); // Android's gesture
      this.panel.addEventListener("close", () => this.#settle());
      this.#night.addEventListener("change", () => this.#paint());
      this.#full.addEventListener("change", () => this.#refit());
      for (const type of ["resize", "scroll"]) visualViewport.addEventListener(type, () => this.#fit());
      window.addEventListener("online", () => this.#loading || !this.panel.open || this.#load());
      this.#restore();
    }

    attributeChangedCallback() {
      if (!this.shadowRoot) return;
      this.#paint();
      if (!this.#view) this.#furnish();
    }

    /** Opens the chat, and fetches what it needs the first time. Focus goes to the input. */
    open() {
      if (this.panel.open) return;
      const active = document.activeElement;
      this.#opener = active && active !== document.body && active !== this ? active : null;
      this.#paint();
      this.#show(true);
      this.#focus();
      this.keep({ open: true });
      this.emit("open");
    }

    /** Closes it; what was said stays. Focus goes back to where it came from. */
    close() {
      if (!this.panel.open || this.hasAttribute("full")) return;
      const inside = this.shadowRoot.activeElement;
      this.panel.close();
      this.#settle();
      if (inside) (this.#opener?.isConnected ? this.#opener : this.#launcher).focus();
    }

    /** The words of the interface for `key`; `{name}` in them is taken from `values`. */
    word = (key, values = {}) => {
      const words = { title: facts.title, ...facts.texts.en, ...facts.texts[this.language], ...this.#ownWords() };
      return (words[key] ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
    };

    /** "en" or "es": of the attribute, else of the page. */
    get language() {
      const wished = (this.getAttribute("lang") || document.documentElement.lang || "en").slice(0, 2).toLowerCase();
      return facts.texts[wished] ? wished : "en";
    }

    /** Tells the host page. Nothing of what is said is ever in `detail`. */
    emit(name, detail = {}) {
      this.dispatchEvent(new CustomEvent(`nightlight-${name}`, { detail, bubbles: true, composed: true }));
    }

    /** Keeps something of the widget's own state beside the conversation; main.js knows where. */
    keep(state) {
      this.#view?.keep(state);
    }

    /** After danger the lines stay in view, also when the chat is closed. */
    warn(isWarned) {
      this.#frame.classList.toggle("warned", isWarned);
      this.#afterwards.hidden = !isWarned;
    }

    /** After words of violence at home nothing on the page may hint at it, and the way out stands out. */
    hide() {
      this.warn(false);
      this.#frame.classList.add("discreet");
    }

    /** There is something new behind the launcher. */
    set fresh(isFresh) {
      this.#launcher.classList.toggle("fresh", isFresh);
      this.#launcher.ariaLabel = this.word(isFresh ? "fresh" : "open");
    }

    /** The whole of the numbers, with the clinic's own. */
    numbers() {
      const phone = make("a", { href: `tel:${facts.phone}` });
      phone.append(this.word("clinic", { name: facts.short_name, number: facts.phone }));
      return make("ul", { className: "numbers" }, ...this.#lines(), make("li", {}, phone));
    }

    /** More styles for what is in it. */
    dress(text) {
      dress(this.shadowRoot, text);
    }

    /** Empties the page at once, for the other one may take a while to come, and takes its place in the history. */
    leave() {
      this.#view?.leave();
      storages((place) => place.removeItem(STORED_AS));
      document.title = this.word("title");
      document.documentElement.replaceChildren();
      location.replace(this.#away);
    }

    // What stands in the frame

    #furnish() {
      const { language } = this;
      this.#frame.lang = language;
      this.#launcher.replaceChildren(icon(BUBBLE), make("span", {}, this.word("launch")));
      this.#launcher.ariaLabel = this.word("open");
      const name = make("div", { className: "name" }, make("h2", { id: "title" }, this.word("title")));
      name.append(make("p", {}, this.word("about")));
      this.top.replaceChildren(name, this.#leaveLink(), this.#closeButton());
      const lines = this.word("lines");
      for (const node of [this.crisis, this.#afterwards]) node.ariaLabel = lines;
      this.crisis.replaceChildren(make("p", {}, this.word("crisis")), make("ul", {}, ...this.#lines()));
      this.#afterwards.replaceChildren(make("ul", {}, ...this.#lines()));
    }

    #lines() {
      const { emergency, suicide } = facts.lines[facts.country] ?? Object.values(facts.lines)[0];
      const line = (scheme, key, to, number) => {
        return make("li", {}, make("a", { href: `${scheme}:${to}` }, this.word(key, { number })));
      };
      const all = [["tel", "call", emergency.call, emergency.number], ["tel", "call", suicide.call, suicide.number]];
      if (suicide.text) all.push(["sms", "text", suicide.text, suicide.text]);
      return all.map((one) => line(...one));
    }

    #leaveLink() {
      const link = make("a", { id: "leave", href: this.#away, rel: "noreferrer", role: "button" }, this.word("leave"));
      const go = (event) => {
        event.preventDefault();
        this.leave();
      };
      link.addEventListener("click", go);
      link.addEventListener("keydown", (event) => event.key === " " && go(event));
      return link;
    }

    #closeButton() {
      const button = make("button", { id: "close", type: "button", ariaLabel: this.word("close") }, icon(CROSS));
      button.hidden = this.hasAttribute("full");
      button.addEventListener("click", () => this.close());
      return button;
    }

    get #away() {
      const wished = this.getAttribute("leave");
      return /^https?:/.test(wished) ? wished : AWAY;
    }

    #ownWords() {
      try {
        return JSON.parse(this.getAttribute("texts")) ?? {};
      } catch {
        return {};
      }
    }

    // Opening

    #show(isWished) {
      this.#frame.classList.add("open");
      const full = this.#isFull;
      if (full) this.panel.showModal();
      else if (isWished) this.panel.show();
      else this.panel.setAttribute("open", ""); // unlike show() it leaves the focus where it is
      this.#lock(full);
      this.#fit();
      this.#view?.shown();
      if (!this.#view) this.#load();
    }

    async #load() {
      this.#say(make("p", { role: "status" }, this.word("loading")));
      try {
        this.#loading ??= import(new URL("widget/main.js", this.base));
        const { begin } = await this.#loading;
        this.#view ??= begin(this);
        if (this.#waits && this.#waits === this.shadowRoot.activeElement) this.#focus(); // or she is elsewhere by now
      } catch {
        this.#loading = null;
        this.#sayUnreachable();
      }
    }

    #say(...nodes) {
      this.room.replaceChildren(make("div", { className: "plain" }, ...nodes));
    }

    #sayUnreachable() {
      const again = make("button", { type: "button" }, this.word("again"));
      again.addEventListener("click", () => {
        this.panel.focus();
        this.#load();
      });
      this.#say(make("p", { role: "alert" }, this.word("unreachable")), this.numbers(), again);
    }

    #focus() {
      const input = this.room.querySelector("textarea");
      this.#waits = input ?? this.panel.querySelector("#close:not([hidden]), #leave");
      this.#waits.focus();
    }

    /** After a reload the chat is as it was; after going to another page it does not cover that page on a phone. */
    #restore() {
      const { open, warned } = storages((place) => JSON.parse(place.getItem(STORED_AS))).find(Boolean) ?? {};
      const isReload = performance.getEntriesByType("navigation")[0]?.type === "reload";
      if (warned) this.warn(true);
      if (this.hasAttribute("full")) this.open();
      else if (open && (isReload || !this.#isFull)) this.#show(false);
    }

    // Looks

    get #isFull() {
      return this.#full.matches || this.hasAttribute("full");
    }

    #paint() {
      const theme = this.getAttribute("theme");
      const isDark = theme === "dark" || (theme !== "light" && this.#night.matches);
      const wished = this.getAttribute("colour") ?? this.getAttribute("color");
      const { style, classList } = this.#frame;
      if (wished && CSS.supports("color", wished)) style.setProperty("--wished", wished);
      else style.removeProperty("--wished");
      classList.toggle("dark", isDark);
      classList.toggle("left", this.getAttribute("side") === "left");
      classList.toggle("page", this.hasAttribute("full"));
      this.#frame.dir = this.getAttribute("dir") || getComputedStyle(document.documentElement).direction;
      const { accent, onAccent, tint } = palette(parsed(getComputedStyle(this.#probe).color), isDark);
      style.setProperty("--accent", css(accent));
      style.setProperty("--on-accent", css(onAccent));
      style.setProperty("--tint", css(tint));
    }

    #dismiss(event) {
      if (event.defaultPrevented || event.isComposing) return;
      event.preventDefault();
      this.close();
    }

    /** It is closed, by whomever: browsers may close a dialog on their own. */
    #settle() {
      if (this.panel.open || !this.#frame.classList.contains("open")) return;
      this.#frame.classList.remove("open");
      this.#lock(false);
      this.keep({ open: false });
      this.emit("close");
    }

    /** The screen has become a phone's, or is none any more: a dialog over all, or one beside the page. */
    #refit() {
      if (!this.panel.open) return;
      const inside = this.shadowRoot.activeElement;
      this.panel.close();
      this.#show(false);
      inside?.focus();
    }

    /** On a phone the chat ends above the keyboard, which iOS lays over the page. */
    #fit() {
      const { height, offsetTop, scale } = visualViewport;
      if (scale !== 1) return; // she has zoomed in by hand
      this.#frame.style.setProperty("--height", `${height}px`);
      this.#frame.style.setProperty("--top", `${offsetTop}px`);
    }

    #lock(isLocked) {
      document.documentElement.style.overflow = isLocked ? "hidden" : "";
    }
  }

  const STYLES = `
:host {
  all: initial !important;
  position: fixed !important;
  z-index: 2147483000 !important;
  inset: auto 0 0 auto !important;
  display: block !important;
}

@media print { :host { display: none !important; } }

* { box-sizing: border-box; }
[hidden] { display: none !important; }

#frame {
  color-scheme: light;
  --ground: #f6f1ea;
  --surface: #fffdfa;
  --ink: #2d2836;
  --soft: #625a6d;
  --line: #e4dbd0;
  --edge: #857b92;
  --danger-ground: #fdeeea;
  --danger-ink: #43120d;
  --danger-line: #b3372b;
  --danger-fill: #a32b20;
  --on-danger-fill: #fff;
  --plum: #57457e;
  --radius: var(--nightlight-radius, 1.25em);
  --offset: var(--nightlight-offset, 1.25em);
  --bottom: max(var(--offset), env(safe-area-inset-bottom));
  --sides: auto var(--offset);
  --shadow: 0 .25em 1.25em rgb(20 12 30 / 35%);
  --target: 2.75em;
  color: var(--ink);
  font: medium/1.5 var(--nightlight-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif);
  text-align: start;
}

#frame.dark {
  color-scheme: dark;
  --ground: #17141d;
  --surface: #221e2b;
  --ink: #efe8e2;
  --soft: #b6abbd;
  --line: #383143;
  --edge: #8d8199;
  --danger-ground: #3a1b19;
  --danger-ink: #ffe7e2;
  --danger-line: #f0958a;
  --danger-fill: #f7b1a7;
  --on-danger-fill: #3c0f0a;
  --plum: #cdbcf0;
}

#probe { color: var(--wished, var(--nightlight-color, var(--plum))); }

p, ul, h2 { margin: 0; padding: 0; }
ul { list-style: none; }
svg { width: 1.5em; height: 1.5em; fill: none; stroke: currentcolor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }

button, #leave, #crisis a, #afterwards a, .numbers a {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  min-width: var(--target);
  min-height: var(--target);
  padding: .25em 1em;
  border: 1px solid var(--edge);
  border-radius: 99em;
  background: transparent;
  color: inherit;
  font: inherit;
  text-decoration: none;
  cursor: pointer;
  touch-action: manipulation;
}

/* Closed */

#frame.left { --sides: var(--offset) auto; }
#launcher, #afterwards, #panel { position: fixed; bottom: var(--bottom); inset-inline: var(--sides); box-shadow: var(--shadow); }

#launcher {
  gap: .6em;
  min-height: 3.5em;
  padding: 0 1.5em 0 1.25em;
  border: 2px solid #fff;
  background: var(--accent);
  color: var(--on-accent);
  font-weight: 650;
}

.dark #launcher { border-color: var(--ground); }
.open #launcher, .open #afterwards { display: none; }
#launcher:focus-visible { outline-color: #000; box-shadow: 0 0 0 .5em #fff; }

#launcher.fresh::after {
  content: "";
  position: absolute;
  top: -.125em;
  inset-inline-end: .375em;
  width: 1em;
  height: 1em;
  border: 2px solid #fff;
  border-radius: 50%;
  background: var(--danger-fill);
}

#afterwards {
  bottom: calc(var(--bottom) + 4.25em);
  padding: .375em;
  border: 2px solid var(--danger-line);
  border-radius: 1.875em;
  background: var(--danger-ground);
}

#afterwards ul { display: flex; flex-wrap: wrap; gap: .375em; }

/* Open: beside the page on a large screen, over it on a small one */

#panel {
  container-type: size;
  top: auto;
  width: min(25.5em, 100vw - 2.5em);
  max-width: none;
  height: min(44em, 100dvh - 2.5em);
  max-height: none;
  margin: 0;
  padding: 0;
  overflow: hidden;
  border: 1px solid var(--line);
  border-radius: var(--radius);
  background: var(--ground);
  color: inherit;
  overflow-wrap: anywhere;
}

#scroll { display: flex; flex-direction: column; height: 100%; }
#panel::backdrop { background: none; }

.page #panel { border: 0; }
.page #panel, #panel:modal {
  inset: var(--top, 0) 0 auto;
  width: 100%;
  height: var(--height, 100dvh);
  border: 0;
  border-radius: 0;
  box-shadow: none;
}

.page #panel { padding-inline: max(0px, 50vw - 23em); }

#top { display: flex; flex-wrap: wrap; align-items: center; gap: .25em; padding-block: .5em; padding-inline: 1em .375em; background: var(--surface); }
.name { flex: 1 1 3.5em; min-width: 0; overflow-wrap: normal; line-height: 1.25; }
h2 { font-size: 1.1875em; font-weight: 650; }
.name p { color: var(--soft); font-size: .8125em; }
#leave { padding-inline: .75em; font-size: .9375em; min-height: 2.9334em; white-space: nowrap; background: var(--surface); }
#top button { padding: 0; border-color: transparent; }
#more svg { stroke-width: 3; }
.discreet #leave { border-color: transparent; background: var(--accent); color: var(--on-accent); font-weight: 650; }

#crisis {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: .25em .875em;
  padding: .5em 1em;
  border-block: 1px solid var(--line);
  background: var(--danger-ground);
  color: var(--danger-ink);
}

#crisis p { flex: 1 0 auto; max-width: 100%; font-size: .9375em; font-weight: 600; }
#crisis ul { display: flex; flex: 100 1 17em; flex-wrap: wrap; gap: .5em; }
#crisis li { flex: 1 1 auto; }
#crisis a, #afterwards a, .numbers a { width: 100%; border-color: var(--danger-line); background: var(--surface); color: var(--danger-ink); font-weight: 650; white-space: nowrap; }
#crisis a { padding-inline: .25em; }
.warned #crisis { border-color: var(--danger-line); }
.warned #crisis a, #afterwards a { background: var(--danger-fill); color: var(--on-danger-fill); }

#room { position: relative; display: flex; flex: 1; flex-direction: column; min-height: 0; }
.plain { display: flex; flex-direction: column; align-items: flex-start; gap: .75em; padding: 1.25em 1em; overflow-y: auto; }
.numbers { display: flex; flex-wrap: wrap; gap: .5em; }
.numbers a { white-space: normal; text-align: center; }

@media (hover: hover) {
  #leave:hover, #top button:hover { background: var(--tint); color: var(--ink); }
  #crisis a:hover, #afterwards a:hover, .numbers a:hover { text-decoration: underline; }
}

@media (prefers-reduced-motion: no-preference) {
  #panel { animation: come 160ms ease-out; }
  @keyframes come { from { opacity: 0; transform: translateY(.5em); } }
}
`;

  if (customElements.get(TAG)) return; // the script tag stands twice on the page

  customElements.define(TAG, NightlightChat);

  function put() {
    const chat = document.querySelector(TAG) ?? document.createElement(TAG);
    for (const name of ATTRIBUTES) {
      if (name in script.dataset && !chat.hasAttribute(name)) chat.setAttribute(name, script.dataset[name]);
    }
    if (!chat.isConnected) document.documentElement.append(chat); // a body can be transformed, or replaced
    window.Nightlight = {
      open: () => chat.open(),
      close: () => chat.close(),
      /** Calls `tell` with the detail of "open", "close" or "message"; returns what ends that. */
      on(event, tell) {
        const heard = ({ detail }) => tell(detail);
        chat.addEventListener(`nightlight-${event}`, heard);
        return () => chat.removeEventListener(`nightlight-${event}`, heard);
      },
    };
  }

  if (document.body) put();
  else document.addEventListener("DOMContentLoaded", put);
})();
