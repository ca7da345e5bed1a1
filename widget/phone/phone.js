// Her phone: what she texts goes to the server, what left for her number is asked for. Nothing is kept but her number.

const PAUSE = 700; // milliseconds between two looks
const KEY = "phone-number";

const byId = (id) => document.getElementById(id);
const log = byId("log");
const text = byId("text");
const number = byId("number");

let seen = 0;
let round = 0; // a new one for each number, so that an answer to the last one is left alone

const newNumber = () => `+1214555${String(Math.floor(Math.random() * 10_000)).padStart(4, "0")}`;

function shown(iso) {
  return new Date(iso).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
}

function add(kind, words, note) {
  const bubble = document.createElement("div");
  bubble.className = `text ${kind}`;
  bubble.textContent = words;
  const under = document.createElement("div");
  under.className = kind === "hers" ? "note of-hers" : "note";
  under.textContent = note;
  log.append(bubble, under);
  log.scrollTop = log.scrollHeight;
}

function say(words) {
  byId("status").textContent = words;
}

async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail || answer.title);
  return answer;
}

async function send(body) {
  add("hers", body, shown(new Date().toISOString()));
  try {
    await post("/phone/texts", { from: number.value, body });
    say("");
  } catch (error) {
    say(`Not sent: ${error.message}`);
  }
}

function show(left) {
  const parts = left.segments === 1 ? "1 part" : `${left.segments} parts`;
  const why = left.purpose === "reply" ? "" : ` · ${left.purpose}`;
  add(left.purpose === "danger" ? "bot danger" : "bot", left.body, `${shown(left.at)} · ${parts}${why}`);
}

async function look(mine) {
  while (mine === round) {
    try {
      const query = new URLSearchParams({ number: number.value, after: String(seen) });
      const response = await fetch(`/phone/texts?${query}`);
      const { texts } = await response.json();
      if (mine !== round) return;
      texts.forEach(show);
      seen += texts.length;
      if (byId("status").textContent.startsWith("No connection")) say("");
    } catch {
      say("No connection. Trying again.");
    }
    await new Promise((done) => setTimeout(done, PAUSE));
  }
}

function use(value) {
  number.value = value;
  sessionStorage.setItem(KEY, value);
  log.replaceChildren();
  byId("enrolled").textContent = "";
  say("");
  seen = 0;
  round += 1;
  look(round);
}

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const body = text.value;
  text.value = "";
  send(body);
  text.focus();
});

text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    byId("composer").requestSubmit();
  }
});

byId("who").addEventListener("submit", (event) => {
  event.preventDefault();
  use(number.value.trim());
});

byId("another").addEventListener("click", () => use(newNumber()));

byId("enrol").addEventListener("click", async () => {
  try {
    const { reference } = await post("/phone/enrolments", { number: number.value });
    byId("enrolled").textContent =
      `Enrolled as ${reference}, and invited: from 9 in the morning to 9 at night the text comes at once. ` +
      "She can answer 1 before it does.";
  } catch (error) {
    byId("enrolled").textContent = error.message;
  }
});

byId("hints").addEventListener("click", (event) => {
  if (event.target.closest("button")) send(event.target.closest("button").textContent);
});

use(sessionStorage.getItem(KEY) || newNumber());
text.focus();
