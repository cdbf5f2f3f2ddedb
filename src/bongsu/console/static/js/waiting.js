// What waits before it may leave: for its time, or for a person, who says yes or no.

import { ask } from "./commands.js";
import { element, replace } from "./dom.js";
import { code, say, utc } from "./words.js";

function buttons(one) {
  const reason = element("input", { maxlength: "200", "data-key": `why-${one.pending}`, "aria-label": say("waiting.reason"), placeholder: say("waiting.reason") });
  const said = (kind) => () => ask(kind, one.pending, one.version, { reason: reason.value.trim() });
  return element("div", { class: "buttons" },
    element("button", { type: "button", class: "primary", "data-key": `release-${one.pending}`, onclick: said("release") }, say("command.release")),
    element("button", { type: "button", class: "danger", "data-key": `withhold-${one.pending}`, onclick: said("withhold") }, say("command.withhold")), reason);
}

function card(one) {
  const what = `${one.subject || one.item}${one.version ? ` v${one.version}` : ""}${one.field ? `, ${one.field}` : ""}`;
  const until = one.state === "waiting" ? `${say(`waiting.${one.action}`)} ${utc(one.due)}` : `${utc(one.decided)} ${[one.by, one.note].filter(Boolean).join(": ")}`;
  return element("article", { class: `card waiting-${one.state}`, "data-waiting": one.pending, "aria-label": one.pending },
    element("h3", {}, `${one.pending} · ${what} → ${one.recipient.toUpperCase()} · `, element("strong", {}, code("waits", one.state))),
    element("p", {}, `${until} · ${one.rule}${one.reason ? `: ${one.reason}` : ""}`),
    one.state === "waiting" ? buttons(one) : null);
}

export function render(panel, parent, waiting) {
  panel.hidden = waiting.length === 0;
  if (parent.contains(document.activeElement) && document.activeElement.tagName === "INPUT" && document.activeElement.value) return;
  const open = (one) => (one.state === "waiting" ? 0 : 1);
  replace(parent, [...waiting].sort((a, b) => open(a) - open(b) || b.since.localeCompare(a.since)).map(card));
}
