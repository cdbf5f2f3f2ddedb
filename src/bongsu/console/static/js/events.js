// The list of events: what calls first, the newest next, what is over last.

import { ask } from "./commands.js";
import { element, replace } from "./dom.js";
import { differences, figures, isGone } from "./figures.js";
import { guarded } from "./confirm.js";
import { areaName, countryName } from "./geography.js";
import * as place from "./place.js";
import { code, language, number, say, utc } from "./words.js";

const CALLING = new Set(["active_unacknowledged", "ended_unacknowledged"]);
const OVER_SHOWN = 12;
export const SHELF_S = 300;

let called = {};
let role = "";

// Whom the policy has called at each level of escalation, and who sits here.
export function setCalled(levels, ownRole) {
  called = levels ?? {};
  role = ownRole;
}

// Whether an alarm that waits for an answer calls this page, or others first.
export const callsHere = (event) => calls(event) && event.alarm.level >= (called[role] ?? 0);

function calledBy(level) {
  return Object.entries(called).filter(([, from]) => from <= level).map(([name]) => code("role", name)).join(", ");
}

export const calls = (event) => CALLING.has(event.alarm?.state);

export function sorted(events) {
  const rank = (event) => (calls(event) ? 0 : event.live ? 1 : event.alarm?.state === "latched" ? 1.5 : 2);
  return [...events].sort((a, b) => rank(a) - rank(b) || b.first.localeCompare(a.first) || a.event.localeCompare(b.event));
}

// The oldest that waits is acknowledged first.
export function oldestCalling(events) {
  return events.filter(calls).sort((a, b) => a.alarm.raised.localeCompare(b.alarm.raised))[0];
}

export function impactTimes(event) {
  return event.assessments
    .filter((one) => !isGone(one.status) && one.status !== "passed" && one.estimate?.impact?.time)
    .map((one) => ({ origin: one.origin, time: one.estimate.impact.time }))
    .sort((a, b) => a.time.localeCompare(b.time));
}

function stateWord(event) {
  if (event.assessments.length && event.assessments.every((one) => one.status === "retracted")) return "retracted";
  return event.live ? "live" : "over";
}

function alarmLine(event) {
  const alarm = event.alarm;
  if (!alarm) return null;
  const shape = { active_unacknowledged: "◆", active_acknowledged: "◇", ended_unacknowledged: "■", latched: "▣", shelved: "▽", normal: "✓" }[alarm.state];
  const who = alarm.by || alarm.acknowledged_by, by = who ? say("alarm.by", { who }) : "";
  const scripted = alarm.scripted ? ` (${say("alarm.scripted")})` : "";
  return element("p", { class: `alarm alarm-${alarm.state}` },
    element("span", { "aria-hidden": "true" }, `${shape ?? "?"} `), element("strong", {}, code("alarm", alarm.state)),
    alarm.reason ? ` · ${code("alarm_reason", alarm.reason)}` : "", alarm.changed_by ? ` (${alarm.changed_by.toUpperCase()})` : "",
    by ? ` · ${by}${scripted}` : "", alarm.level ? element("strong", { class: "escalated" }, ` · ${say(`alarm.level_${Math.min(2, alarm.level)}`, { who: calledBy(alarm.level) })}`) : "",
    calls(event) && !callsHere(event) ? element("span", { class: "elsewhere-note" }, ` · ${say("alarm.elsewhere", { who: calledBy(alarm.level) })}`) : "",
    alarm.until ? [" · ", say("alarm.until"), " ", element("span", { "data-countdown": alarm.until, class: "digits" })] : "");
}

function countdown(event) {
  const times = event.live ? impactTimes(event) : [];
  if (times.length === 0) return null;
  return element("p", { class: "countdown" }, say("countdown"), " ",
    element("strong", { "data-countdown": times[0].time, class: "digits" }), ` · ${times[0].origin.toUpperCase()} ${utc(times[0].time)}`);
}

function areas(event) {
  const alert = event.alert;
  if (!alert) return null;
  const rows = alert.areas.map((risk) =>
    element("li", { "data-area": risk.area }, areaName(risk.area), element("small", {}, ` ${code("area", risk.kind)}${risk.time ? ` ${utc(risk.time)}` : ""}`)));
  if (rows.length === 0) rows.push(element("li", { class: "quiet" }, say("areas.none")));
  return element("section", { class: `areas areas-${alert.status}` },
    element("h4", {}, `${say("areas.title")}: ${code("alert", alert.status)}`), element("ul", {}, rows));
}

// An indication of where people live, never a count of them.
function towns(event) {
  if (!event.live || event.towns.length === 0) return null;
  const rows = event.towns.map((one) =>
    element("li", {}, `${one.names[language()] ?? one.names.en} (${countryName(one.country)})`, element("small", {}, ` ${say("unit.km", { n: number(one.distance_km) })}`)));
  return element("section", { class: "towns" }, element("h4", {}, say("towns.title")), element("ul", {}, rows));
}

