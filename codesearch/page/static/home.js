// The repository before anything is asked: its languages, its picture, and what is used most.

import { badge, count, h, pathText, size } from "./dom.js";
import { picture } from "./facets.js";
import { address, atFile } from "./state.js";

const MOST_LANGUAGES = 8;
const MOST_FILES = 12;

export function homeView(state, site, overview, outlines) {
  const total = Object.values(overview.languages).reduce((sum, bytes) => sum + bytes, 0);
  return [
    h(
      "section",
      { class: "intro" },
      h("h1", {}, site.name),
      h(
        "p",
        { class: "about" },
        site.folders.join("  "),
        ` · ${count(overview.files, "file")} · ${size(total)} · ${count(overview.chunks, "chunk")}`,
      ),
      languages(overview.languages, total),
    ),
    h("section", {}, h("h2", {}, "Folders by size"), picture(state, [], overview, 340)),
    outlines.length > 0 && h("section", {}, h("h2", {}, "Most used definitions"), landmarks(state, outlines)),
  ];
}

// The picture of the hits of a question, as large as there is room.
export function pictureView(state, answer, overview) {
  return [
    h(
      "section",
      { class: "whole" },
      h("h2", {}, `Where the hits for “${state.q}” are`),
      picture(state, answer.spread, overview, Math.max(360, innerHeight - 220)),
    ),
  ];
}

function languages(bytes, total) {
  const shares = Object.entries(bytes).map(([name, number]) => ({ name, share: number / (total || 1) }));
  const shown = shares.slice(0, MOST_LANGUAGES);
  const bar = shown.map(({ share }, i) => {
    const part = h("span", { class: `share tone-${i}` });
    part.style.flexGrow = share;
    return part;
  });
  const legend = shown.map(({ name, share }, i) =>
    h(
      "li",
      {},
      h("span", { class: `dot tone-${i}` }),
      name,
      " ",
      h("span", { class: "number" }, `${share < 0.01 ? "<1" : Math.round(share * 100)} %`),
    ),
  );
  return [h("div", { class: "shares", "aria-hidden": "true" }, bar), h("ul", { class: "legend" }, legend)];
}

function landmarks(state, outlines) {
  const files = outlines.slice(0, MOST_FILES).map((outline) =>
    h(
      "li",
      {},
      h("a", { class: "path", href: address(atFile(state, outline.path)) }, pathText(outline.path)),
      h(
        "ul",
        {},
        outline.definitions.map((one) =>
          h(
            "li",
            {},
            h(
              "a",
              { class: "definition", href: address(atFile(state, outline.path, one.start_line, one.end_line)) },
              badge(one.kind),
              h("span", { class: "symbol" }, one.qualified_name),
            ),
            h("span", { class: "number", title: "Chunks that name it" }, one.references),
          ),
        ),
      ),
    ),
  );
  return h("ul", { class: "landmarks" }, files);
}
