// What is shown follows the address: every link and key changes the address, and then the page.

import { ask, Failure, keepToken, setCommand, takeToken } from "./api.js";
import { $, h, say, scroller } from "./dom.js";
import { facetsView } from "./facets.js";
import { chosenLines, FileView } from "./file.js";
import { announcement, hitsView, shownAtOnce } from "./hits.js";
import { homeView, pictureView } from "./home.js";
import { listen, toFirst } from "./keys.js";
import { followOutline, outlineView, referencesView, similarView } from "./panel.js";
import { address, anchor, isDrawerOpen, isFiltered, read, withoutFile, withoutFilters } from "./state.js";

const PAUSE = 60;
const POLL = 300;

let running = new AbortController();
let opened = null;
let isShown = false;
let isSubmitted = false;
let site = null;

async function show({ restores = false } = {}) {
  running.abort();
  isShown = false;
  running = new AbortController();
  const { signal } = running;
  const state = read();
  if ($("question").value.trim() !== state.q && document.activeElement !== $("question")) $("question").value = state.q;
  try {
    site ??= await prepared(signal);
    if (state.file) await showFile(state, signal);
    else if (state.q) await showHits(state, signal);
    else await showHome(state, signal);
    isShown = true;
    if (restores) restore();
    if (isSubmitted) toFirst();
    isSubmitted = false;
  } catch (error) {
    if (error.name === "AbortError") return;
    if (error.code === "being-made") {
      site = null;
      setTimeout(show, POLL);
    } else if (error instanceof Failure) showFailure(error);
    else throw error;
  }
}

// The site, once its index is made; how far it is, is shown meanwhile.
async function prepared(signal) {
  for (;;) {
    const state = await ask("state", {}, signal);
    $("name").textContent = state.name;
    setCommand(state.command);
    if (state.ready) return state;
    showProgress(state);
    await new Promise((resolve) => setTimeout(resolve, POLL));
    signal.throwIfAborted();
  }
}

async function showHome(state, signal) {
  const outlined = site.lacks.includes("outline") ? [] : ask("outline", {}, signal);
  const [overview, outlines] = await Promise.all([ask("overview", {}, signal), outlined]);
  put({ main: homeView(state, site, overview, outlines), title: site.name, layout: "home" });
  showFreshness(overview.freshness);
}

async function showHits(state, signal) {
  const question = { q: state.q, lang: state.lang, kind: state.kind, in: state.in, limit: shownAtOnce(state) };
  const [answer, overview] = await Promise.all([ask("hits", question, signal), cachedOverview(signal)]);
  if (overview.freshness !== answer.freshness) overviewOf = null;
  const main = state.show === "map" ? pictureView(state, answer, overview) : hitsView(state, answer);
  put({ main, side: facetsView(state, answer, overview), title: state.q, layout: "results", sideLabel: "Filters" });
  showFreshness(answer.freshness);
  say(announcement(answer));
}

let overviewOf = null;

// The picture's sizes, which hardly change while questions are asked.
async function cachedOverview(signal) {
  overviewOf ??= await ask("overview", {}, signal);
  return overviewOf;
}

async function showFile(state, signal) {
  const isSame = opened?.path === state.file && opened.question === state.q && opened.code.isConnected;
  const [file, panel] = await Promise.all([
    isSame ? opened.file : ask("file", { path: state.file, q: state.q }, signal),
    panelOf(state, signal),
  ]);
  const side = panel ? panel(file) : outlineView(state, file);
  if (!isSame) {
    opened = new FileView(state, file, site);
    put({ main: opened.nodes, side, title: file.path, layout: "file", sideLabel: "Outline" });
    const view = opened;
    ask("colors", { path: state.file }, signal).then(
      ({ lines }) => view.color(lines),
      () => {},
    );
  } else {
    opened.update(state);
    putSide(side);
  }
  if (state.lines) opened.scrollTo(state.lines.first);
  else if (!isSame) scroller().scrollTop = 0;
  followOutline($("side"), state.lines?.first ?? 1);
  if (!isSame && document.activeElement !== $("question")) opened.code.focus({ preventScroll: true });
}

// What is to be beside the file instead of its outline; null for that.
async function panelOf(state, signal) {
  if (state.refs) {
    const references = await ask("references", { symbol: state.refs }, signal);
    return () => referencesView(state, references);
  }
  if (!state.like) return null;
  const hits = await ask("similar", { path: state.file, line: state.like }, signal);
  return (file) => similarView(state, hits, file);
}

function put({ main, side = [], title, layout, sideLabel = "" }) {
  $("page").className = `page ${layout}`;
  $("main").replaceChildren(...main.flat().filter(Boolean));
  putSide(side);
  $("side").setAttribute("aria-label", sideLabel);
  scroller().scrollTop = 0;
  document.title = site && title !== site.name ? `${title} · ${site.name}` : title;
}