// Who still shows the old version: the one question after a retraction.
function deliveryText(one) {
  const who = one.recipient.toUpperCase(), n = number(one.version);
  if (one.acknowledged_version === one.version) return [say("delivery.acknowledged", { who, n }), "good"];
  if (one.shown_version === one.version) return [say("delivery.shown", { who, n }), "good"];
  if (one.shown_version !== null) return [say("delivery.old", { who, old: number(one.shown_version), n }), "bad"];
  if (one.received_version === one.version) return [say("delivery.received", { who, n }), "waiting"];
  return [say("delivery.sent", { who, n }), "waiting"];
}

function deliveries(event) {
  if (event.deliveries.length === 0) return null;
  const rows = event.deliveries.map((one) => {
    const [text, rank] = deliveryText(one);
    const shape = { good: "●", bad: "▲", waiting: "○" }[rank];
    const answered = one.acknowledged_version; // a newer version calls nobody who has answered: that somebody did stays in sight
    const earlier = answered !== null && answered !== one.version ? ` · ${say("delivery.acknowledged_earlier", { n: number(answered) })}` : "";
    return element("li", { class: `delivery-${rank}`, "data-recipient": one.recipient }, `${shape} ${text}${earlier}`);
  });
  return element("section", {}, element("h4", {}, say("deliveries.title")), element("ul", {}, rows));
}

// Where a warning of ours that was taken back still stands, console by console, and who can never tell that it does not.
function takebacks(event) {
  if (event.takebacks.length === 0) return null;
  const blocks = event.takebacks.map((one) => {
    const rows = one.holders.flatMap(takebackRows);
    if (one.apart.length > 0) rows.push(["waiting", say("takeback.apart", { list: one.apart.join("; ") })]);
    if (one.onward.length > 0) rows.push(["waiting", say("takeback.onward", { list: one.onward.join("; ").toUpperCase() })]);
    const shapes = { good: "●", bad: "▲", waiting: "○" };
    return element("section", { class: one.open ? "takeback open" : "takeback", "data-warning": one.warning },
      element("h4", {}, say(one.open ? "takeback.open" : "takeback.closed", { warning: one.warning })),
      element("ul", {}, rows.map(([rank, text]) => element("li", { class: `delivery-${rank}` }, `${shapes[rank]} ${text}`))));
  });
  return element("div", {}, blocks);
}

// Somebody may still act on what was taken back: this stays open whatever else goes on.
function unsettled(event) {
  return event.takebacks.some((one) => one.open);
}

function takebackRows(holder) {
  const who = holder.recipient.toUpperCase();
  const late = holder.consoles.filter((screen) => screen.confirmed === null)
    .map((screen) => ["bad", say("takeback.console", { who, console: screen.console, n: number(screen.version) })]);
  if (holder.confirmed === null && late.length === 0) return [["bad", say("takeback.holder", { who })]];
  return late.length > 0 ? late : [["good", say("takeback.confirmed", { who, time: utc(holder.confirmed) })]];
}

function stances(event) {
  if (event.consultations.length === 0) return null;
  const blocks = event.consultations.map((one) => {
    const rows = one.stances.map((stance) => {
      const fields = stance.fields.length ? ` (${stance.fields.map((field) => code("row", field)).join(", ")})` : "";
      const shape = { concur: "●", differ: "≠", unknown: "?" }[stance.position] ?? "?";
      const text = say("stance.line", { who: stance.partner.toUpperCase(), position: code("position", stance.position), about: stance.about.toUpperCase() });
      return element("li", { class: `stance-${stance.position}` }, `${shape} ${text}${fields}`);
    });
    const draft = element("button", { type: "button", class: "draft", "data-key": `draft-${one.circle}-${event.event}`,
      onclick: () => ask("draft", event.event, event.version, { circle: one.circle }) }, say("statement.draft", { circle: one.circle }));
    return [element("h4", {}, `${say("stances.title")}: ${one.circle}`), element("ul", {}, rows), draft];
  });
  return element("section", {}, blocks);
}

function retractButton(event) {
  return guarded(`retract-${event.event}`, say("command.retract"), event.event,
    () => ask("retract", event.event, event.version, { reason: say("retract.reason") }));
}

function buttons(event) {
  const made = [];
  if (calls(event)) {
    made.push(element("button", { type: "button", class: "primary", "data-key": `acknowledge-${event.event}`,
      onclick: () => ask("acknowledge", event.event, event.version) }, say("command.acknowledge"), element("kbd", {}, "a")));
  }
  const state = event.alarm?.state;
  const command = (kind, key = "", more = {}) => element("button", { type: "button", "data-key": `${kind}-${event.event}`,
    onclick: () => ask(kind, event.event, event.version, more) }, say(`command.${kind}`), key ? element("kbd", {}, key) : null);
  if (state === "active_acknowledged") made.push(command("shelve", "s", { seconds: String(SHELF_S) }));
  if (state === "shelved") made.push(command("unshelve", "s"));
  if (state === "latched") made.push(command("reset", "r"));
  for (const one of event.assessments.filter((each) => each.basis === "partner")) {
    for (const position of ["concur", "differ"]) {
      const fields = position === "differ" ? event.differences.map((each) => each.field).join(",") : "";
      made.push(element("button", { type: "button", "data-key": `${position}-${one.origin}-${event.event}`,
        onclick: () => ask("stance", event.event, event.version, { origin: one.origin, position, fields }) },
      say(`stance.${position}`, { who: one.origin.toUpperCase() })));
    }
  }
  if (event.assessments.some((one) => one.basis === "own" && !isGone(one.status))) made.push(retractButton(event));
  return element("div", { class: "buttons" }, made);
}

