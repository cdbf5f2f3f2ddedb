// The hand-over sheet: what the next officer must know, on one page that prints, and who takes over.

import { ask } from "./commands.js";
import { guarded } from "./confirm.js";
import { byId, element, replace } from "./dom.js";
import { calls } from "./events.js";
import { code, day, clock, number, say, utc } from "./words.js";

const ROWS = [
  ["handover.calling", (event) => calls(event)],
  ["handover.open", (event) => !calls(event) && event.live],
  ["handover.shelved", (event) => event.alarm?.state === "shelved"],
  ["handover.latched", (event) => event.alarm?.state === "latched"],
];

function eventLine(event) {
  const alarm = event.alarm;
  const until = alarm?.until ? ` (${say("alarm.until")} ${utc(alarm.until)})` : "";
  return element("li", {}, element("strong", {}, event.event), ` ${utc(event.first)} · ${alarm ? code("alarm", alarm.state) : "–"}${until}`,
    alarm?.by ? ` · ${say("alarm.by", { who: alarm.by })}` : "");
}

function sourceLine(one) {
  const age = one.last ? element("span", { "data-link-age": one.last }) : "–";
  return element("li", {}, element("strong", {}, one.source), ` ${code("freshness", one.state)} `, age,
    one.reported && one.reported !== "up" ? ` · ${code("reported", one.reported)}` : "", one.attended === false ? ` · ${say("source.unattended")}` : "");
}

const list = (rows) => element("ul", {}, rows.length ? rows : element("li", { class: "quiet" }, say("handover.none")));

export function sheet({ node, events, sources, exerciseMs, onDone }) {
  const watch = node.watch;
  const note = element("textarea", { id: "handover-note", maxlength: "400", rows: "2" });
  const stale = sources.filter((one) => one.state !== "fresh" || (one.reported && one.reported !== "up") || one.attended === false);
  return [
    element("h2", {}, say("handover.title", { node: node.node.toUpperCase() })),
    element("p", { class: "digits" }, `${byId("mode").textContent} · ${day(exerciseMs)} ${clock(exerciseMs)} UTC`),
    element("p", {}, watch ? say("handover.has", { who: watch.person, role: watch.role, time: utc(watch.since) }) : say("handover.nobody")),
    watch?.note ? element("p", { class: "quiet" }, watch.note) : null,
    ROWS.map(([key, wanted]) => {
      const found = events.filter(wanted);
      return [element("h3", {}, `${say(key)}: ${number(found.length)}`), list(found.map(eventLine))];
    }),
    element("h3", {}, `${say("handover.stale")}: ${number(stale.length)}`), list(stale.map(sourceLine)),
    element("label", { for: "handover-note" }, say("handover.note")), note,
    element("div", { class: "buttons" },
      guarded("take-over", say("command.take_over"), node.node, async () => {
        const answer = await ask("take_over", "watch", 0, { note: note.value });
        if (answer.outcome === "approved") onDone();
      }),
      element("button", { type: "button", onclick: () => window.print() }, say("handover.print")),
      element("button", { type: "button", "data-key": "handover-close", onclick: onDone }, say("handover.close"))),
  ];
}

export function show(parts) {
  const dialog = byId("handover");
  replace(dialog, parts);
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("[data-key=handover-close]").focus();
}
