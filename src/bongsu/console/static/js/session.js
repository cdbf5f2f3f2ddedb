// Who sits here: a person with an account, or in a drill on this machine the drill's own officer.

import { byId, element, replace } from "./dom.js";
import { HEADERS } from "./commands.js";
import * as view from "./view.js";
import { has, say } from "./words.js";

// A node that is stopped takes the question and never answers.
const ANSWER_MS = 2_000;
let person = null;
let provided = false;

export const current = () => person;

export async function ask() {
  const answer = await fetch("/api/session", { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
  const said = await answer.json();
  person = said.name === null ? null : said;
  provided = said.provider ?? false;
  return person;
}

// Roles that this person may take of those that the node knows.
export const rolesOf = (all) => (!person || person.drill ? all : all.filter((role) => person.roles.includes(role)));

export function showPerson() {
  byId("login").hidden = person !== null;
  byId("operator-name").hidden = !person?.drill;
  byId("person").textContent = person && !person.drill ? person.name : "";
  byId("log-out").hidden = !person || person.drill;
  byId("operator-label").textContent = say(person?.drill ? "operator.drill" : "operator.person");
}

async function logIn(event) {
  event.preventDefault();
  const body = JSON.stringify({ name: byId("login-name").value.trim(), password: byId("login-password").value });
  const box = byId("login-outcome");
  box.textContent = "";
  try {
    const answer = await (await fetch("/api/login", { method: "POST", headers: HEADERS, body })).json();
    byId("login-password").value = "";
    if (answer.outcome === "approved") return location.reload();
    box.textContent = has(`refusal.${answer.reason}`) ? say(`refusal.${answer.reason}`) : answer.reason;
  } catch {
    box.textContent = say("refusal.no_link");
  }
  byId("login-password").focus();
  return undefined;
}

export function listen() {
  byId("login-form").addEventListener("submit", logIn);
  byId("log-out").addEventListener("click", async () => {
    await fetch("/api/logout", { method: "POST", headers: HEADERS, body: "{}" });
    location.reload();
  });
}

export function showLogin() {
  showPerson();
  replace(byId("no-link"), element("span", {}, ""));
  byId("login-provider").hidden = !provided;
  const reason = view.read("login");
  if (reason) byId("login-outcome").textContent = has(`refusal.${reason}`) ? say(`refusal.${reason}`) : reason;
  view.write("login", null);
  byId("login-name").focus();
}
