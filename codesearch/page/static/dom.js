// Elements, made without markup: what comes from files and names is only ever text.

const INVISIBLE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/gu;
const SVG = "http://www.w3.org/2000/svg";

// Control characters and marks that reorder text, as something that can be seen.
export function visible(text) {
  return text.replace(INVISIBLE, (character) => {
    const code = character.codePointAt(0);
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, visible(String(value)));
  }
  for (const child of children.flat(Infinity)) if (child != null && child !== false) element.append(node(child));
  return element;
}

function node(child) {
  return typeof child === "object" ? child : visible(String(child));
}

export const $ = (id) => document.getElementById(id);

// What scrolls: on a narrow screen, what is beside the page scrolls with it.
export const scroller = () => (getComputedStyle($("main")).overflowY === "visible" ? $("page") : $("main"));

export function say(sentence) {
  $("live").textContent = visible(sentence);
}

export const count = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

export function size(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  let unit = 0;
  while (bytes >= 1000 && unit < units.length - 1) {
    bytes /= 1000;
    unit += 1;
  }
  return `${bytes >= 100 || unit === 0 ? Math.round(bytes) : bytes.toFixed(1)} ${units[unit]}`;
}

// A path with its folders less prominent than its name.
export function pathText(path) {
  const cut = path.lastIndexOf("/") + 1;
  return [h("span", { class: "folder" }, path.slice(0, cut)), h("span", { class: "name" }, path.slice(cut))];
}

const GROUPS = {
  routine: ["function", "method", "constructor", "macro", "test", "getter", "setter", "command", "subroutine"],
  type: ["class", "struct", "interface", "trait", "enum", "type", "protocol", "impl", "union", "record", "object"],
  data: ["variable", "constant", "field", "property", "key", "attribute", "static"],
};

// A letter for a kind of definition, in a colour of its group.
export function badge(kind) {
  const group = Object.keys(GROUPS).find((name) => GROUPS[name].includes(kind)) ?? "other";
  return h("span", { class: `badge ${group}`, title: kind, "aria-hidden": "true" }, kind.slice(0, 1));
}
