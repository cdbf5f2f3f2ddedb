// The rows in which the assessments of an event stand side by side.

import { element } from "./dom.js";
import { EARTH_KM, angle, vector } from "./sphere.js";
import { code, km, number, place, say, utc } from "./words.js";

export const SHAPES = { initial: "▲", update: "▲", lost: "◌", passed: "➝", impacted: "✕", superseded: "≫", retracted: "⊘" };

// What a path alone proves: the object has flown at least so far and so high.
export function flown(one, paths) {
  const path = paths.find((each) => each.origin === one.origin && each.warning === one.warning);
  if (!path || path.points.length === 0) return null;
  const start = one.estimate?.launch ? vector(one.estimate.launch.longitude_deg, one.estimate.launch.latitude_deg) : vector(path.points[0][0], path.points[0][1]);
  const last = path.points.at(-1);
  return {
    range_km: angle(start, vector(last[0], last[1])) * EARTH_KM,
    apogee_km: Math.max(...path.points.map((point) => point[2])),
  };
}

const bounded = (estimate, key, proved) =>
  estimate[key] === null && proved ? say("at_least", { value: km(proved[key]) }) : km(estimate[key]);

const ELLIPSE = (point) =>
  point?.semi_major_km ? `${number(point.semi_major_km, 1)} × ${number(point.semi_minor_km, 1)} km` : "–";

const TIME = (point) => {
  if (!point?.time) return "–";
  const sigma = point.sigma_time_s ? ` ±${number(2 * point.sigma_time_s)} s` : "";
  return `${utc(point.time)}${sigma}`;
};

// Key into the catalogue, the differences that concern it, and the text of one estimate.
const ROWS = [
  ["launch_point", ["launch_point"], (estimate) => place(estimate.launch)],
  ["launch_ellipse", [], (estimate) => ELLIPSE(estimate.launch)],
  ["launch_time", ["launch_time"], (estimate) => TIME(estimate.launch)],
  ["apogee", ["apogee_km"], (estimate, proved) => bounded(estimate, "apogee_km", proved)],
  ["range", ["range_km"], (estimate, proved) => bounded(estimate, "range_km", proved)],
  ["impact_point", ["impact_point"], (estimate) => place(estimate.impact)],
  ["impact_ellipse", [], (estimate) => ELLIPSE(estimate.impact)],
  ["impact_time", ["impact_time"], (estimate) => TIME(estimate.impact)],
];

export const isGone = (status) => status === "retracted" || status === "superseded";

// States of which an officer must not be left to guess: unseen, flying otherwise than gravity would have it, or not known which.
function notes(one, event) {
  const found = [];
  if (one.basis === "own" && event.own_track === "coasting") found.push(["coasting", "◌"]);
  if (one.basis === "own" && event.own_track === "ended" && one.status !== "impacted") found.push(["track_ended", "◌"]);
  if (one.estimate?.ballistic === false) found.push(["irregular", "≈"]);
  if (one.estimate && one.estimate.ballistic === null && one.status !== "impacted") found.push(["not_yet_known", "?"]);
  return found.map(([key, shape]) => element("small", { class: `note note-${key}` }, element("span", { "aria-hidden": "true" }, `${shape} `), say(`note.${key}`)));
}

function columns(event) {
  const said = event.assessments.map((one) => ({ ...one, shown: one.estimate }));
  if (!event.fused) return said;
  return [...said, { origin: "fused", basis: "fused", status: null, version: null, time: event.fused.time, shown: event.fused }];
}

function heads(list) {
  return list.map((one) =>
    element("th", { scope: "col", class: isGone(one.status) ? "gone" : "" },
      element("span", { class: "origin", "data-origin": one.origin }, one.origin === "fused" ? say("basis.fused") : one.origin.toUpperCase()),
      element("small", {}, one.origin === "fused" ? say("fused.never_released") : say(`basis.${one.basis}`))));
}

function statusCell(one, event) {
  if (!one.status) return element("td", {}, "–");
  return element("td", { class: `status status-${one.status}` },
    element("span", { "aria-hidden": "true" }, `${SHAPES[one.status] ?? "?"} `),
    element("span", { class: "status-word" }, code("status", one.status)),
    " ", say("version", { n: number(one.version) }),
    notes(one, event), one.reason ? element("small", {}, one.reason) : null);
}

export function figures(event, paths = []) {
  const list = columns(event);
  const proved = new Map(list.map((one) => [one, one.basis === "fused" ? null : flown(one, paths)]));
  const differing = new Map(event.differences.map((one) => [one.field, one]));
  const rows = ROWS.map(([key, fields, text]) => {
    const differs = fields.some((field) => differing.has(field));
    const mark = differs ? element("span", { class: "differs" }, ` ≠ ${say("differs")}`) : null;
    return element("tr", { class: differs ? "differing" : "", "data-row": key },
      element("th", { scope: "row" }, say(`row.${key}`), mark),
      list.map((one) => element("td", { class: isGone(one.status) ? "gone" : "" }, one.shown ? text(one.shown, proved.get(one)) : "–")));
  });
  return element("table", { class: "figures" },
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, element("span", { class: "hidden-title" }, say("row.field"))), heads(list))),
    element("tbody", {},
      element("tr", {}, element("th", { scope: "row" }, say("row.status")), list.map((one) => statusCell(one, event))),
      rows,
      element("tr", {}, element("th", { scope: "row" }, say("row.age")),
        list.map((one) => element("td", {}, element("span", { "data-age": one.time }), ` ${say("row.ago")}`)))));
}

function valueText(field, value) {
  if (field === "status") return code("status", value);
  if (field.endsWith("_time")) return utc(value);
  return value === null ? "" : km(value);
}

// "Range: KR 1,000 km, US 500 km (500 km apart)"
export function differences(event, paths = []) {
  const named = event.differences.map((one) => {
    const values = Object.entries(one.values).map(([origin, value]) => `${origin.toUpperCase()} ${valueText(one.field, value)}`.trim());
    let spread = "";
    if (one.spread !== null) spread = one.field.endsWith("_time") ? say("unit.s", { n: number(one.spread) }) : km(one.spread);
    const apart = spread ? ` (${say("apart", { spread })})` : "";
    return element("li", { "data-difference": one.field }, element("strong", {}, say(`difference.${one.field}`)), `: ${values.join(", ")}${apart}`);
  });
  return [...named, ...bounds(event, paths)];
}

// "Range: KR 1,000 km, US at least 500 km": one states a figure, of another only the flown way is known.
function bounds(event, paths) {
  const speaking = event.assessments.filter((one) => one.estimate && !isGone(one.status));
  return ["apogee_km", "range_km"].map((field) => {
    const stated = speaking.filter((one) => one.estimate[field] !== null);
    const open = speaking.filter((one) => one.estimate[field] === null).map((one) => [one, flown(one, paths)]).filter(([, proved]) => proved);
    if (stated.length === 0 || open.length === 0) return null;
    const values = [
      ...stated.map((one) => `${one.origin.toUpperCase()} ${km(one.estimate[field])}`),
      ...open.map(([one, proved]) => `${one.origin.toUpperCase()} ${say("at_least", { value: km(proved[field]) })}`)];
    return element("li", { "data-bound": field }, element("strong", {}, say(`difference.${field}`)), `: ${values.join(", ")}`);
  }).filter(Boolean);
}
