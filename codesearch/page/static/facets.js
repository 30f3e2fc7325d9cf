// What narrows the hits: the picture of where they lie, languages, kinds, and folders.

import { badge, h } from "./dom.js";
import { address, atFile, toggled } from "./state.js";
import { treemap } from "./treemap.js";

const MOST = 10;

export function facetsView(state, answer, overview) {
  const isEnlarged = state.show === "map";
  return [
    h(
      "section",
      { class: "facet" },
      h(
        "h2",
        {},
        "Where",
        h(
          "a",
          { class: "button small", href: address({ ...state, show: isEnlarged ? "" : "map" }) },
          isEnlarged ? "Hits" : "Enlarge",
        ),
      ),
      picture(state, answer.spread, overview, 150),
    ),
    facet(
      state,
      "lang",
      "Language",
      counted(answer.spread, (place) => place.language, state.lang),
    ),
    facet(
      state,
      "kind",
      "Kind",
      counted(answer.spread, (place) => place.kind, state.kind),
    ),
    folders(state, answer.spread),
  ];
}

export function picture(state, places, overview, height) {
  const link = (node) =>
    node.children.length || node.files > 1
      ? address({ ...state, in: [node.path], show: "" })
      : address(atFile(state, node.path));
  return treemap(overview.tree, places, { height, link, label: "Folders by size; the warmer, the more of the hits" });
}

function counted(places, valueOf, chosen) {
  const counts = new Map(chosen.map((value) => [value, 0]));
  for (const place of places) counts.set(valueOf(place), (counts.get(valueOf(place)) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one).slice(0, MOST);
}

function facet(state, name, title, values) {
  if (!values.length) return null;
  const rows = values.map(([value, number]) =>
    option(toggled(state, name, value), `${name}:${value}`, state[name].includes(value), number, [
      name === "kind" && badge(value),
      value,
    ]),
  );
  return h("section", { class: "facet" }, h("h2", {}, title), h("ul", {}, rows));
}

function folders(state, places) {
  const chosen = state.in[0] ?? "";
  const inside = places.filter((place) => !chosen || place.path.startsWith(`${chosen}/`));
  const start = commonFolder(inside, chosen ? `${chosen}/` : "");
  const deeper = inside.filter((place) => place.path.slice(start.length).includes("/"));
  const values = counted(deeper, (place) => start + place.path.slice(start.length).split("/")[0], []);
  const above = chosen.split("/").map((_, i, parts) => parts.slice(0, i + 1).join("/"));
  const row = (folder, number, label) =>
    option({ ...state, in: folder ? [folder] : [] }, `in:${folder}`, folder !== "" && folder === chosen, number, label);
  const rows = [
    ...(chosen ? [row("", "", "All folders"), ...above.map((folder) => row(folder, "", folder))] : []),
    ...values.map(([folder, number]) => row(folder, number, [h("span", { class: "indent" }), folder.slice(start.length)])),
  ];
  return rows.length ? h("section", { class: "facet" }, h("h2", {}, "Folder"), h("ul", {}, rows)) : null;
}

// The deepest folder at or below one that holds all places: those of a cluster may have several names in common.
function commonFolder(places, start) {
  const next = new Set(places.map(({ path }) => path.slice(start.length, path.indexOf("/", start.length) + 1)));
  const [only] = next;
  return next.size === 1 && only ? commonFolder(places, start + only) : start;
}

// `key` tells which option it is, whatever is chosen.
function option(state, key, isChosen, number, label) {
  return h(
    "li",
    {},
    h(
      "a",
      {
        class: isChosen ? "option chosen" : "option",
        href: address({ ...state, limit: "" }),
        "data-key": key,
        "aria-current": isChosen ? "true" : null,
      },
      h("span", { class: "label" }, label),
      h("span", { class: "number" }, number),
    ),
  );
}
