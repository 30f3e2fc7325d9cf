// Beside a file: its outline, or the references to a definition, or what is similar to it.

import { badge, h, pathText } from "./dom.js";
import { marked } from "./code.js";
import { address, atFile } from "./state.js";

const MARGIN = 40;
const GROUPS = [
  ["Definitions", (one) => one.certain && one.kind === "definition"],
  ["Calls", (one) => one.certain && one.kind === "call"],
  ["Imports", (one) => one.certain && one.kind === "import"],
  ["Mentions", (one) => one.certain && one.kind === "mention"],
  ["Perhaps something else", (one) => !one.certain],
];

export function outlineView(state, file) {
  const rows = file.definitions.map((one) => {
    const to = { ...state, lines: { first: one.start_line, last: one.end_line } };
    return h(
      "li",
      { class: `depth-${Math.min(one.depth, 5)}` },
      h(
        "a",
        { class: "definition", href: address(to), "data-line": one.start_line },
        badge(one.kind),
        h("span", { class: "symbol" }, one.name || one.kind),
      ),
      one.references > 0 && h("span", { class: "number", title: "Chunks that name it" }, one.references),
    );
  });
  return [
    heading("Outline"),
    rows.length ? h("ul", { class: "outline" }, rows) : h("p", { class: "quiet" }, "It defines nothing."),
  ];
}

// Show which definition a line belongs to.
export function followOutline(side, line) {
  let current = null;
  for (const link of side.querySelectorAll(".outline a")) {
    if (Number(link.dataset.line) > line) break;
    current = link;
  }
  const before = side.querySelector('.outline a[aria-current="true"]');
  if (before === current) return;
  before?.removeAttribute("aria-current");
  if (!current) return;
  current.setAttribute("aria-current", "true");
  const above = current.offsetTop - side.scrollTop;
  if (above < 0 || above > side.clientHeight - MARGIN) side.scrollTop = current.offsetTop - side.clientHeight / 2;
}

export function referencesView(state, references) {
  const name = state.refs.split(/[.:#\\]+/).at(-1);
  const sections = GROUPS.map(([title, belongs]) => {
    const rows = references.filter(belongs).map((one) => reference(state, one, name));
    return (
      rows.length > 0 &&
      h(
        "section",
        {},
        h("h3", {}, title, " ", h("span", { class: "number" }, rows.length)),
        h("ul", { class: "places" }, rows),
      )
    );
  });
  const rest = references.length ? sections : h("p", { class: "quiet" }, "It is neither defined nor used here.");
  return [heading("References", state.refs, close(state)), rest];
}

function reference(state, one, name) {
  const to = { ...atFile(state, one.path, one.line), refs: state.refs };
  const pattern = name ? new RegExp(name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "gu") : null;
  return h(
    "li",
    {},
    h(
      "a",
      { href: address(to) },
      h("span", { class: "path" }, pathText(one.path), h("span", { class: "lines" }, `:${one.line}`)),
      h("code", {}, marked(one.text.trim().slice(0, 200), pattern)),
    ),
  );
}

export function similarView(state, hits, file) {
  const line = Number(state.like);
  const subject = file.definitions.find((one) => one.start_line === line)?.qualified_name ?? `line ${line}`;
  const rows = hits.map((hit) => {
    const to = { ...atFile(state, hit.path, hit.start_line, hit.end_line) };
    return h(
      "li",
      {},
      h(
        "a",
        { href: address(to) },
        h("span", { class: "path" }, pathText(hit.path), h("span", { class: "lines" }, `:${hit.start_line}`)),
        h(
          "span",
          { class: "definition" },
          badge(hit.kind),
          h("span", { class: "symbol" }, hit.qualified_name || hit.kind),
          h("span", { class: "score" }, hit.score.toFixed(2)),
        ),
      ),
    );
  });
  const rest = rows.length ? h("ul", { class: "places" }, rows) : h("p", { class: "quiet" }, "No similar code.");
  return [heading("Similar", subject, close(state)), rest];
}

// What opens and closes the side on a narrow screen.
export function drawer(state, name, label) {
  const isOpen = state.show === name;
  return h(
    "a",
    {
      class: "button small drawer",
      href: address({ ...state, show: isOpen ? "" : name }),
      "aria-expanded": String(isOpen),
    },
    label,
  );
}

function heading(title, subject = "", after = null) {
  return h("h2", {}, h("span", {}, title, subject && " ", subject && h("span", { class: "symbol" }, subject)), after);
}

function close(state) {
  return h(
    "a",
    {
      class: "button small",
      href: address({ ...state, refs: "", like: "" }),
      "aria-label": "Close, and show the outline",
    },
    "Outline",
  );
}
