// Joint statements: the exact text, whose word is here, and the three things that an officer may do with it.

import { ask } from "./commands.js";
import { element, replace } from "./dom.js";
import { code, language, number, say, utc } from "./words.js";

function votes(one) {
  const rows = one.votes.map((vote) => {
    const shape = { sign: "●", refuse: "✕" }[vote.vote] ?? "?";
    const reason = vote.reason ? `: ${vote.reason}` : "";
    return element("li", { class: `vote-${vote.vote}` }, `${shape} ${vote.partner.toUpperCase()} ${code("vote", vote.vote)} ${utc(vote.time)}${reason}`);
  });
  const silent = one.missing.filter((member) => !one.votes.some((vote) => vote.partner === member));
  if (silent.length) rows.push(element("li", { class: "vote-missing" }, `? ${say("statement.missing", { who: silent.map((member) => member.toUpperCase()).join(", ") })}`));
  return element("ul", {}, rows);
}

function refusal(one) {
  const reason = element("input", { maxlength: "200", "data-key": `reason-${one.statement}`, "aria-label": say("statement.reason"), placeholder: say("statement.reason") });
  const button = element("button", { type: "button", "data-key": `refuse-${one.statement}`,
    onclick: () => ask("refuse", one.statement, one.version, { circle: one.circle, digest: one.digest, reason: reason.value.trim() }) }, say("command.refuse"));
  return [reason, button];
}

function buttons(one, node) {
  const open = one.status === "open" && !one.adopted;
  const made = [];
  if (open && one.missing.includes(node)) {
    made.push(element("button", { type: "button", class: "primary", "data-key": `sign-${one.statement}`,
      onclick: () => ask("sign", one.statement, one.version, { circle: one.circle, digest: one.digest }) }, say("command.sign")), refusal(one));
  }
  if (open && one.drafter === node) {
    made.push(element("button", { type: "button", class: "danger", "data-key": `withdraw-${one.statement}`,
      onclick: () => ask("withdraw", one.statement, one.version) }, say("command.withdraw")));
  }
  return made.length ? element("div", { class: "buttons" }, made) : null;
}

function state(one) {
  if (one.adopted) return "adopted";
  return one.status === "withdrawn" ? "withdrawn" : "open";
}

function card(one, node) {
  const text = (one.texts[language()] ?? one.texts.en).split("\n").map((line) => element("p", {}, line));
  return element("article", { class: `card statement-${state(one)}`, "data-statement": one.statement, "aria-label": one.statement },
    element("h3", {}, `${one.statement} · ${one.circle} · ${say("statement.version", { n: number(one.version) })} · `, element("strong", {}, say(`statement.${state(one)}`)), one.adopted ? ` ${utc(one.adopted)}` : ""),
    element("div", { class: "statement-text" }, text), votes(one), buttons(one, node));
}

export function render(panel, parent, statements, node) {
  panel.hidden = statements.length === 0;
  // What an officer is typing is not taken away by a partner's word that arrives.
  if (parent.contains(document.activeElement) && document.activeElement.tagName === "INPUT" && document.activeElement.value) return;
  const rank = (one) => ["open", "adopted", "withdrawn"].indexOf(state(one));
  const sorted = [...statements].sort((a, b) => rank(a) - rank(b) || b.time.localeCompare(a.time));
  replace(parent, sorted.map((one) => card(one, node)));
}
