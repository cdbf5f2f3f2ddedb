// One nation's console: joins the stream, the lists, the map and the keys.

import { render as renderAlerts } from "./alerts.js";
import { Chart } from "./chart.js";
import { ask, operator, send, showOutcome } from "./commands.js";
import { byId, element, replace } from "./dom.js";
import { SHELF_S, acknowledge as acknowledgeAll, calls, callsHere, grouped, oldestCalling, render as renderEvents, setCalled } from "./events.js";
import { SHAPES, isGone } from "./figures.js";
import { load } from "./geography.js";
import { Link } from "./link.js";
import { ChartMap } from "./map.js";
import { modeText, showHold, showLive, showMode } from "./mode.js";
import { Past } from "./past.js";
import * as panels from "./panels.js";
import * as handover from "./handover.js";
import * as place from "./place.js";
import { render as renderStatements } from "./statements.js";
import { render as renderWaiting } from "./waiting.js";
import * as session from "./session.js";
import * as sound from "./sound.js";
import * as view from "./view.js";
import { LANGUAGES, choose, clock, code, day, language, number, say, span, utc } from "./words.js";

const ORIGIN_COLOURS = 6;
const TICK_MS = 100;
const PRESS_MS = 800;
const FIELDS = "input:not([type=range]), select, textarea";

let link = null;
let past = null;
let chosen = view.read("event");
const dirty = new Set();
const announced = new Map();
const reported = new Set();
const chart = new Chart(() => mark("map"));
const inset = new ChartMap(byId("inset-map"), { inset: true });

// What the page shows: the stream, or while it is scrubbed back the moment that was asked for.
const shown = () => (past?.on ? past : link);
const piece = (name) => shown()?.pieces.get(name);
const events = () => shown()?.under("events/") ?? [];
const eventsNow = () => link?.under("events/") ?? [];
const frameText = (node) => (past?.on ? `${say("past.mark")} · ${modeText(node)}` : modeText(node));

function origins() {
  const node = piece("node");
  return node ? [...new Set([node.node, ...node.partners])].sort() : [];
}

const indexOf = (origin) => Math.max(0, origins().indexOf(origin)) % ORIGIN_COLOURS;
const colourOf = (origin) => getComputedStyle(document.documentElement).getPropertyValue(`--origin-${indexOf(origin)}`).trim();

function showHead() {
  const node = piece("node");
  if (!node) return;
  showMode(node, past?.on ?? false);
  byId("node").textContent = say("console.title", { node: node.node.toUpperCase() });
  const unproved = node.unproved.map((name) => name.toUpperCase()).join(", ");
  const box = byId("situation");
  box.dataset.situation = node.situation;
  box.textContent = say(`situation.${node.situation}`, { unproved });
  if (node.situation === "warning" && unproved) box.textContent += ` · ${say("situation.also_unknown", { unproved })}`;
  const roles = byId("operator-role"), allowed = session.rolesOf(node.roles);
  byId("watch").textContent = node.watch ? say("watch.has", { who: node.watch.person, time: utc(node.watch.since) }) : say("watch.nobody");
  if ([...roles.options].map((option) => option.value).join() !== allowed.join()) {
    const before = roles.value || localStorage.getItem("role") || "watch";
    replace(roles, allowed.map((role) => element("option", { value: role }, code("role", role))));
    if (allowed.includes(before)) roles.value = before;
  }
}

function scene() {
  const node = piece("node");
  const open = events().filter((event) => event.live || event.event === chosen || event.alarm?.state?.endsWith("unacknowledged"));
  const warnings = new Set(open.flatMap((event) => event.assessments.map((one) => `${one.origin}.${one.warning}`)));
  const paths = shown().under("paths/").filter((path) => warnings.has(`${path.origin}.${path.warning}`));
  return { focus: chosen, events: open, paths, colour: colourOf, index: indexOf, words: language(), mark: node ? frameText(node) : "" };
}

// Where the inset lies on the map, in its pixels.
function coverOf(box) {
  const inner = box.getBoundingClientRect(), outer = box.parentElement.getBoundingClientRect();
  return [inner.left - outer.left, inner.top - outer.top, inner.right - outer.left, inner.bottom - outer.top];
}

