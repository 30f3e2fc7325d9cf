// A file: its lines, built in blocks so that a long one is there at once, and coloured when the colours come.

import { colored, marker } from "./code.js";
import { $, count, h } from "./dom.js";
import { drawer } from "./panel.js";
import { address, withoutFile } from "./state.js";

const BLOCK = 200;
const TAB = 4;
const READ_AT = 0.28; // of the window's height, as in style.css
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/gu;
const DATA_KINDS = ["variable", "constant", "field", "property", "key", "attribute"];

export class FileView {
  constructor(state, file, site) {
    this.lacks = site.lacks;
    this.path = file.path;
    this.file = file;
    this.question = state.q;
    this.pattern = marker(file.words);
    this.texts = file.text.split("\n");
    if (this.texts.at(-1) === "") this.texts.pop();
    this.runs = null;
    this.state = state;
    this.definitions = new Map(
      file.definitions
        .filter((one) => !DATA_KINDS.includes(one.kind) && one.name)
        .map((one) => [one.signature_line, one]),
    );
    this.blocks = [];
    for (let first = 1; first <= this.texts.length; first += BLOCK) this.blocks.push(this.#placeholder(first));
    this.code = h(
      "div",
      { class: "code", role: "region", "aria-label": `The lines of ${file.path}`, tabindex: 0 },
      this.blocks.map((block) => block.element),
    );
    this.code.style.setProperty("--columns", this.texts.reduce((most, text) => Math.max(most, columns(text)), 1));
    this.head = h("div", { class: "file-head" });
    this.nodes = [this.head, this.code];
    this.update(state);
    this.#fillAround(state.lines?.first ?? 1);
    this.#fillInTurn();
  }

  // Other lines or another panel of the same file.
  update(state) {
    this.state = state;
    this.head.replaceChildren(
      this.#crumbs(),
      h("span", { class: "about" }, `${this.file.language} · ${count(this.texts.length, "line")}`),
      drawer(state, "outline", "Outline"),
    );
    this.#markLines();
  }

  // Colour the lines, a block at a time.
  color(runs) {
    if (runs.length < this.texts.length) return;
    this.runs = runs;
    for (const block of this.blocks) block.isFilled = false;
    this.#fillAround(this.currentLine());
    this.#fillInTurn();
  }

  scrollTo(line) {
    this.#fillAround(line);
    this.#line(line)?.scrollIntoView({ block: "start" });
  }

  // The line that is being read: some way below the top, where scrollTo puts one.
  currentLine() {
    const { top, height } = this.code.getBoundingClientRect();
    const at = $("page").getBoundingClientRect().top + READ_AT * innerHeight;
    const line = Math.ceil(((at - top) / height) * this.texts.length) + 1;
    return Math.min(Math.max(line, 1), this.texts.length);
  }

  #crumbs() {
    const parts = this.path.split("/");
    const folders = parts.slice(0, -1).map((name, i) => {
      const state = { ...withoutFile(this.state), in: [parts.slice(0, i + 1).join("/")] };
      return [
        h("a", { href: address(state), title: "Search only in this folder" }, name),
        h("span", { class: "slash" }, "/"),
      ];
    });
    return h("h1", { class: "crumbs" }, folders, h("span", { class: "name" }, parts.at(-1)));
  }

  #placeholder(first) {
    const length = Math.min(BLOCK, this.texts.length - first + 1);
    const element = h("div", { class: "block" });
    element.style.setProperty("--lines", length);
    return { element, first, length, isFilled: false };
  }

  #fill(block) {
    if (block.isFilled) return;
    block.isFilled = true;
    const lines = [];
    for (let number = block.first; number < block.first + block.length; number += 1) lines.push(this.#row(number));
    block.element.replaceChildren(...lines);
    this.#markLines(block);
  }

  #fillAround(line) {
    const at = Math.floor((line - 1) / BLOCK);
    for (const block of this.blocks.slice(Math.max(0, at - 1), at + 2)) this.#fill(block);
  }

  #fillInTurn() {
    const next = (deadline) => {
      for (const block of this.blocks) {
        if (!block.isFilled) this.#fill(block);
        if (deadline.timeRemaining() < 4) break;
      }
      if (this.code.isConnected && this.blocks.some((block) => !block.isFilled)) whenIdle(next);
    };
    whenIdle(next);
  }

  #row(number) {
    const runs = this.runs?.[number - 1] ?? ["", this.texts[number - 1]];
    const definition = this.definitions.get(number);
    return h(
      "div",
      { class: "line", id: `L${number}` },
      h("a", { class: "no", href: `#L${number}`, tabindex: -1 }, number),
      h("code", {}, colored(runs, this.pattern)),
      definition && this.#lens(definition),
    );
  }

  #lens(definition) {
    const lines = { first: definition.start_line, last: definition.end_line };
    const references = { ...this.state, lines, refs: definition.qualified_name, like: "" };
    const similar = { ...this.state, lines, refs: "", like: String(definition.start_line) };
    return h(
      "span",
      { class: "lens" },
      this.#link("references", references, `References to ${definition.qualified_name}`),
      this.#link("similar", similar, `Code similar to ${definition.qualified_name}`),
    );
  }

  #link(name, state, label) {
    return !this.lacks.includes(name) && h("a", { href: address(state), "aria-label": label }, name);
  }

  #line(number) {
    return this.code.querySelector(`#L${number}`);
  }

  #markLines(block = null) {
    const { lines } = this.state;
    const places = block ? [block] : this.blocks;
    for (const { element, first, isFilled } of places) {
      if (!isFilled) continue;
      for (const [i, row] of [...element.children].entries()) {
        row.classList.toggle("chosen", lines != null && first + i >= lines.first && first + i <= lines.last);
      }
    }
  }
}

// The address of a line that was clicked, or of those from the chosen one to it.
export function chosenLines(state, number, extends_) {
  const first = extends_ && state.lines ? state.lines.first : number;
  return { first: Math.min(first, number), last: Math.max(first, number) };
}

const whenIdle = window.requestIdleCallback ?? ((run) => setTimeout(() => run({ timeRemaining: () => 8 }), 16));

function columns(text) {
  const tabs = text.split("\t").length - 1;
  return text.length + tabs * (TAB - 1) + (text.match(WIDE)?.length ?? 0);
}
