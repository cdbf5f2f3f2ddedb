// The four plots of the ledger as SVG. Each carries its mark inside, and stands beside a table of the same figures for those who do not see it.

import { element } from "./dom.js";
import { code, number, say } from "./words.js";

const SPACE = "http://www.w3.org/2000/svg";
const WIDTH = 340, HEIGHT = 226;
const BOX = { left: 42, right: 332, top: 16, bottom: 175 };
const KINDS = ["ballistic", "manoeuvring", "satellite", "cruise", "artillery", "unknown"];
const KNOWN = ["kcna", "japan", "korea"];

export const reporterRank = (reporter) => (KNOWN.includes(reporter) ? KNOWN.indexOf(reporter) : KNOWN.length);

function shape(name, attributes = {}, ...children) {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children.flat(Infinity).filter((one) => one !== null && one !== undefined));
  return made;
}

const text = (x, y, words, more = {}) => shape("text", { x, y, ...more }, words);
const line = (x1, y1, x2, y2, kind) => shape("line", { x1, y1, x2, y2, class: kind });
const named = (mark, words) => { mark.append(shape("title", {}, words)); return mark; };

// From a value to a pixel, straight or by powers of ten.
function scale(low, high, from, to, logarithmic = false) {
  const at = (value) => (logarithmic ? Math.log10(value) : value);
  return (value) => from + ((at(value) - at(low)) / (at(high) - at(low))) * (to - from);
}

function ticks(most) {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000].find((one) => most / one <= 6) ?? most;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}

function frame(title, axisX, axisY, parts, left = BOX.left) {
  const drawing = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `${title}. ${say("plot.mark")}` },
    parts, line(left, BOX.bottom, BOX.right, BOX.bottom, "axis"), line(left, BOX.top, left, BOX.bottom, "axis"),
    text(BOX.right, 10, say("plot.mark"), { class: "stamp", "text-anchor": "end" }),
    text((left + BOX.right) / 2, HEIGHT - 3, axisX, { class: "soft", "text-anchor": "middle" }),
    axisY ? text(4, 10, axisY, { class: "soft" }) : null);
  return drawing;
}

// The marker says how the figure was bounded; its line and filling, whose it is.
function marker(x, y, bound, reporter, chosen) {
  const kind = `dot reporter-${reporterRank(reporter)}${chosen ? " chosen" : ""}`;
  if (bound === "about") return shape("rect", { x: x - 4, y: y - 4, width: 8, height: 8, class: kind });
  if (bound === "at_least") return shape("path", { d: `M${x - 5} ${y + 4}L${x + 5} ${y + 4}L${x} ${y - 5}Z`, class: kind });
  if (bound === "at_most") return shape("path", { d: `M${x - 5} ${y - 4}L${x + 5} ${y - 4}L${x} ${y + 5}Z`, class: kind });
  return shape("circle", { cx: x, cy: y, r: 4, class: kind });
}

function reporters(rows) {
  const found = [...new Set(rows.map((row) => row.reporter))].sort((a, b) => reporterRank(a) - reporterRank(b));
  return element("p", { class: "legend" }, found.map((reporter) =>
    element("span", {}, shape("svg", { viewBox: "0 0 14 12", "aria-hidden": "true" }, marker(7, 6, "exact", reporter)), code("reporter", reporter))));
}

function table(heads, rows) {
  return element("details", {}, element("summary", {}, say("plot.figures")), element("div", { tabindex: "0", role: "region", "aria-label": say("plot.figures") }, element("table", {},
    element("thead", {}, element("tr", {}, heads.map((head) => element("th", { scope: "col" }, head)))),
    element("tbody", {}, rows.map((cells) => element("tr", {}, cells.map((cell, index) => element(index ? "td" : "th", index ? {} : { scope: "row" }, cell))))))));
}

function figure(name, drawing, legend, figures) {
  return element("figure", { class: "plot", "data-plot": name }, element("figcaption", {}, say(`plot.${name}`)), drawing, legend, figures);
}

