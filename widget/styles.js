/** The looks of the open chat; the launcher, its colours and the crisis lines are in widget.js. */

export const STYLES = `
a { color: var(--accent); text-underline-offset: .15em; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; border: 0; clip-path: inset(50%); white-space: nowrap; }

#log {
  position: relative;
  display: flex;
  flex: 1;
  flex-direction: column;
  gap: .75em;
  min-height: 0;
  padding: 1em;
  overflow-y: auto;
  overscroll-behavior: contain;
}

#log:focus-visible { outline-offset: -3px; }
#log > :first-child { margin-top: auto; } /* a short conversation lies near the input */

.message { display: flex; flex-direction: column; gap: .625em; max-width: 94%; scroll-margin-block: .75em; }

.bot, .typing {
  align-self: flex-start;
  padding: .75em 1em;
  border: 1px solid var(--line);
  border-radius: 1.125em;
  border-end-start-radius: .25em;
  background: var(--surface);
}

.speaker { color: var(--accent); font-size: .875em; }
.care_team { border-color: var(--accent); }
.form, .danger { border-start-start-radius: .25em; }
.form { border-inline-start: 4px solid var(--accent); }
.mother { align-items: flex-end; align-self: flex-end; gap: .25em; max-width: 86%; }
.mother p[dir] { padding: .625em 1em; border-radius: 1.125em; border: 1px solid transparent; border-end-end-radius: .25em; background: var(--tint); white-space: pre-wrap; }
.message ul, .message ol { margin: 0; padding-inline-start: 1.375em; list-style: disc; }
.message ol { list-style: decimal; }
.message li + li { margin-top: .25em; }
.quiet { align-self: center; padding: .5em .875em; border: 0; background: none; color: var(--soft); font-size: .9375em; text-align: center; }

.danger { max-width: 100%; border: 2px solid var(--danger-line); border-inline-start-width: 6px; background: var(--danger-ground); color: var(--danger-ink); }
.danger ul { padding: 0; list-style: none; }
.danger a { color: inherit; font-weight: 650; }

.danger :is(p, li):has([href^="tel:"]) { line-height: 2.25; }
.danger :is([href^="tel:"], [href^="sms:"]) { padding: .375em .75em; border-radius: 99em; background: var(--danger-fill); color: var(--on-danger-fill); text-decoration: none; }
.message a:is([href^="tel:"], [href^="sms:"]) { white-space: nowrap; }
.state { color: var(--soft); font-size: .8125em; }
.state:is(.failed, .refused) { color: var(--danger-line); font-weight: 600; text-align: end; }
.state button { margin-inline-start: .375em; }
.mother:has(~ .message) .sent { display: none; }

/* What unfolds */

summary { display: inline-flex; align-items: center; min-height: var(--target); color: var(--accent); cursor: pointer; list-style: none; }
summary::-webkit-details-marker { display: none; }

summary::after {
  content: "";
  width: .45em;
  height: .45em;
  margin-inline-start: .6em;
  border: solid currentcolor;
  border-width: 0 2px 2px 0;
  transform: translateY(-25%) rotate(45deg);
}

[open] > summary::after { transform: translateY(25%) rotate(225deg); }
.rest > summary { font-weight: 600; }
.rest:not([open]) > summary .less, .rest[open] > summary .more { display: none; }
.rest > * + * { margin-top: .625em; }
.rest > summary + * { margin-top: 0; }

.foot { display: flex; flex-wrap: wrap; align-items: center; gap: 0 1em; margin-bottom: -.375em; padding-top: .25em; border-top: 1px solid var(--line); color: var(--soft); font-size: .875em; }
.sources[open] { flex-basis: 100%; padding-bottom: .5em; }
.foot summary { min-height: 3.1429em; }
.sources li > * { display: inline-block; padding-block: .5em; }
.draft { margin-block: .375em; padding: .0625em .625em; border: 1px solid var(--line); border-radius: .75em; font-size: .9286em; }
.rating { display: flex; flex-wrap: wrap; align-items: center; gap: .25em .5em; padding-block: .25em; }
.rating button { min-height: 2.25em; padding: 0 .875em; }
[aria-pressed="true"] { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }

.options { display: flex; flex-wrap: wrap; gap: .5em; margin-top: .25em; }
.options button { border-radius: 1.375em; background: var(--ground); color: var(--accent); font-weight: 550; line-height: 1.3; text-align: start; }

.typing { display: flex; gap: .375em; padding: 1em; }
.typing i { width: .5em; height: .5em; border-radius: 50%; background: var(--soft); }

.status { scroll-margin-bottom: 1em; }
.status:empty { margin-top: -.75em; }
.status:not(:empty) { display: flex; flex-direction: column; gap: .5em; padding: .75em 1em; border: 1px solid var(--edge); border-radius: 1.125em; background: var(--surface); font-size: .9375em; }

/* What she can do with the conversation */

#menu {
  position: absolute;
  z-index: 2;
  top: .25em;
  inset-inline-end: .5em;
  display: flex;
  flex-direction: column;
  width: min(19em, 100% - 1em);
  max-height: calc(100% - .5em);
  padding: .375em;
  overflow-y: auto;
  border: 1px solid var(--edge);
  border-radius: 1em;
  background: var(--surface);
  box-shadow: var(--shadow);
}

#menu :is(button, label) { display: flex; align-items: center; justify-content: flex-start; gap: .625em; min-height: var(--target); padding: .25em .75em; border: 0; border-radius: .625em; text-align: start; cursor: pointer; }
#menu p { padding: .5em .75em; }
#menu button.grave { background: var(--danger-fill); color: var(--on-danger-fill); font-weight: 600; }
input[type="checkbox"] { flex: none; width: 1.25em; height: 1.25em; margin: 0; accent-color: var(--accent); }

/* The input */

#composer { position: relative; display: flex; flex-wrap: wrap; align-items: flex-end; gap: .5em; padding: .625em 1em max(.625em, env(safe-area-inset-bottom)); border-top: 1px solid var(--line); background: var(--surface); }

textarea {
  flex: 1 1 9em;
  min-width: 0;
  min-height: var(--target);
  max-height: 9em;
  padding: .5625em 1em;
  border: 1px solid var(--edge);
  border-radius: 1.375em;
  background: var(--ground);
  color: inherit;
  font: inherit;
  resize: none;
}

textarea:focus-visible { border-color: transparent; outline-width: 2px; outline-offset: -1px; }
textarea::placeholder { color: var(--soft); opacity: 1; }
#send { padding-inline: 1.25em; border-color: transparent; background: var(--accent); color: var(--on-accent); font-weight: 650; }

@media (hover: hover) { .message button:hover, #menu :is(button:not(.grave), label):hover { background: var(--tint); color: var(--ink); } }

@media (prefers-reduced-motion: no-preference) {
  .message { animation: come 180ms ease-out; }
  .typing i { animation: breathe 1.4s ease-in-out infinite; }
  .typing :nth-child(2) { animation-delay: .2s; }
  .typing :nth-child(3) { animation-delay: .4s; }
  @keyframes breathe { 50% { opacity: .25; } }
}

/* A phone with its keyboard open: what can be spared makes room for the conversation. */

@container (max-height: 34em) {
  #top, #crisis { padding-block: .25em; }
  #crisis p, .name p { display: none; }
  #composer { padding-block: .375em; }
}

/* Still less room (a phone on its side, very large text): all of it scrolls, and only the crisis lines and the input stay. */

@container (max-height: 23em) or (max-width: 17.99em) {
  #scroll { display: block; overflow-y: auto; scroll-padding-block: 4em 4.5em; }
  #crisis { position: sticky; top: 0; z-index: 1; }
  #room { min-height: 12em; }
  #log { overflow: visible; padding-inline: .625em; }
  #composer { position: sticky; bottom: 0; }
  .message { max-width: 100%; hyphens: auto; }
  .bot { padding-inline: .75em; }
}

@container (max-width: 17.99em) {
  #scroll { scroll-padding-block: 7em 4.5em; }
  #crisis, #composer { padding-inline: .375em; font-size: .875em; }
  #crisis ul { gap: .25em; }
  #crisis a { padding: 0; }
  #send, textarea { flex-basis: 5em; padding-inline: .5em; }
}
`;