export function card(event, chosen, onChoose, { paths = [], inSalvo = false } = {}) {
  const word = stateWord(event);
  const differing = differences(event, paths);
  const open = chosen || unsettled(event) || (!inSalvo && (calls(event) || event.live || event.alarm?.state === "latched"));
  const head = element("button", { type: "button", class: "card-head", "aria-expanded": open ? "true" : "false", "data-key": `head-${event.event}`, onclick: () => onChoose(event.event) },
    element("span", { class: "card-id" }, event.event), element("span", { class: `card-word word-${word}` }, say(`event.${word}`)),
    element("span", { class: "card-mode" }, code("mode", event.mode)), element("span", { class: "card-since" }, utc(event.first)));
  const body = open
    ? [countdown(event), place.line(event), buttons(event), figures(event, paths),
      differing.length ? element("section", { class: "differences" }, element("h4", {}, say("differences.title")), element("ul", {}, differing)) : null,
      areas(event), towns(event), deliveries(event), takebacks(event), stances(event)]
    : null;
  return element("article", {
    class: `card ${calls(event) ? "calling" : ""} ${calls(event) && !callsHere(event) ? "elsewhere" : ""} ${chosen ? "chosen" : ""} card-${word}`,
    "data-event": event.event, "data-version": String(event.version), "aria-label": `${event.event} ${say(`event.${word}`)}`,
  }, head, alarmLine(event), body);
}

// One call for all that left together: a count, the earliest impact, one key to acknowledge.
function salvoCard(name, members, cards) {
  const waiting = members.filter(calls);
  const live = members.filter((event) => event.live);
  const times = live.flatMap((event) => impactTimes(event)).sort((a, b) => a.time.localeCompare(b.time));
  const state = waiting.length ? "calling" : live.length ? "live" : "over";
  return element("section", { class: `salvo salvo-${state} ${waiting.length ? "calling" : ""}`, "data-salvo": name,
    "aria-label": say("salvo.title", { n: number(members.length) }) },
  element("p", { class: `alarm ${waiting.length ? "alarm-active_unacknowledged" : ""}` },
    element("strong", {}, `${waiting.length ? "◆" : "◇"} ${say("salvo.title", { n: number(members.length) })}`), " · ",
    waiting.length ? say("salvo.waiting", { n: number(waiting.length) }) : say("salvo.acknowledged")),
  times.length ? element("p", { class: "countdown" }, say("countdown"), " ", element("strong", { "data-countdown": times[0].time, class: "digits" })) : null,
  waiting.length ? element("div", { class: "buttons" }, element("button", { type: "button", class: "primary", "data-key": `acknowledge-salvo-${name}`,
    onclick: () => acknowledge(members) }, say("salvo.acknowledge", { n: number(waiting.length) }), element("kbd", {}, "a"))) : null,
  cards);
}

// Each event that waits is acknowledged in the version that stands here: the desk keeps one word for each.
export async function acknowledge(events) {
  for (const event of events.filter(calls)) await ask("acknowledge", event.event, event.version);
}

// What is shown, in order: a salvo where its first member stands.
export function grouped(events, salvos) {
  const of = new Map(salvos.flatMap((one) => one.events.map((event) => [event, one])));
  const groups = new Map();
  for (const event of sorted(events)) {
    const salvo = of.get(event.event);
    const key = salvo ? `salvo ${salvo.salvo}` : event.event;
    if (!groups.has(key)) groups.set(key, { salvo: salvo?.salvo ?? null, members: [] });
    groups.get(key).members.push(event);
  }
  return [...groups.values()];
}

export function render(parent, events, { salvos, paths, chosen, onChoose, emptyText }) {
  const over = sorted(events).filter((event) => !calls(event) && !event.live && event.alarm?.state !== "latched" && !unsettled(event) && event.event !== chosen);
  const hidden = new Set(over.slice(OVER_SHOWN));
  const cards = grouped(events.filter((event) => !hidden.has(event)), salvos).map(({ salvo, members }) => {
    const inSalvo = members.length > 1;
    const made = members.map((event) => card(event, event.event === chosen, onChoose, { paths, inSalvo }));
    return inSalvo ? salvoCard(salvo, members, made) : made;
  });
  if (cards.length === 0) cards.push(element("p", { class: "quiet" }, emptyText));
  if (hidden.size) cards.push(element("p", { class: "quiet" }, say("events.more", { n: number(hidden.size) })));
  replace(parent, cards);
}