function months(rows) {
  const most = Math.max(1, ...rows.map((row) => Object.values(row.counts).reduce((sum, one) => sum + one, 0)));
  const y = scale(0, most, BOX.bottom, BOX.top + 8), wide = (BOX.right - BOX.left) / Math.max(1, rows.length);
  const used = KINDS.filter((kind) => rows.some((row) => row.counts[kind]));
  const every = Math.ceil(rows.length / 24);
  const parts = ticks(most).map((one) => [line(BOX.left, y(one), BOX.right, y(one), "grid"), text(BOX.left - 5, y(one) + 3, number(one), { "text-anchor": "end" })]);
  rows.forEach((row, index) => {
    let below = 0;
    const x = BOX.left + index * wide;
    for (const kind of used) {
      const count = row.counts[kind] ?? 0;
      if (!count) continue;
      parts.push(named(shape("rect", { x: x + 1, y: y(below + count), width: Math.max(1, wide - 2), height: y(below) - y(below + count), class: `bar kind-${kind}` }),
        `${row.month} · ${code("launch_kind", kind)}: ${number(count)}`));
      below += count;
    }
    const at = x + wide / 2 + 3;
    if (index % every === 0) parts.push(text(at, BOX.bottom + 6, row.month.slice(2), { transform: `rotate(-90 ${at} ${BOX.bottom + 6})`, "text-anchor": "end", class: "soft" }));
  });
  const legend = element("p", { class: "legend" }, used.map((kind) =>
    element("span", {}, shape("svg", { viewBox: "0 0 14 12", "aria-hidden": "true" }, shape("rect", { x: 2, y: 1, width: 10, height: 10, class: `kind-${kind}` })), code("launch_kind", kind))));
  const figures = table([say("plot.month"), ...used.map((kind) => code("launch_kind", kind))], rows.map((row) => [row.month, ...used.map((kind) => number(row.counts[kind] ?? 0))]));
  return figure("months", frame(say("plot.months"), say("plot.months_axis"), say("plot.count"), parts), legend, figures);
}

const bounded = (bound, value) => (bound === "exact" ? value : say(`bound.${bound}`, { value }));
const km = (value) => say("unit.km", { n: number(value) });
const seconds = (value) => say("unit.s", { n: number(value) });

function decades(low, high) {
  return [10, 100, 1000, 10_000].filter((one) => one >= low && one <= high);
}

function pairs(rows, chosen) {
  const limits = (values) => [Math.min(...values, 100) * 0.8, Math.max(...values, 1000) * 1.25];
  const [near, far] = limits(rows.map((row) => row.range_km)), [low, high] = limits(rows.map((row) => row.apogee_km));
  const x = scale(near, far, BOX.left, BOX.right, true), y = scale(low, high, BOX.bottom, BOX.top, true);
  const parts = [
    ...decades(near, far).map((one) => [line(x(one), BOX.top, x(one), BOX.bottom, "grid"), text(x(one), BOX.bottom + 13, number(one), { "text-anchor": "middle" })]),
    ...decades(low, high).map((one) => [line(BOX.left, y(one), BOX.right, y(one), "grid"), text(BOX.left - 4, y(one) + 3, number(one), { "text-anchor": "end" })])];
  for (const row of rows) {
    if (row.launch === chosen) parts.push(shape("circle", { cx: x(row.range_km), cy: y(row.apogee_km), r: 8, class: "ring" }));
    parts.push(named(marker(x(row.range_km), y(row.apogee_km), row.apogee_bound, row.reporter, row.launch === chosen),
      `${row.launch} · ${code("reporter", row.reporter)}: ${bounded(row.apogee_bound, km(row.apogee_km))} / ${bounded(row.range_bound, km(row.range_km))}`));
  }
  const figures = table([say("ledger.launch"), say("ledger.reporter"), say("claim_field.apogee"), say("claim_field.range")], rows.map((row) =>
    [row.launch, code("reporter", row.reporter), bounded(row.apogee_bound, km(row.apogee_km)), bounded(row.range_bound, km(row.range_km))]));
  return figure("pairs", frame(say("plot.pairs"), say("plot.range_axis"), say("plot.apogee_axis"), parts), [reporters(rows), element("p", { class: "quiet" }, say("plot.markers"))], figures);
}

