// What is shown, which the address holds in full.

const LINES = /^#L(\d{1,9})(?:-L(\d{1,9}))?$/;
const SINGLE = ["q", "file", "refs", "like", "show", "limit"];
const SEVERAL = ["lang", "kind", "in"];
const FILE_ONLY = { file: "", refs: "", like: "", lines: null };

export function read() {
  const parameters = new URLSearchParams(location.search);
  const state = {};
  for (const name of SINGLE) state[name] = parameters.get(name) ?? "";
  for (const name of SEVERAL) state[name] = parameters.getAll(name);
  const match = LINES.exec(location.hash);
  const [first, last] = match ? [Number(match[1]), Number(match[2] ?? match[1])] : [0, 0];
  state.lines = match ? { first: Math.min(first, last), last: Math.max(first, last) } : null;
  return state;
}

export function address(state) {
  const parameters = new URLSearchParams();
  for (const name of SINGLE) if (state[name]) parameters.set(name, state[name]);
  for (const name of SEVERAL) for (const value of state[name]) parameters.append(name, value);
  const query = parameters.toString().replaceAll("%2F", "/");
  return location.pathname + (query && `?${query}`) + anchor(state.lines);
}

export function anchor(lines) {
  if (!lines) return "";
  return lines.last > lines.first ? `#L${lines.first}-L${lines.last}` : `#L${lines.first}`;
}

// The hits around an open file.
export const withoutFile = (state) => ({ ...state, ...FILE_ONLY, show: "" });

// A file of the same hits, at some lines.
export function atFile(state, file, first = 0, last = first) {
  return { ...withoutFile(state), file, lines: first ? { first, last } : null };
}

// On a narrow screen, what is beside the page opens over it.
export const isDrawerOpen = (state) => Boolean(state.refs || state.like || ["filters", "outline"].includes(state.show));

export const isFiltered = (state) => SEVERAL.some((name) => state[name].length > 0);

export const withoutFilters = (state) => ({ ...state, lang: [], kind: [], in: [] });

// A filter's value put on or off.
export function toggled(state, name, value) {
  const values = state[name];
  return { ...state, [name]: values.includes(value) ? values.filter((one) => one !== value) : [...values, value] };
}
