// Commands up. One id a command; the desk's answer is shown in words, whatever it is.

import { byId } from "./dom.js";
import { code, has, say } from "./words.js";

export const HEADERS = { "Content-Type": "application/json", "X-Bongsu-Console": "1" };

export function operator() {
  const name = byId("operator-name").value.trim() || "local-operator";
  return { actor: name, role: byId("operator-role").value || "watch" };
}

// Nobody answers for a moment that is over: what a page of the past shows is no ground for a command.
export async function send(kind, about, version, commandArguments = {}) {
  if (document.body.dataset.time === "past") return { outcome: "refused", reason: "past", text: "" };
  const command = `page-${crypto.randomUUID()}`;
  const body = JSON.stringify({ command, kind, about, version, arguments: commandArguments, ...operator() });
  try {
    const answer = await fetch("/api/commands", { method: "POST", headers: HEADERS, body });
    return await answer.json();
  } catch {
    return { outcome: "failed", reason: "no_link", text: "" };
  }
}

export function inWords(kind, answer) {
  const what = code("command", kind);
  if (answer.outcome === "approved") return say("outcome.approved", { what });
  const reason = has(`refusal.${answer.reason}`) ? say(`refusal.${answer.reason}`) : answer.text || answer.reason;
  return say("outcome.refused", { what, reason });
}

let asked = 0;
let last = null;

// What became of the newest command, in the page's language.
export function showOutcome() {
  if (!last) return;
  byId("outcome").textContent = inWords(last.kind, last.answer);
  byId("outcome").dataset.outcome = last.answer.outcome;
}

// Send, and say what became of it. An answer that comes after that to a later command does not cover it, unless it is bad news.
export async function ask(kind, about, version, commandArguments = {}) {
  const number = asked += 1;
  const answer = await send(kind, about, version, commandArguments);
  if (!last || number > last.number || answer.outcome !== "approved") last = { number, kind, answer };
  showOutcome();
  return answer;
}