function showMaps() {
  const now = scene();
  const withImpact = now.events.filter((event) => (!chosen || event.event === chosen) && event.assessments.some((one) => one.estimate?.impact && !isGone(one.status)));
  byId("inset").hidden = withImpact.length === 0;
  chart.draw({ ...now, cover: withImpact.length ? coverOf(byId("inset")) : null });
  if (withImpact.length) inset.draw({ ...now, focus: withImpact[0].event, events: withImpact, mark: frameText({ ...piece("node"), exercise: "" }) });
  replace(byId("legend"), origins().map((origin) =>
    element("li", {}, element("span", { class: `swatch origin-${indexOf(origin)}`, "aria-hidden": "true" }, "━ "), origin.toUpperCase())));
}

// One short sentence for each new or changed status, for those who listen.
function announce() {
  for (const event of eventsNow()) {
    for (const one of event.assessments) {
      const key = `${one.origin}.${one.warning}`;
      if (announced.get(key) === one.status) continue;
      announced.set(key, one.status);
      byId("announcer").textContent = say("announce", { who: one.origin.toUpperCase(), status: code("status", one.status), event: event.event });
    }
  }
}

// What stands on this page, in a visible tab, is told to its originators: each time that one of them has a new version.
function reportShown() {
  if (document.visibilityState !== "visible" || link.state() !== "up" || past?.on) return;
  for (const event of events()) {
    const versions = event.assessments.filter((one) => one.basis === "partner").map((one) => `${one.warning}.${one.version}`);
    const key = `${event.event}/${versions.join()}`;
    if (versions.length === 0 || reported.has(key)) continue;
    reported.add(key);
    // Two frames later it has been painted.
    requestAnimationFrame(() => requestAnimationFrame(async () => {
      const answer = await send("shown", event.event, event.version);
      if (answer.outcome === "failed" || answer.reason === "no_answer") reported.delete(key);
    }));
  }
}

function choosing(event) {
  focusOn(chosen === event ? null : event);
  mark("events/");
}

function focusOn(event) {
  chosen = event;
  view.write("event", event);
  chart.fitNext();
}

// A press counts on the element on which it began: while one is under way nothing is drawn anew beneath it, for as long as a press may take.
let pressedUntil = 0;

function press(event) {
  if (event.type === "pointerdown" || event.key === " ") pressedUntil = performance.now() + PRESS_MS;
}

// The click comes after the end of the press.
function letGo() {
  setTimeout(() => { pressedUntil = 0; }, 0);
}

function mark(name) {
  if (dirty.size === 0) requestAnimationFrame(render);
  dirty.add(name);
}

function touched(prefix) {
  return dirty.has("all") || [...dirty].some((name) => name.startsWith(prefix));
}

function render() {
  if (performance.now() < pressedUntil) return void requestAnimationFrame(render);
  if (link) {
    if (touched("node") || touched("events/")) showHead();
    if (touched("events/") || touched("node") || touched("salvos") || touched("paths/")) {
      setCalled(link.pieces.get("node")?.called, operator().role);
      renderEvents(byId("events"), events(), { salvos: piece("salvos") ?? [], paths: shown().under("paths/"), chosen, onChoose: choosing, emptyText: emptyText() });
      announce();
      reportShown();
      past?.showMarks(eventsNow());
    }
    if (touched("statements/") || touched("node")) renderStatements(byId("statements-panel"), byId("statements"), shown().under("statements/"), piece("node")?.node);
    if (touched("waiting/")) renderWaiting(byId("waiting-panel"), byId("waiting"), shown().under("waiting/"));
    if (touched("alerts/") || touched("notices/") || touched("node")) renderAlerts(byId("alerts-panel"), byId("alerts"), shown().under("alerts/"), shown().under("notices/"));
    if (touched("sources") && piece("sources")) panels.sources(byId("sources"), piece("sources"));
    if (touched("doors") && piece("doors")) panels.doors(byId("doors"), piece("doors"));
    if (touched("lines") && piece("lines")) panels.log(byId("log"), piece("lines"));
    if (touched("events/") || touched("paths/") || touched("map") || touched("node")) showMaps();
  }
  dirty.clear();
  tick();
}

// "No warning" is the node's word, said only while all sources are fresh.
function emptyText() {
  const node = piece("node");
  return node ? say(`empty.${node.situation}`) : say("link.connecting");
}

