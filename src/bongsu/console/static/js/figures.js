// The rows in which the assessments of an event stand side by side.

import { element } from "./dom.js";
import { code, km, number, place, say, utc } from "./words.js";

export const SHAPES = { initial: "▲", update: "▲", lost: "◌", passed: "➝", impacted: "✕", superseded: "≫", retracted: "⊘" };

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
  ["apogee", ["apogee_km"], (estimate) => km(estimate.apogee_km)],
  ["range", ["range_km"], (estimate) => km(estimate.range_km)],
  ["impact_point", ["impact_point"], (estimate) => place(estimate.impact)],
  ["impact_ellipse", [], (estimate) => ELLIPSE(estimate.impact)],
  ["impact_time", ["impact_time"], (estimate) => TIME(estimate.impact)],
];

export const isGone = (status) => status === "retracted" || status === "superseded";

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

function statusCell(one) {
  if (!one.status) return element("td", {}, "–");
  return element("td", { class: `status status-${one.status}` },
    element("span", { "aria-hidden": "true" }, `${SHAPES[one.status] ?? "?"} `),
    element("span", { class: "status-word" }, code("status", one.status)),
    " ", say("version", { n: number(one.version) }),
    one.reason ? element("small", {}, one.reason) : null);
}

export function figures(event) {
  const list = columns(event);
  const differing = new Map(event.differences.map((one) => [one.field, one]));
  const rows = ROWS.map(([key, fields, text]) => {
    const differs = fields.some((field) => differing.has(field));
    const mark = differs ? element("span", { class: "differs" }, ` ≠ ${say("differs")}`) : null;
    return element("tr", { class: differs ? "differing" : "", "data-row": key },
      element("th", { scope: "row" }, say(`row.${key}`), mark),
      list.map((one) => element("td", { class: isGone(one.status) ? "gone" : "" }, one.shown ? text(one.shown) : "–")));
  });
  return element("table", { class: "figures" },
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, element("span", { class: "hidden-title" }, say("row.field"))), heads(list))),
    element("tbody", {},
      element("tr", {}, element("th", { scope: "row" }, say("row.status")), list.map(statusCell)),
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
export function differences(event) {
  return event.differences.map((one) => {
    const values = Object.entries(one.values).map(([origin, value]) => `${origin.toUpperCase()} ${valueText(one.field, value)}`.trim());
    let spread = "";
    if (one.spread !== null) spread = one.field.endsWith("_time") ? say("unit.s", { n: number(one.spread) }) : km(one.spread);
    const apart = spread ? ` (${say("apart", { spread })})` : "";
    return element("li", { "data-difference": one.field }, element("strong", {}, say(`difference.${one.field}`)), `: ${values.join(", ")}${apart}`);
  });
}
