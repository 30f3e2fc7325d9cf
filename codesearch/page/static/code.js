// Lines of code in colours, with the words of the question marked.

import { h } from "./dom.js";

const LETTERS = /[.*+?^${}()|[\]\\]/g;

// What finds any of these words; null if there are none.
export function marker(words) {
  if (!words.length) return null;
  const longestFirst = [...words].sort((one, other) => other.length - one.length);
  return new RegExp(longestFirst.map((word) => word.replace(LETTERS, "\\$&")).join("|"), "giu");
}

// The parts of a text, with the matches of a pattern marked.
export function marked(text, pattern) {
  if (!pattern) return [text];
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(h("mark", {}, match[0]));
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return parts;
}

// A line's runs, alternately a class and a text.
export function colored(runs, pattern = null) {
  const parts = [];
  for (let i = 0; i < runs.length; i += 2) {
    const texts = marked(runs[i + 1], pattern);
    parts.push(...(runs[i] ? [h("span", { class: `c-${runs[i]}` }, texts)] : texts));
  }
  return parts;
}
