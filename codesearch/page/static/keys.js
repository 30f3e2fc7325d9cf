// The keyboard: / to the question, except while something is typed, arrows among hits, Escape back.

import { $ } from "./dom.js";
import { address, read, withoutFile } from "./state.js";

export function listen({ go }) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const action = { "/": toQuestion, ArrowDown: down, ArrowUp: up, Escape: back }[event.key];
    if (action?.(go)) event.preventDefault();
  });
}

const isAsking = () => document.activeElement === $("question");
const links = () => [...document.querySelectorAll(".hits .open")];

function toQuestion() {
  if (document.activeElement?.matches("input")) return false;
  $("question").focus();
  $("question").select();
  return true;
}

function down() {
  return move(1);
}

function up() {
  return move(-1);
}

function move(step) {
  const all = links();
  if (!all.length) return false;
  const at = all.indexOf(document.activeElement);
  if (at < 0 && !isAsking() && document.activeElement !== document.body) return false;
  if (at < 0 && step < 0) return false;
  const next = at + step;
  if (next < 0) return toQuestion();
  focus(all[Math.min(next, all.length - 1)]);
  return true;
}

function focus(link) {
  link.focus({ preventScroll: true });
  link.closest(".hit").scrollIntoView({ block: "nearest" });
}

// On a link, the browser follows it; in the question, it submits that.
export function toFirst() {
  const [first] = links();
  if (isAsking() && first) focus(first);
}

function back(go) {
  const state = read();
  if (state.refs || state.like) go(address({ ...state, refs: "", like: "" }));
  else if (state.file) leave(state, go);
  else if (state.show) go(address({ ...state, show: "" }));
  else if (isAsking()) return false;
  else return toQuestion();
  return true;
}

// Back to the hits as they were, if the file was opened from there.
function leave(state, go) {
  if (history.state?.isFromHits) history.back();
  else go(address(withoutFile(state)));
}
