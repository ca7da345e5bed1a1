/** The demonstration: the facts of the clinic that the chat speaks for, and a switch for light and dark. */

const chat = document.querySelector("nightlight-chat");
const { facts } = chat;
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

for (const place of document.querySelectorAll("[data-fact]")) place.textContent = [facts[place.dataset.fact]].flat().join(", ");
for (const section of document.querySelectorAll("[data-model]")) section.hidden = section.dataset.model !== facts.model_of_care;
document.querySelector("[data-address]").textContent = new URL("widget.js", chat.base).href;

const call = document.querySelector("[data-phone]");
call.href = `tel:${facts.phone}`;
call.textContent = `Call ${facts.phone}`;

document.querySelector("[data-open]").addEventListener("click", () => window.Nightlight.open());

function wear(theme) {
  root.dataset.theme = theme;
  chat.setAttribute("theme", theme);
  for (const button of document.querySelectorAll(".switch button")) button.ariaPressed = button.dataset.theme === theme;
}

for (const button of document.querySelectorAll(".switch button")) button.addEventListener("click", () => wear(button.dataset.theme));
wear(dark.matches ? "dark" : "light");
