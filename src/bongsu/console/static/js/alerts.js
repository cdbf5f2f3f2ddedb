// Public alerts before they go out: the exact words, who has approved them, what ends them; and notices to ships and aircraft.
// Nobody approves what they have not opened: the button works once the text was shown to this person.

import { ask, send } from "./commands.js";
import { guarded } from "./confirm.js";
import { element, replace } from "./dom.js";
import { code, language, say, utc } from "./words.js";

const OPEN = ["proposed", "partly", "unconfirmed"];
const MACHINE = ["first_look", "own_estimate", "partner_warning", "decided", "drafted"];
const PERSONS = ["shown", "opened", "first_approval", "second_approval", "issued", "delivered"];
const told = new Set();
const opened = new Set();

const nameOf = (one) => `${one.chain}/${one.number}`;
const chosen = (texts) => texts[language()] ?? texts.en;

// Once for each draft, however often the page is drawn; what was not entered is told again.
async function tell(kind, one) {
  const key = `${kind}/${nameOf(one)}`;
  if (told.has(key) || document.visibilityState !== "visible") return;
  told.add(key);
  const answer = await send(kind, one.chain, one.number);
  if (answer.outcome === "failed" || answer.reason === "no_answer" || answer.reason === "past") told.delete(key);
}

function paragraphs(text) {
  return text.split("\n").map((line) => element("p", {}, line));
}

function words(texts) {
  const one = texts && chosen(texts);
  return one ? [element("p", {}, element("strong", {}, one.headline)), paragraphs(one.description), paragraphs(one.instruction)] : null;
}

function ready(one) {
  return Object.entries(one.ready).filter(([, texts]) => chosen(texts)).map(([stage, texts]) =>
    element("details", { "data-key": `ready-${stage}-${one.chain}` }, element("summary", {}, say(`alert.ready.${stage}`)), words(texts)));
}

function times(one) {
  const list = (names) => names.filter((name) => one.times[name]).map((name) => `${say(`alert_time.${name}`)} ${utc(one.times[name])}`).join(" · ") || "–";
  return element("p", { class: "alert-times" }, `${say("alert.machine")}: ${list(MACHINE)}`, element("br"), `${say("alert.persons")}: ${list(PERSONS)}`);
}

function approvals(one) {
  const who = one.approvals.map((approval) => `${approval.person} ${utc(approval.time)}`).join(", ");
  return element("p", { class: "alert-approvals" }, say("alert.approvals", { n: one.approvals.length, needed: one.needed }), who ? `: ${who}` : "");
}

function input(one, name, label, value = "") {
  return element("input", { maxlength: "200", value, "data-key": `${name}-${one.chain}`, "aria-label": say(label), placeholder: say(label) });
}

function buttons(one, redraw) {
  const made = [];
  if (OPEN.includes(one.state)) {
    const approve = guarded(`approve-${nameOf(one)}`, say("command.alert_approve"), one.chain, () => ask("alert_approve", one.chain, one.number, { digest: one.digest }));
    if (!opened.has(nameOf(one))) approve.setAttribute("disabled", "");
    const reason = input(one, "reason", "alert.reason");
    const areas = input(one, "areas", "alert.areas", one.areas.join(" "));
    made.push(approve, element("span", { class: "pair" }, reason, element("button", { type: "button", "data-key": `reject-${one.chain}`,
      onclick: () => ask("alert_reject", one.chain, one.number, { reason: reason.value.trim() }) }, say("command.alert_reject"))));
    if (one.stage === "pre_alert" || one.stage === "alert") {
      made.push(element("span", { class: "pair" }, areas, element("button", { type: "button", "data-key": `edit-${one.chain}`,
        onclick: () => ask("alert_edit", one.chain, one.number, { areas: areas.value.trim() }) }, say("command.alert_edit"))));
    }
  }
  if (OPEN.includes(one.state) || one.told === "alert" || one.told === "pre_alert") {
    made.push(guarded(`withdraw-${nameOf(one)}`, say("command.alert_withdraw"), one.chain, () => ask("alert_withdraw", one.chain, one.number, {}).then(redraw)));
  }
  return made.length ? element("div", { class: "buttons" }, made) : null;
}

function card(one, redraw) {
  const text = element("details", { "data-key": `text-${nameOf(one)}` }, element("summary", { "data-key": `open-${nameOf(one)}` }, say("alert.read")), words(one.words));
  text.open = opened.has(nameOf(one));
  text.addEventListener("toggle", () => {
    if (!text.open || opened.has(nameOf(one))) return;
    opened.add(nameOf(one));
    tell("alert_opened", one);
    redraw();
  });
  const state = one.state === "issued" ? "" : ` · ${code("draft_state", one.state)}`;
  const deadline = OPEN.includes(one.state) && one.state !== "unconfirmed" && one.deadline
    ? element("p", {}, say("alert.deadline"), " ", element("span", { class: "digits", "data-countdown": one.deadline })) : null;
  return element("article", { class: `card alert-${one.state}`, "data-chain": one.chain, "aria-label": one.chain },
    element("h3", {}, `${one.chain} · `, element("strong", {}, code("alert_stage", one.stage)), state, one.state === "issued" ? ` · ${say("alert.issued", { time: utc(one.times.issued) })}` : ""),
    element("p", {}, `${say("alert.areas")}: ${one.areas.join(", ")}`), text, deadline, approvals(one), buttons(one, redraw), ready(one), times(one));
}

function noticeCard(one) {
  const forms = Object.entries(one.forms).map(([name, text]) => element("details", { "data-key": `${name}-${one.notice}` }, element("summary", {}, name.toUpperCase()), element("pre", {}, text)));
  return element("article", { class: `card notice-${one.status}`, "data-notice": one.notice, "aria-label": one.notice },
    element("h3", {}, `${one.notice} · ${say("statement.version", { n: one.version })} · `, element("strong", {}, code("notice", one.status))), paragraphs(chosen(one.texts)), forms);
}

// Which details stand open and what somebody is typing outlive a drawing.
function keeping(parent, draw) {
  const active = parent.contains(document.activeElement) && document.activeElement.tagName === "INPUT" ? document.activeElement : null;
  const typed = active && { key: active.dataset.key, value: active.value, at: active.selectionStart };
  const open = new Set([...parent.querySelectorAll("details[open][data-key]")].map((one) => one.dataset.key));
  draw();
  for (const one of parent.querySelectorAll("details[data-key]")) if (open.has(one.dataset.key)) one.open = true;
  const field = typed && parent.querySelector(`input[data-key="${CSS.escape(typed.key)}"]`);
  if (field) {
    field.value = typed.value;
    field.setSelectionRange(typed.at, typed.at);
  }
}

export function render(panel, parent, drafts, notices) {
  panel.hidden = drafts.length + notices.length === 0;
  const again = () => render(panel, parent, drafts, notices);
  const rank = (one) => (OPEN.includes(one.state) ? 0 : 1);
  const sorted = [...drafts].sort((a, b) => rank(a) - rank(b) || b.time.localeCompare(a.time));
  keeping(parent, () => replace(parent, sorted.map((one) => card(one, again)), notices.map(noticeCard)));
  for (const one of drafts) if (OPEN.includes(one.state)) tell("alert_shown", one);
}
