// Questions to the server, with the token, which the address or the reader brings once and the browser keeps for this
// port.

const KEY = "token";
const UNREADABLE = { message: "The server's answer can't be read." };
const GONE = "The server does not answer any more.";

let command = "";

// What starts the server.
export function setCommand(text) {
  command = text;
}

export class Failure extends Error {
  constructor({ code = "", message, hint = "" }) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

// Take the token out of the address, before anything is copied from there. Returns whether there was one.
export function takeToken() {
  const match = /^#token=([\w.~+/=-]+)$/.exec(location.hash);
  if (!match) return false;
  keepToken(match[1]);
  history.replaceState(history.state, "", location.pathname + location.search);
  return true;
}

export function keepToken(token) {
  localStorage.setItem(KEY, token);
}

// The answer to a question. Throws Failure, or AbortError if the signal says so.
export async function ask(name, parameters = {}, signal = undefined) {
  const query = new URLSearchParams({ page: decodeURIComponent(location.pathname.split("/")[1]) });
  for (const [key, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) if (one !== "") query.append(key, one);
  }
  const headers = { Authorization: `Bearer ${localStorage.getItem(KEY) ?? ""}` };
  let response;
  try {
    response = await fetch(`/api/${name}?${query}`, { headers, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure({ message: GONE, hint: command && `run: ${command}` });
  }
  const answer = await response.json().catch((error) => {
    throw error.name === "AbortError" ? error : new Failure(UNREADABLE);
  });
  if (!response.ok) throw new Failure(answer.error);
  return answer;
}
