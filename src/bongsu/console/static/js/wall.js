// The wall of a drill: three nations side by side, the hub, the truth.

import { drawAltitude } from "./altitude.js";
import { byId, element, replace } from "./dom.js";
import { impactTimes, sorted } from "./events.js";
import { SHAPES, isGone } from "./figures.js";
import { areaName, load } from "./geography.js";
import { Link } from "./link.js";
import { ChartMap } from "./map.js";
import { modeText, showHold } from "./mode.js";
import { LANGUAGES, choose, clock, code, day, km, language, number, say, span, utc } from "./words.js";

const CAPTIONS_SHOWN = 6;
const REDRAW_MS = 250;
const FRESHNESS = { fresh: "●", stale: "◐", catching_up: "↻", unknown: "?" };

let link = null;
let origins = [];
const nations = new Map();
const dirty = new Set();

const indexOf = (origin) => Math.max(0, origins.indexOf(origin)) % 6;
const colourOf = (origin) => getComputedStyle(document.documentElement).getPropertyValue(`--origin-${indexOf(origin)}`).trim();

// One nation's column; its map lives as long as the page.
function nation(name) {
  if (nations.has(name)) return nations.get(name);
  const canvas = element("canvas", { role: "img", "aria-label": say("map.described") });
  const made = { canvas, map: new ChartMap(canvas, { inset: false }), head: element("div", { class: "nation-head" }),
    alarm: element("p", { class: "nation-alarm" }), table: element("table", {}), areas: element("p", { class: "nation-areas" }) };
  made.box = element("section", { class: "nation", "data-node": name }, made.head, made.alarm, made.table, made.areas, element("div", { class: "map" }, canvas));
  nations.set(name, made);
  const order = [...nations.keys()].sort((a, b) => indexOf(a) - indexOf(b));
  byId("nations").replaceChildren(...order.map((each) => nations.get(each).box));
  return made;
}

function row(one) {
  const estimate = one.estimate;
  const impact = estimate?.impact;
  const half = impact?.semi_major_km ? `${number(impact.semi_major_km)} × ${number(impact.semi_minor_km)} km` : "–";
  return element("tr", { class: isGone(one.status) ? "gone" : "", "data-origin": one.origin },
    element("th", { scope: "row", class: `origin-${indexOf(one.origin)}` }, one.origin.toUpperCase()),
    element("td", {}, `${SHAPES[one.status] ?? "?"} ${code("status", one.status)} ${number(one.version)}`),
    element("td", {}, km(estimate?.apogee_km)), element("td", {}, km(estimate?.range_km)),
    element("td", {}, impact?.time ? utc(impact.time).replace(" UTC", "") : "–"), element("td", {}, half));
}

// How this nation came to know: by its own eyes, or from whom.
function how(event) {
  const first = [...event.assessments].sort((a, b) => a.first.localeCompare(b.first))[0];
  if (!first) return "";
  return first.basis === "own" ? say("wall.own") : say("wall.heard", { who: first.origin.toUpperCase() });
}

function showNation(name, picture) {
  const parts = nation(name), pieces = picture.set;
  const node = pieces.node;
  const events = sorted(Object.entries(pieces).filter(([key]) => key.startsWith("events/")).map(([, event]) => event));
  parts.box.classList.toggle("nation-warning", node.situation === "warning");
  const partners = pieces.sources.filter((one) => one.kind === "partner");
  const sensors = pieces.sources.filter((one) => one.kind === "sensor" && one.state !== "fresh");
  const word = node.situation === "warning" ? say("situation.warning") : node.situation === "unknown" ? code("freshness", "unknown") : say("wall.knows_nothing");
  replace(parts.head, element("h2", { class: `origin-${indexOf(name)}` }, title(name)), element("span", { class: `nation-state state-${node.situation}` }, word),
    element("ul", { class: "nation-chips" }, [...partners, ...sensors].map((one) =>
      element("li", { class: `dot-${one.state}` }, `${FRESHNESS[one.state] ?? "?"} ${one.kind === "partner" ? one.source.toUpperCase() : one.source} ${code("freshness", one.state)}`))));
  const event = events[0];
  parts.alarm.className = `nation-alarm alarm-${event?.alarm?.state ?? "none"}`;
  parts.alarm.textContent = event ? `${event.event} · ${how(event)}${event.alarm ? ` · ${code("alarm", event.alarm.state)}` : ""}${events.length > 1 ? ` · +${number(events.length - 1)}` : ""}` : say("wall.knows_nothing");
  const heads = ["row.status", "row.apogee", "row.range", "row.impact_time", "wall.half_axes"].map((key) => element("th", { scope: "col" }, say(key)));
  replace(parts.table, element("thead", {}, element("tr", {}, element("th", {}), heads)), element("tbody", {}, events.slice(0, 2).flatMap((one) => one.assessments.map(row))));
  const risks = event?.alert?.status === "alert" ? event.alert.areas : [];
  const soon = event?.live ? impactTimes(event)[0] : null;
  replace(parts.areas, soon ? [`${say("countdown")} `, element("span", { "data-countdown": soon.time, class: "digits" }), " "] : [],
    risks.length ? [`${say("areas.title")}: ${risks.map((risk) => areaName(risk.area)).join(", ")}`] : []);
  const open = events.filter((one) => one.live || one.alarm?.state?.endsWith("unacknowledged"));
  const warnings = new Set(open.flatMap((one) => one.assessments.map((each) => `${each.origin}.${each.warning}`)));
  const paths = Object.entries(pieces).filter(([key, path]) => key.startsWith("paths/") && warnings.has(`${path.origin}.${path.warning}`)).map(([, path]) => path);
  parts.map.draw({ focus: null, events: open, paths, colour: colourOf, index: indexOf, mark: modeText({ ...node, exercise: "" }), truth: truth() });
}