function putSide(nodes) {
  const focused = document.activeElement?.dataset?.key;
  $("side").replaceChildren(...nodes.flat().filter(Boolean));
  if (focused) document.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  $("side").hidden = nodes.length === 0;
  $("side").classList.toggle("open", isDrawerOpen(read()));
}

function showProgress({ name, phase, done, total }) {
  const bar = h("progress", total ? { max: total, value: done, "aria-label": "Files" } : { "aria-label": "Files" });
  const how = total
    ? `${phase}: ${done.toLocaleString("en")} of ${total.toLocaleString("en")} files`
    : phase || "looking for files";
  put({
    main: [h("section", { class: "notice" }, h("h1", {}, `The index of ${name} is being made.`), bar, h("p", {}, how))],
    title: name,
    layout: "alone",
  });
}

function showFailure(error) {
  const state = read();
  const isOfName = [state.file, ...state.in].some((name) => name && error.message.startsWith(name));
  const start = isOfName ? error.message[0] : error.message[0].toUpperCase();
  const message = `${start}${error.message.slice(1).replace(/\.$/, "")}.`;
  const way = state.file ? ["Back", withoutFile(state)] : ["Search without filters", withoutFilters(state)];
  const back = (state.file || isFiltered(state)) && button(...way);
  const notice = h(
    "section",
    { class: "notice", role: "alert" },
    h("h1", {}, message),
    error.hint && h("p", {}, error.hint),
    error.code === "token-needed" ? tokenForm() : back,
  );
  put({ main: [notice], title: "codesearch", layout: "alone" });
  notice.querySelector("input")?.focus();
  opened = null;
}

// Asks for the token, and then again for what was to be shown.
function tokenForm() {
  const input = h("input", { type: "password", autocomplete: "off", "aria-label": "Token" });
  const onsubmit = (event) => {
    event.preventDefault();
    keepToken(input.value.trim());
    show();
  };
  return h("form", { class: "token", onsubmit }, input, h("button", { class: "button" }, "Use this token"));
}

const button = (label, state) => h("p", {}, h("a", { class: "button", href: address(state) }, label));

function showFreshness(text) {
  $("freshness").textContent = text.replace(/^fresh: /, "");
  $("freshness").className = !text || text.startsWith("fresh") ? "freshness" : "freshness stale";
  $("freshness").title = text;
}

// Moving about

// `place` is the hit to focus, and how far to scroll.
export function go(href, { replaces = false, isTyped = false, place = null } = {}) {
  clearTimeout(pause);
  const focused = document.activeElement?.dataset?.index;
  if (!replaces) history.replaceState({ ...history.state, scroll: scroller().scrollTop, focused }, "");
  const { q, file } = read();
  history[replaces ? "replaceState" : "pushState"]({ isTyped, isFromHits: Boolean(q && !file), ...place }, "", href);
  show({ restores: place != null });
}

const placeOfMore = () => ({ scroll: scroller().scrollTop, focused: document.querySelectorAll(".hits .open").length });

function restore() {
  const { scroll = 0, focused } = history.state ?? {};
  if (focused !== undefined) document.querySelector(`.open[data-index="${focused}"]`)?.focus({ preventScroll: true });
  if (!read().file) scroller().scrollTop = scroll;
}

let pause = 0;

function typed() {
  isSubmitted = false;
  clearTimeout(pause);
  pause = setTimeout(follow, PAUSE);
}

// To the first hit, once there are those of what was typed.
function submitted(event) {
  event.preventDefault();
  isSubmitted = true;
  follow();
  if (isShown) toFirst();
}

// Ask what was typed.
function follow() {
  const q = $("question").value.trim();
  const state = read();
  if (q === state.q && !state.file) return;
  go(address({ ...withoutFile(state), q, limit: "" }), { replaces: Boolean(history.state?.isTyped), isTyped: true });
}

function clicked(event) {
  const link = event.target.closest("a[href]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.altKey) return;
  const number = link.closest(".code") && link.classList.contains("no") ? Number(link.textContent) : 0;
  if (number) {
    event.preventDefault();
    const state = read();
    const lines = chosenLines(state, number, event.shiftKey);
    history.replaceState(history.state, "", location.pathname + location.search + anchor(lines));
    opened.update(read());
  } else if (!event.shiftKey) {
    event.preventDefault();
    go(link.getAttribute("href"), { place: link.closest(".more") && placeOfMore() });
  }
}

takeToken();
$("home").href = location.pathname;
$("question").value = read().q;
$("question").addEventListener("input", typed);
$("search").addEventListener("submit", submitted);
document.addEventListener("click", clicked);
document.addEventListener("scroll", () => opened?.code.isConnected && followOutline($("side"), opened.currentLine()), {
  capture: true,
  passive: true,
});
addEventListener("popstate", () => show({ restores: true }));
addEventListener("hashchange", () => takeToken() && show());
listen({ go });
if (!read().file) $("question").focus();
show();
