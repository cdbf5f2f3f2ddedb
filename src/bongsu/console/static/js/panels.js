// Freshness, watch log, and what stood at the doors.

import { element, replace } from "./dom.js";
import { code, number, say, utc } from "./words.js";

const SHAPES = { fresh: "●", stale: "◐", catching_up: "↻", unknown: "?" };
const LOG_SHOWN = 60;

function chip(one) {
  const faults = [];
  if (one.reported && one.reported !== "up") faults.push(code("reported", one.reported));
  if (one.attended === false) faults.push(say("source.unattended"));
  if (one.recorded === false) faults.push(say("source.unrecorded"));
  if (one.missing) faults.push(say("source.missing", { n: number(one.missing) }));
  if (one.clock_offset_s !== null && Math.abs(one.clock_offset_s) > 2) faults.push(say("source.offset", { n: number(one.clock_offset_s, 1) }));
  const rank = one.state === "fresh" && faults.length ? "stale" : one.state;
  return element("li", { class: `chip chip-${rank}`, "data-source": one.source, "data-state": one.state },
    element("span", { "aria-hidden": "true" }, `${SHAPES[one.state] ?? "?"} `),
    element("strong", {}, one.kind === "partner" ? one.source.toUpperCase() : one.source), " ", code("freshness", one.state),
    faults.length ? ` · ${faults.join(", ")}` : "",
    one.last ? element("small", {}, " ", element("span", { "data-link-age": one.last })) : null);
}

export function sources(parent, list) {
  const rank = { partner: 0, console: 1, sensor: 2 };
  const ordered = [...list].sort((a, b) => rank[a.kind] - rank[b.kind] || a.source.localeCompare(b.source));
  replace(parent, ordered.length ? ordered.map(chip) : element("li", { class: "quiet" }, say("sources.none")));
}

function logLine(one) {
  const parameters = {
    who: (one.origin || "").toUpperCase(), about: one.about, n: one.version === null ? "" : number(one.version),
    state: one.key === "warning" ? code("status", one.state) : code(`log_state`, one.state), text: one.text || (one.reason ? code("alarm_reason", one.reason) : ""),
  };
  return element("li", { class: `log-${one.key} log-${one.key}-${one.state}` },
    element("time", { datetime: one.time, class: "digits" }, utc(one.time).replace(" UTC", "")), " ", say(`log.${one.key}`, parameters));
}

export function log(parent, lines) {
  replace(parent, lines.slice(-LOG_SHOWN).reverse().map(logLine));
}

export function doors(parent, body) {
  const rows = body.health.filter((one) => one.state !== "up").map((one) =>
    element("li", { class: "bad" }, say("doors.health", { part: one.part, state: code("reported", one.state), text: one.text })));
  for (const one of body.unreadable) {
    rows.push(element("li", { class: "bad" }, say("doors.unreadable", { who: one.issuer.toUpperCase(), kind: one.kind })));
  }
  for (const [what, count] of Object.entries(body.dropped)) {
    rows.push(element("li", { class: "bad" }, say("doors.dropped", { what, n: number(count) })));
  }
  rows.push(element("li", {}, say("doors.refused", { n: number(body.refused_count) })));
  for (const one of [...body.refusals].sort((a, b) => b.count - a.count)) {
    rows.push(element("li", {}, say("doors.refusal", {
      n: number(one.count), door: code("door", one.door), source: one.source, reason: code("refusal", one.reason) })));
  }
  replace(parent, rows);
}
