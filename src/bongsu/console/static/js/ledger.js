// The ledger's page: what reporters claimed of past launches, and what each falls under by whose statement. History: nothing here warns.

import { byId, element, replace } from "./dom.js";
import { plots } from "./ledger_plots.js";
import * as view from "./view.js";
import { LANGUAGES, choose, code, language, number, say, span } from "./words.js";

const KINDS = ["ballistic", "manoeuvring", "satellite", "cruise", "artillery", "unknown", "none"];
const FIELDS = "input, select, textarea";

let ledger = null;
let chosen = view.read("launch");
let detail = null;

// Words of the data themselves stay in the language in which they were recorded.
const quoted = (text) => element("span", { lang: "en" }, text);
// The day stands in the id already, where it is the same one.
const hour = (one) => (one.time && one.id.startsWith(one.time.slice(0, 10)) ? `${one.time.slice(11, 16)} UTC` : minute(one.time));
const minute = (time) => (time ? `${time.slice(0, 16).replace("T", " ")} UTC` : "–");

function listed() {
  const kind = byId("kind").value, words = byId("search").value.trim().toLocaleLowerCase();
  return ledger.launches.filter((one) => (!kind || one.kind === kind) && (!words || `${one.id} ${one.title} ${one.reporters.join(" ")}`.toLocaleLowerCase().includes(words)));
}

function falls(one) {
  if (one.resolutions.length) return one.resolutions.join(", ");
  return one.statements ? say("ledger.no_number") : say("ledger.none_short");
}

function row(one) {
  const isChosen = one.id === chosen;
  return element("tr", { class: isChosen ? "chosen" : "", "data-launch": one.id },
    element("th", { scope: "row" }, element("button", { type: "button", "data-key": `launch-${one.id}`, "aria-pressed": String(isChosen), onclick: () => select(one.id) }, one.id)),
    element("td", { class: "brief" }, hour(one)), element("td", { class: "brief" }, code("launch_kind", one.kind)), element("td", {}, quoted(one.title)),
    element("td", { class: "number" }, number(one.claims)), element("td", { class: "law" }, falls(one)),
    element("td", { class: `number ${one.flags ? "flagged" : ""}` }, one.flags ? `▲ ${number(one.flags)}` : "–"));
}

function showLaunches() {
  const rows = listed();
  byId("count").textContent = `${number(rows.length)} / ${number(ledger.launches.length)} · `;
  const heads = ["ledger.launch", "claim_field.launch_time", "ledger.kind", "ledger.what", "ledger.claims", "ledger.law", "ledger.findings"];
  replace(byId("launches"), rows.length ? element("table", {},
    element("thead", {}, element("tr", {}, heads.map((key) => element("th", { scope: "col" }, say(key))))), element("tbody", {}, rows.map(row)))
    : element("p", { class: "quiet" }, say("ledger.nothing")));
}

// The figure alone: how it is bounded stands beside it. A time is told in the reporter's own offset.
function value(claim) {
  const { unit, value: figure, precision } = claim.shown;
  if (unit === "time") return claim.told.slice(claim.told.search(/\d{4}-/)).replace("T", " ").replace(/:00([+Z-])/, " $1").replace(" Z", " UTC");
  if (figure === null) return quoted(String(claim.value));
  const digits = (one) => number(one, Number.isInteger(one) ? 0 : 1);
  return `${say(`unit.${unit}`, { n: digits(figure) })}${precision ? ` (±${digits(precision)})` : ""}`;
}

function claimRow(claim) {
  return element("tr", { class: claim.corrected_by ? "corrected" : "", "data-claim": claim.id },
    element("th", { scope: "row" }, code("claim_field", claim.shown.name)), element("td", {}, code("reporter", claim.reporter)),
    element("td", {}, value(claim)), element("td", { class: "brief" }, code("bound_word", claim.bound)),
    element("td", { class: "brief" }, claim.said ? claim.said.slice(0, 10) : "–"),
    element("td", { class: "mark" }, claim.corrected_by ? element("strong", {}, `${say("ledger.corrected")} `) : null,
      element("span", { class: "source", lang: "en" }, `${claim.source}${claim.note ? ` (${claim.note})` : ""}`)));
}

function claims(one) {
  const heads = ["ledger.field", "ledger.reporter", "ledger.value", "ledger.bound", "ledger.said", "ledger.source"];
  return element("table", { id: "claims" }, element("thead", {}, element("tr", {}, heads.map((key) => element("th", { scope: "col" }, say(key))))), element("tbody", {}, one.claims.map(claimRow)));
}

const list = (rows) => element("ul", {}, rows);

function law(one) {
  const { statements, not_because: reason, not_by: by } = one.resolutions;
  if (statements.length === 0) return element("p", {}, say("ledger.no_law"), " ", quoted([reason, by].filter(Boolean).join(" – ")));
  return list(statements.map((each) => element("li", { "data-statement": each.id }, `${each.day} · `, element("strong", { lang: "en" }, each.by), ": ", quoted(each.says), " ",
    each.resolutions.length ? say("ledger.names", { numbers: each.resolutions.join(", ") }) : say("ledger.names_none"), element("br"), element("span", { class: "source", lang: "en" }, each.source))));
}

function findings(one) {
  if (one.flags.length === 0) return element("p", { class: "quiet" }, say("ledger.no_findings"));
  return list(one.flags.map((flag) => element("li", {}, element("strong", { class: "flagged" }, `▲ ${code("check", flag.check)}`), ": ", quoted(flag.computation))));
}

