// The hits of a question.

import { colored, marker } from "./code.js";
import { badge, count, h, pathText } from "./dom.js";
import { drawer } from "./panel.js";
import { address, atFile, isFiltered, toggled, withoutFilters } from "./state.js";

const STEP = 20;
const CHIPS = { lang: "language", kind: "kind", in: "folder" };

export const shownAtOnce = (state) => Math.min(Number(state.limit) || STEP, 1000);

export function hitsView(state, answer) {
  const pattern = marker(answer.words);
  const nodes = [
    h("p", { class: "chips" }, drawer(state, "filters", "Filters"), chips(state)),
    ...answer.remarks.map((remark) => h("p", { class: "remark" }, sentence(remark))),
  ];
  if (answer.hits.length)
    nodes.push(
      h(
        "ol",
        { class: "hits" },
        answer.hits.map((hit, i) => card(state, hit, i, pattern)),
      ),
    );
  else nodes.push(nothing(state));
  if (answer.is_more) {
    const more = { ...state, limit: String(shownAtOnce(state) + STEP) };
    nodes.push(h("p", { class: "more" }, h("a", { class: "button", href: address(more) }, "Show more")));
  }
  return nodes;
}

function chips(state) {
  const all = Object.entries(CHIPS).flatMap(([name, label]) =>
    state[name].map((value) =>
      h(
        "a",
        { class: "chip", href: address(toggled(state, name, value)), "aria-label": `Remove the ${label} ${value}` },
        h("span", { class: "of" }, label),
        value,
        h("span", { "aria-hidden": "true" }, "×"),
      ),
    ),
  );
  return all;
}

function nothing(state) {
  const help = isFiltered(state)
    ? [" ", h("a", { href: address(withoutFilters(state)) }, "Search without filters"), "."]
    : [" Ask in other words, or name a symbol."];
  return h("p", { class: "nothing" }, "Nothing found.", help);
}

function card(state, hit, index, pattern) {
  const href = address(atFile(state, hit.path, hit.start_line, hit.end_line));
  const lines = hit.end_line > hit.start_line ? `${hit.start_line}–${hit.end_line}` : hit.start_line;
  return h(
    "li",
    { class: "hit" },
    h(
      "h2",
      {},
      h(
        "a",
        { class: "open", href, "data-index": index },
        badge(hit.kind),
        hit.kind !== "file" && hit.qualified_name && h("span", { class: "symbol" }, hit.qualified_name),
        h("span", { class: "path" }, pathText(hit.path), h("span", { class: "lines" }, `:${lines}`)),
      ),
      hit.changed && h("span", { class: "flag" }, "changed since it was indexed"),
      h("span", { class: "score", title: "Score, from 0 to 1" }, hit.score.toFixed(2)),
    ),
    excerpt(state, hit, pattern),
    others(state, hit),
  );
}

function excerpt(state, hit, pattern) {
  const rows = hit.excerpt.flatMap((part, i) => [
    i > 0 && h("div", { class: "gap", "aria-hidden": "true" }, "⋯"),
    ...part.lines.map((runs, offset) => row(state, hit, part.start_line + offset, runs, pattern)),
  ]);
  return h("div", { class: "excerpt" }, rows);
}

function row(state, hit, number, runs, pattern) {
  return h(
    "div",
    { class: number === hit.best_line ? "line best" : "line" },
    h("a", { class: "no", href: address(atFile(state, hit.path, number)), tabindex: -1 }, number),
    h("code", {}, colored(runs, pattern)),
  );
}

function others(state, hit) {
  const also = hit.also.map((one) => place(state, hit.path, one.start_line, one.end_line, one.name || "more"));
  const same = hit.copies.map((one) => place(state, one.path, one.start_line, one.end_line, one.path));
  if (!also.length && !same.length) return null;
  return h(
    "p",
    { class: "others" },
    also.length > 0 && ["also ", listed(also)],
    same.length > 0 && [also.length > 0 && " · ", "same in ", listed(same)],
  );
}

function place(state, path, first, last, text) {
  return h("a", { href: address(atFile(state, path, first, last)) }, `${text}:${first}`);
}

const listed = (links) => links.flatMap((link, i) => (i ? [", ", link] : [link]));

const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

export function announcement(answer) {
  return answer.hits.length ? count(answer.hits.length, "hit") : "Nothing found";
}
