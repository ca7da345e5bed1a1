/** One message on the page: what the assistant or the care team says, and what she says. */

import { blocks, button, fold, link, make, unseen } from "./dom.js";

const FOLD_FROM = 240; // characters; a rest shorter than this is not worth a fold
const STEP = 480;      // and about so many come with each further step

/** What others say. onChoice(event, id, title): she presses a button; onRate(seq, helpful) resolves to whether it is stored. */
export function others(message, word, { onChoice, onRate }) {
  const { from, type, lang, buttons = [] } = message;
  const quiet = type === "notice" && !buttons.length && from === "bot" ? "quiet" : "";
  const node = make("div", { className: `message bot ${type} ${from} ${quiet}`, lang: lang ?? "", dir: "auto" });
  const shown = blocks(message);
  node.append(from === "bot" ? unseen(word("bot")) : make("strong", { className: "speaker" }, speaker(message, word)));
  node.append(...(type === "answer" ? stepwise(shown, word) : shown), ...footer(message, word, onRate));
  if (buttons.length) node.append(options(buttons, word, onChoice));
  return node;
}

/** What she says; aria-live is off, for she knows what she wrote. */
export function hers(text, word) {
  const node = make("div", { className: "message mother", ariaLive: "off" }, unseen(word("you")));
  node.append(make("p", { dir: "auto" }, text));
  return node;
}

/** Who says it. */
export function speaker({ from, role }, word) {
  return [word({ mother: "you", bot: "bot" }[from] ?? "team"), role].filter(Boolean).join(" · ");
}

/** The lead at once, the rest on demand, step by step. Never used for what concerns danger. */
function stepwise([lead, ...rest], word) {
  const length = (shown) => shown.reduce((sum, { textContent }) => sum + textContent.length, 0);
  if (length(rest) < FOLD_FROM) return [lead, ...rest];
  const enough = rest.findIndex((_, i) => length(rest.slice(0, i + 1)) >= STEP);
  const step = rest.splice(0, enough < 0 ? rest.length : enough + 1);
  const summary = ["more", "less"].map((key) => make("span", { className: key }, word(key)));
  return [lead, fold("rest", summary, ...step.slice(0, -1), ...stepwise([step.at(-1), ...rest], word))];
}

function footer({ type, seq, review, sources, rateable }, word, onRate) {
  const parts = [];
  if (sources?.length) parts.push(fold("sources", [word("sources", { count: sources.length })], sourceList(sources)));
  if (type === "answer" && review === "draft") parts.push(make("p", { className: "draft" }, word("draft")));
  if (rateable) parts.push(rating(word, (helpful) => onRate(seq, helpful)));
  return parts.length ? [make("div", { className: "foot" }, ...parts)] : [];
}

function sourceList(sources) {
  return make("ul", {}, ...sources.map(({ title, year, address }) => {
    return make("li", {}, link(withScheme(address), title), year ? `, ${year}` : "");
  }));
}

/** Sources are often written without a scheme: fda.gov/… */
export function withScheme(address = "") {
  return /^[\w-]+(\.[\w-]+)+(\/|$)/.test(address ?? "") ? `https://${address}` : address ?? "";
}

/** "Was this helpful?" The last vote counts. */
function rating(word, onRate) {
  const said = make("span", {});
  const votes = [["yes", true], ["no", false]].map(([key, helpful]) => {
    const vote = button(word(key), async () => {
      const isStored = await onRate(helpful);
      said.textContent = word(isStored ? "thanks" : "unrated");
      if (isStored) votes.forEach((one) => (one.ariaPressed = one === vote));
    });
    vote.ariaPressed = false;
    return vote;
  });
  const question = word("helpful");
  return make("div", { className: "rating", role: "group", ariaLabel: question }, make("span", {}, question), ...votes, said);
}

function options(buttons, word, onChoice) {
  const node = make("div", { className: "options", role: "group", ariaLabel: word("options") });
  node.append(...buttons.map(({ id, title }) => button(title, (event) => onChoice(event, id, title))));
  return node;
}