function showClocks() {
  const exercise = shown().exerciseMs();
  byId("clock-utc").textContent = `${day(exercise)} ${clock(exercise)}`;
  byId("clock-local").textContent = clock(exercise, Intl.DateTimeFormat().resolvedOptions().timeZone);
  const pace = shown().clock;
  byId("clock-pace").textContent = pace ? (pace.paused ? say("clock.paused") : `${number(pace.speed)} ×`) : "–";
  const age = link.ageS();
  byId("clock-age").textContent = age === null ? "–" : say("unit.s", { n: number(age, 1) });
}

function tick() {
  if (!link) return;
  link.watch();
  const state = link.state();
  if (document.body.dataset.link !== state) {
    document.body.dataset.link = state;
    const bar = byId("no-link");
    bar.hidden = state === "up";
    if (state === "up") reportShown();
  }
  if (state !== "up") byId("no-link").textContent = say(`link.${state}`, { age: span(link.silentMs() / 1000) });
  showClocks();
  const waiting = eventsNow().filter(calls);
  sound.sound(waiting.filter(callsHere));
  const now = link.pieces.get("node");
  past?.showBanner(waiting.length, now?.situation === "warning");
  if (now) showLive(now);
  if (now) showHold(now); // also while a past moment is looked at: what is real comes first
  const exercise = shown().exerciseMs(), wall = shown().linkMs();
  for (const one of document.querySelectorAll("[data-age]")) one.textContent = one.dataset.age === "" ? "–" : span((exercise - Date.parse(one.dataset.age)) / 1000);
  for (const one of document.querySelectorAll("[data-link-age]")) one.textContent = span((wall - Date.parse(one.dataset.linkAge)) / 1000);
  for (const one of document.querySelectorAll("[data-countdown]")) {
    const left = (Date.parse(one.dataset.countdown) - exercise) / 1000;
    one.textContent = left >= 0 ? span(left) : say("countdown.past", { span: span(-left) });
  }
}

function step(by) {
  const list = grouped(events(), piece("salvos") ?? []).flatMap((group) => group.members);
  if (list.length === 0) return;
  const at = list.findIndex((event) => event.event === chosen);
  focusOn(list[(at + by + list.length) % list.length].event);
  mark("events/");
  requestAnimationFrame(() => byId("events").querySelector(".chosen .card-head")?.focus());
}

function acknowledge() {
  // What calls is of now: whoever looks at the past is told to come back first.
  const event = oldestCalling(eventsNow()) ?? oldestCalling(events());
  if (!event) return;
  if (past?.on) {
    ask("acknowledge", event.event, event.version);
    return;
  }
  const group = grouped(events(), piece("salvos") ?? []).find(({ members }) => members.includes(event));
  acknowledgeAll(group.members);
}

// The key of a command works on the chosen event, and only where its alarm allows it.
function onChosen(commands) {
  const event = events().find((one) => one.event === chosen);
  const found = event && commands[event.alarm?.state];
  if (found) ask(found[0], event.event, event.version, found[1]);
}

function openHandover() {
  const node = piece("node");
  if (!node || past?.on) return;
  handover.show(handover.sheet({ node, events: events(), sources: piece("sources") ?? [], exerciseMs: shown().exerciseMs(), onDone: () => byId("handover").close() }));
}

// The start of a shift: the sound is tried and armed, and the watch is taken over, which partners and the record are told.
async function startShift() {
  await sound.arm();
  sound.show();
  link.arm();
  await ask("take_over", "watch", 0, {});
}

// Out of a field or of the help: the keys are the console's again.
function leave() {
  if (document.activeElement?.matches(FIELDS)) document.activeElement.blur();
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  byId("help").hidden = true;
  byId("help-button").setAttribute("aria-expanded", "false");
}

const KEYS = {
  a: acknowledge,
  s: () => onChosen({ active_acknowledged: ["shelve", { seconds: String(SHELF_S) }], shelved: ["unshelve", {}] }),
  r: () => onChosen({ latched: ["reset", {}] }),
  j: () => step(1),
  k: () => step(-1),
  "+": () => chart.zoom(0.7),
  "-": () => chart.zoom(1.4),
  0: () => chart.fitAgain(),
  g: () => chart.toggle(),
  ",": () => past?.step(-10),
  ".": () => past?.step(10),
  p: () => past?.play(),
  n: () => past?.now(),
  m: sound.mute,
  h: openHandover,
  l: () => byId("ledger-link").click(),
  w: () => byId("shift").click(),
  t: () => byId("theme").click(),
  "?": () => byId("help-button").click(),
  Escape: leave,
};

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function panByKey(event) {
  if (!(event.key in ARROWS)) return;
  event.preventDefault();
  chart.pan(...ARROWS[event.key]);
}

