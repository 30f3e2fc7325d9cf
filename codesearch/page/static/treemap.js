// The repository as a picture: folders and files by size, the warmer the more of the hits lie in them.

import { count, h, size, svg } from "./dom.js";

const HEADING = 18;
const GAP = 1.5;
const SMALLEST = 3;
const LETTER = 7.2;
const FEWEST_LETTERS = 5;
const HEATS = 5;

// A picture that fills its width. `link(node)` gives the address of a folder or file.
export function treemap(tree, places, { height, link, label }) {
  const heat = heats(places);
  const frame = h("div", { class: "treemap" });
  const draw = () => {
    const width = Math.round(frame.clientWidth);
    if (!width) return;
    const cells = [];
    layOut(tree, { x: 0, y: 0, width, height }, 0, cells);
    const warmest = Math.max(...cells.filter((cell) => !cell.inner).map((cell) => heat.of(cell.node.path)), 0);
    frame.replaceChildren(
      svg(
        "svg",
        { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": label },
        cells.map((cell) => drawn(cell, heat.of(cell.node.path), warmest, link)),
      ),
    );
  };
  new ResizeObserver(draw).observe(frame);
  return frame;
}

// How much of the hits' scores lies below each path.
function heats(places) {
  const sums = new Map();
  for (const { path, score } of places) {
    const parts = path.split("/");
    for (let i = 1; i <= parts.length; i += 1) {
      const above = parts.slice(0, i).join("/");
      sums.set(above, (sums.get(above) ?? 0) + score);
    }
  }
  return { of: (path) => sums.get(path) ?? 0 };
}

function layOut(node, box, depth, cells) {
  const inner = node.children.length > 0 && box.width > 24 && box.height > 16;
  const head = inner && depth && box.height > 3 * HEADING && box.width > 40 ? HEADING : 0;
  if (depth) cells.push({ node, box, depth, inner, isNamed: head > 0 || (!inner && box.height >= HEADING) });
  if (!inner) return;
  const edge = depth ? 2 : 0;
  const inside = {
    x: box.x + edge,
    y: box.y + (head || edge),
    width: box.width - 2 * edge,
    height: box.height - (head || edge) - edge,
  };
  for (const [child, place] of squarified(node.children, inside)) {
    if (place.width >= SMALLEST && place.height >= SMALLEST) layOut(child, place, depth + 1, cells);
  }
}

// Boxes whose areas are as the sizes, as square as rows allow (Bruls, Huizing and van Wijk).
function* squarified(nodes, box) {
  const total = nodes.reduce((sum, node) => sum + node.size, 0);
  const scale = (box.width * box.height) / (total || 1);
  let { x, y, width, height } = box;
  let rest = [...nodes];
  while (rest.length && width > 0 && height > 0) {
    const side = Math.min(width, height);
    let taken = 1;
    while (taken < rest.length && worst(rest, taken + 1, side, scale) <= worst(rest, taken, side, scale)) taken += 1;
    const row = rest.slice(0, taken);
    const depth = (row.reduce((sum, node) => sum + node.size, 0) * scale) / side;
    let at = 0;
    for (const node of row) {
      const length = (node.size * scale) / depth;
      const place =
        width < height
          ? { x: x + at, y, width: length, height: depth }
          : { x, y: y + at, width: depth, height: length };
      yield [node, place];
      at += length;
    }
    if (width < height) [y, height] = [y + depth, height - depth];
    else [x, width] = [x + depth, width - depth];
    rest = rest.slice(taken);
  }
}

function worst(nodes, taken, side, scale) {
  const areas = nodes.slice(0, taken).map((node) => node.size * scale);
  const sum = areas.reduce((one, other) => one + other, 0);
  return Math.max((side * side * areas[0]) / (sum * sum), (sum * sum) / (side * side * areas[areas.length - 1]));
}

function drawn({ node, box, depth, inner, isNamed }, heat, warmest, link) {
  // By the root, as the best hit scores many times the others.
  const warmth = inner ? "" : ` heat-${heat && Math.ceil(Math.sqrt(heat / warmest) * HEATS)}`;
  const name = `${node.path}: ${node.children.length ? `${count(node.files, "file")}, ` : ""}${size(node.size)}`;
  const title = heat ? `${name}, hits in it` : name;
  const place = { x: box.x + GAP / 2, y: box.y + GAP / 2, width: box.width - GAP, height: box.height - GAP };
  const cell = svg(
    "a",
    {
      class: `cell depth-${Math.min(depth, 4)}${inner ? " inner" : ""}${warmth}`,
      href: link(node),
      "aria-label": title,
    },
    svg("title", {}, title),
    svg("rect", { ...place, rx: 2 }),
  );
  const fits = Math.floor((box.width - 10) / LETTER);
  if (isNamed && fits >= FEWEST_LETTERS) {
    const text = node.name.length > fits ? `${node.name.slice(0, fits - 1)}…` : node.name;
    cell.append(svg("text", { x: box.x + 6, y: box.y + 13 }, text));
  }
  return cell;
}