function rowsOf(names, from) {
  const high = (BOX.bottom - BOX.top) / Math.max(1, names.length);
  return { high, y: (name) => BOX.top + high * (names.indexOf(name) + 0.5), labels: names.map((name, index) => text(from - 4, BOX.top + high * (index + 0.5) + 3, name, { "text-anchor": "end" })) };
}

const LABELS = 88;

function times(rows, chosen) {
  const names = [...new Set(rows.map((row) => row.launch))];
  const above = (row) => row.reported_s - row.drag_free_s, computed = (row) => row.flight_s - row.drag_free_s;
  const values = rows.flatMap((row) => [above(row), computed(row)]);
  const low = Math.min(0, ...values), high = Math.max(1, ...values), room = (high - low) * 0.06;
  const x = scale(low - room, high + room, LABELS, BOX.right), { y, labels } = rowsOf(names, LABELS);
  const parts = [labels, ticks(high).map((one) => [line(x(one), BOX.top, x(one), BOX.bottom, "grid"), text(x(one), BOX.bottom + 13, number(one), { "text-anchor": "middle" })]),
    line(x(0), BOX.top, x(0), BOX.bottom, "limit")];
  for (const row of rows) {
    if (row.launch === chosen) parts.push(line(LABELS, y(row.launch), BOX.right, y(row.launch), "ring"));
    parts.push(named(line(x(computed(row)), y(row.launch) - 6, x(computed(row)), y(row.launch) + 6, "axis"), say("plot.computed")),
      named(marker(x(above(row)), y(row.launch), "exact", row.reporter, row.launch === chosen), `${row.launch} · ${code("reporter", row.reporter)}: ${seconds(row.reported_s)} (${say("plot.computed")}: ${seconds(row.flight_s)})`));
  }
  const figures = table([say("ledger.launch"), say("ledger.reporter"), say("plot.reported"), say("plot.computed"), say("plot.drag_free")], rows.map((row) =>
    [row.launch, code("reporter", row.reporter), seconds(row.reported_s), seconds(row.flight_s), seconds(row.drag_free_s)]));
  return figure("times", frame(say("plot.times"), say("plot.times_axis"), "", parts, LABELS), [reporters(rows), element("p", { class: "quiet" }, say("plot.times_key"))], figures);
}

function differences(rows, chosen) {
  const places = rows.map((_, index) => index), most = Math.max(1, ...rows.map((row) => Math.max(row.difference_s, row.allowed_s)));
  const x = scale(0, most * 1.08, LABELS, BOX.right), { high, y } = rowsOf(places, LABELS), thick = Math.min(18, high * 0.6);
  const parts = ticks(most).map((one) => [line(x(one), BOX.top, x(one), BOX.bottom, "grid"), text(x(one), BOX.bottom + 13, number(one), { "text-anchor": "middle" })]);
  rows.forEach((row, index) => {
    const at = y(index);
    parts.push(text(LABELS - 4, at + 3, row.launch, { "text-anchor": "end" }),
      named(shape("rect", { x: LABELS, y: at - thick / 2, width: x(row.difference_s) - LABELS, height: thick, class: row.flagged ? "kind-artillery" : "explained" }), `${row.launch}: ${row.said}`),
      line(x(row.allowed_s), at - thick / 2 - 2, x(row.allowed_s), at + thick / 2 + 2, "limit"));
    if (row.launch === chosen) parts.push(line(LABELS, at + high / 2, BOX.right, at + high / 2, "ring"));
  });
  const figures = table([say("ledger.launch"), say("plot.apart"), say("plot.allowed"), say("plot.said")], rows.map((row) =>
    [row.launch, `${row.flagged ? "▲ " : ""}${seconds(row.difference_s)}`, seconds(row.allowed_s), element("span", { lang: "en" }, row.said)]));
  return figure("differences", frame(say("plot.differences"), say("plot.differences_axis"), "", parts, LABELS), element("p", { class: "quiet" }, say("plot.differences_key")), figures);
}

// `chosen` is the launch whose marks stand out.
export function plots(ledger, chosen) {
  return [months(ledger.months), pairs(ledger.pairs, chosen), times(ledger.times, chosen), differences(ledger.differences, chosen)];
}