// What does not answer is unknown: nothing of what it said before stays as if it were still so.
function silent(name, parts) {
  parts.alarm.textContent = say("wall.no_node");
  parts.alarm.className = "nation-alarm";
  parts.box.classList.remove("nation-warning");
  replace(parts.head, element("h2", { class: `origin-${indexOf(name)}` }, title(name)), element("span", { class: "nation-state state-unknown" }, code("freshness", "unknown")));
  replace(parts.table);
  replace(parts.areas);
  parts.map.draw({ focus: null, events: [], paths: [], colour: colourOf, index: indexOf, mark: say("banner.exercise") });
}

const title = (name) => link.pieces.get("act")?.names?.[name] ?? name.toUpperCase();

function truth() {
  const flights = link.pieces.get("truth") ?? [], now = link.pieces.get("now") ?? {};
  const places = Object.values(now).filter(Boolean).map(([longitude, latitude]) => ({ longitude_deg: longitude, latitude_deg: latitude }));
  return flights.length ? { track: flights.flatMap((flight) => flight.points), now: places, flights } : null;
}

function showAct() {
  const act = link.pieces.get("act");
  if (!act) return;
  byId("act").textContent = act.act;
  byId("mode").textContent = `${say("banner.exercise")} · ${act.exercise}`;
  byId("caption").textContent = act.captions.at(-1) ?? "";
  replace(byId("captions"), act.captions.slice(0, -1).slice(-CAPTIONS_SHOWN).reverse().map((text) => element("li", {}, text)));
}

function showHub() {
  const shapes = { up: "●", degraded: "◐", down: "✕" };
  const ranks = { up: "fresh", degraded: "stale", down: "unknown" };
  replace(byId("hub"), (link.pieces.get("hub") ?? []).map((one) =>
    element("li", { class: `dot-${ranks[one.state] ?? "unknown"}` }, `${shapes[one.state] ?? "?"} ${one.part} ${code("reported", one.state)} ${one.text}`)));
}

function render() {
  if (!link || dirty.size === 0) return;
  const names = [...link.pieces.keys()].filter((name) => name.startsWith("nodes/")).map((name) => name.slice(6)).sort();
  const all = dirty.has("all");
  if (names.join() !== origins.join()) origins = [...new Set([...origins, ...names])].sort();
  if (all || dirty.has("act")) showAct();
  if (all || dirty.has("hub")) showHub();
  for (const name of names) if (all || dirty.has(`nodes/${name}`) || dirty.has("now") || dirty.has("truth")) showNation(name, link.pieces.get(`nodes/${name}`));
  const holds = names.flatMap((name) => link.pieces.get(`nodes/${name}`)?.set?.node?.holds ?? []);
  showHold({ node: "", holds: [...new Map(holds.map((one) => [one.hold, one])).values()] });
  for (const [name, parts] of nations) {
    if (!names.includes(name)) {
      silent(name, parts);
    }
  }
  drawAltitude(byId("altitude"), link.pieces.get("truth") ?? [], link.exerciseMs(), say("banner.exercise"));
  dirty.clear();
  tick();
}

function tick() {
  if (!link) return;
  link.watch();
  const state = link.state(), act = link.pieces.get("act"), exercise = link.exerciseMs();
  document.body.dataset.link = state;
  const bar = byId("no-link");
  bar.hidden = state === "up" && !act?.ended;
  if (state === "connecting") bar.textContent = say("link.connecting");
  else if (state !== "up") bar.textContent = say("wall.no_link", { age: span(link.ageS()) });
  else if (act?.ended) bar.textContent = say("wall.ended");
  byId("clock").textContent = `${day(exercise)} ${clock(exercise)} UTC`;
  const since = act?.launch ? (exercise - Date.parse(act.launch)) / 1000 : -1;
  byId("since").textContent = since >= 0 ? `T+${span(since)} ${say("wall.since")}` : "";
  byId("pace").textContent = link.clock ? (link.clock.paused ? say("clock.paused") : `${number(link.clock.speed)} ×`) : "–";
  for (const one of document.querySelectorAll("[data-countdown]")) {
    const left = (Date.parse(one.dataset.countdown) - exercise) / 1000;
    one.textContent = left >= 0 ? span(left) : say("countdown.past", { span: span(-left) });
  }
}

async function setLanguage(wanted) {
  if (!await choose(wanted)) return;
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = say(one.dataset.say);
  byId("altitude").setAttribute("aria-label", say("wall.truth"));
  byId("language").value = language();
  dirty.add("all");
}

async function start() {
  replace(byId("language"), Object.entries(LANGUAGES).map(([value, name]) => element("option", { value }, name)));
  byId("language").addEventListener("change", () => setLanguage(byId("language").value));
  const query = new URLSearchParams(location.search);
  document.documentElement.dataset.theme = query.get("theme") === "light" ? "light" : "dark";
  await Promise.all([setLanguage(query.get("lang") ?? navigator.language.slice(0, 2)), load()]);
  window.addEventListener("resize", () => dirty.add("all"));
  link = new Link("/api/stream", (changed) => { for (const name of changed) dirty.add(name); });
  setInterval(tick, 100);
  setInterval(render, REDRAW_MS);
}

start();