function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.key !== "Escape" && (document.activeElement?.matches(FIELDS) || document.querySelector("dialog[open]"))) return;
    const action = KEYS[event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  });
  place.listen(() => mark("all"));
  byId("shift").addEventListener("click", startShift);
  byId("handover-button").addEventListener("click", openHandover);
  document.addEventListener("visibilitychange", () => link && reportShown());
  window.addEventListener("resize", () => mark("map"));
  byId("choices").addEventListener("submit", (event) => event.preventDefault());
  byId("operator-name").addEventListener("change", () => localStorage.setItem("operator", byId("operator-name").value));
  byId("operator-role").addEventListener("change", () => {
    localStorage.setItem("role", byId("operator-role").value);
    mark("events/");
    byId("operator-role").blur();
  });
  byId("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  byId("language").addEventListener("change", () => {
    setLanguage(byId("language").value);
    view.write("lang", byId("language").value);
    byId("language").blur();
  });
  byId("zoom-in").addEventListener("click", KEYS["+"]);
  byId("zoom-out").addEventListener("click", KEYS["-"]);
  byId("zoom-fit").addEventListener("click", KEYS[0]);
  // In a page of its own: the picture stays where it is.
  byId("ledger-link").addEventListener("click", (event) => {
    event.preventDefault();
    window.open("/ledger", "bongsu-ledger");
  });
  byId("help-button").addEventListener("click", () => {
    byId("help").hidden = !byId("help").hidden;
    byId("help-button").setAttribute("aria-expanded", String(!byId("help").hidden));
  });
  byId("globe-button").addEventListener("click", KEYS.g);
  for (const box of [byId("map"), byId("globe-labels")]) box.addEventListener("keydown", panByKey);
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("theme", theme);
  mark("all");
}

async function setLanguage(wanted) {
  if (!await choose(wanted)) return;
  localStorage.setItem("language", language());
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = say(one.dataset.say);
  for (const one of document.querySelectorAll("[data-say-label]")) one.setAttribute("aria-label", say(one.dataset.sayLabel));
  for (const canvas of document.querySelectorAll("canvas")) canvas.setAttribute("aria-label", say("map.described"));
  replace(byId("help"), element("h2", {}, say("help.title")), element("p", {}, say("help.operator")),
    element("ul", {}, ["a", "jk", "s", "h", "past", "zoom", "g", "l", "t"].map((key) => element("li", {}, say(`help.${key}`)))),
    element("p", {}, Object.entries(SHAPES).map(([status, shape]) => `${shape} ${code("status", status)}`).join("  ·  ")));
  byId("language").value = language();
  place.translate();
  session.showPerson();
  sound.show();
  showOutcome();
  past?.translate();
  mark("all");
}

async function start() {
  replace(byId("language"), Object.entries(LANGUAGES).map(([value, name]) => element("option", { value }, name)));
  byId("operator-name").value = localStorage.getItem("operator") ?? "local-operator";
  setTheme(view.read("theme") ?? localStorage.getItem("theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"));
  const asked = view.read("lang") ?? localStorage.getItem("language") ?? navigator.language.slice(0, 2);
  await Promise.all([load(), session.ask()]);
  session.listen();
  await setLanguage(asked);
  listen();
  if (!session.current()) return session.showLogin();
  link = new Link("/api/stream", (changed, whole) => {
    for (const name of changed) if (name !== "clock") mark(name);
    // What stood in the picture before and is not in the new whole one is named nowhere.
    if (whole) mark("all");
    // A browser lets the timers of a page that nobody sees run once a minute; an alarm sounds at once all the same.
    if (document.hidden) tick();
  });
  // A refused stream may mean that the session is over.
  past = new Past(link, () => mark("all"));
  link.onRefused = async () => {
    const person = await session.ask().catch(() => session.current());
    if (person === null) location.reload();
  };
  setInterval(tick, TICK_MS);
  for (const begin of ["pointerdown", "keydown"]) document.addEventListener(begin, press, true);
  for (const end of ["pointerup", "pointercancel", "keyup", "blur"]) window.addEventListener(end, letGo, true);
  return undefined;
}

start();