function impact(one) {
  const where = one.zone === null ? "zone.none" : one.zone === 0 ? "zone.outside" : "zone.in";
  return say(where, { who: code("reporter", one.reporter), n: one.zone });
}

function notices(one) {
  if (one.notices.length === 0) return element("p", { class: "quiet" }, say("ledger.no_notices"));
  return list(one.notices.map((each) => element("li", {}, element("strong", { lang: "en" }, `${each.id} (${each.issuer})`), ": ",
    each.timing ? say(`timing.${each.timing}`, { span: span(each.off_s) }) : say("timing.unknown"), ` · ${minute(each.from)} – ${minute(each.until)}`,
    each.impacts.map((one) => [element("br"), impact(one)]), element("br"), element("span", { class: "source", lang: "en" }, each.source))));
}

function alerts(one) {
  return one.alerts.map((each) => {
    const claim = one.claims.find((other) => other.id === each.id);
    return element("p", {}, each.after_launch_s === null ? say("ledger.alert_without", { who: code("reporter", claim.reporter) })
      : say("ledger.alert_after", { who: code("reporter", claim.reporter), span: span(each.after_launch_s) }));
  });
}

function showDetail() {
  const box = byId("detail");
  if (!detail) return replace(box, element("p", { class: "quiet" }, say("ledger.choose")));
  const part = (key, content) => [element("h4", {}, say(key)), content];
  box.dataset.launch = detail.id;
  return replace(box, element("h3", {}, `${detail.id} · `, quoted(detail.title)), detail.note ? element("p", {}, quoted(detail.note)) : null,
    element("p", { class: "quiet" }, `${code("launch_kind", detail.kind)} · ${minute(detail.time)}`),
    part("ledger.claims_title", claims(detail)), part("ledger.law_title", law(detail)), part("ledger.findings_title", findings(detail)),
    part("ledger.notices_title", notices(detail)), alerts(detail),
    detail.links.length ? part("ledger.links_title", list(detail.links.map((one) => element("li", {}, `${one.to} ${one.reference} (${one.by})`)))) : null);
}

function fault(key) {
  byId("fault").hidden = !key;
  byId("fault").textContent = key ? say(key) : "";
  byId("fault").dataset.key = key ?? "";
}

async function fetched(address) {
  const answer = await fetch(address, { cache: "no-store" }).catch(() => null);
  if (answer?.ok) return answer.json();
  fault(answer?.status === 401 ? "ledger.log_in" : answer?.status === 404 ? "ledger.unknown" : "ledger.failed");
  return null;
}

// The newest choice wins: the answer to an older one that comes late is thrown away.
async function select(id) {
  chosen = id;
  view.write("launch", id);
  showLaunches();
  replace(byId("plots"), plots(ledger, chosen));
  const found = await fetched(`/api/ledger/${encodeURIComponent(id)}`);
  if (chosen !== id || !found) return;
  fault(null);
  detail = found;
  showDetail();
  byId("detail").scrollTop = 0;
}

function step(by) {
  const rows = listed();
  if (rows.length === 0) return;
  const at = rows.findIndex((one) => one.id === chosen);
  const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : (at + by + rows.length) % rows.length];
  select(next.id);
  byId("launches").querySelector(`[data-key="${CSS.escape(`launch-${next.id}`)}"]`)?.focus();
}

function show() {
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = say(one.dataset.say);
  document.title = `${say("ledger.title")} · ${say("ledger.history")} · Bongsu`;
  const kind = byId("kind").value || view.read("kind") || "";
  replace(byId("kind"), element("option", { value: "" }, say("ledger.all")), KINDS.map((one) => element("option", { value: one }, code("launch_kind", one))));
  byId("kind").value = kind;
  byId("language").value = language();
  if (byId("fault").dataset.key) fault(byId("fault").dataset.key);
  if (!ledger) return;
  byId("edition").textContent = say("ledger.edition", { version: ledger.version });
  replace(byId("plots"), plots(ledger, chosen));
  showLaunches();
  showDetail();
}

async function setLanguage(wanted) {
  if (!await choose(wanted)) return;
  localStorage.setItem("language", language());
  show();
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("theme", theme);
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  "/": () => byId("search").focus(),
  t: () => byId("theme").click(),
  Escape: () => document.activeElement?.blur(),
};

function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key !== "Escape" && document.activeElement?.matches(FIELDS)) return;
    if (!ledger || !KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  byId("choices").addEventListener("submit", (event) => event.preventDefault());
  byId("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  byId("language").addEventListener("change", () => {
    view.write("lang", byId("language").value);
    setLanguage(byId("language").value);
  });
  byId("kind").addEventListener("change", () => {
    view.write("kind", byId("kind").value);
    if (ledger) showLaunches();
  });
  byId("search").addEventListener("input", () => ledger && showLaunches());
}

async function start() {
  setTheme(view.read("theme") ?? localStorage.getItem("theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"));
  replace(byId("language"), Object.entries(LANGUAGES).map(([key, name]) => element("option", { value: key }, name)));
  await setLanguage(view.read("lang") ?? localStorage.getItem("language") ?? navigator.language.slice(0, 2));
  listen();
  ledger = await fetched("/api/ledger");
  document.body.dataset.state = ledger ? "ready" : "failed";
  show();
  if (ledger && chosen) select(chosen);
}

start();
