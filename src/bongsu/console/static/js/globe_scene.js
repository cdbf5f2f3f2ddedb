// What stands on the globe, as lines, fans, dots and labels in globe radii: made once for each path and each estimate, as they never change.

import { isGone } from "./figures.js";
import { area as areaById } from "./geography.js";
import { RISKS } from "./map.js";
import { EARTH_KM, ellipse, greatCircle, vector } from "./sphere.js";
import { number, say } from "./words.js";

const SKIN = 1.0015;
const DROPS = 12;
const THICK_PATHS = 40;
const LABELS = 24;
// From so many objects on only the newest drop line of each is drawn: more could not be told apart.
const CROWD = 200;
const pathsKept = new WeakMap();
const pointsKept = new WeakMap();

const raised = (v, factor) => [v[0] * factor, v[1] * factor, v[2] * factor];
const of = (point) => vector(point.longitude_deg, point.latitude_deg);

// A run of points as pairs, for line segments.
function pairs(points) {
  const made = new Float32Array(Math.max(0, points.length - 1) * 6);
  for (let i = 0, at = 0; i + 1 < points.length; i += 1, at += 6) {
    const from = points[i], to = points[i + 1];
    [made[at], made[at + 1], made[at + 2]] = from;
    [made[at + 3], made[at + 4], made[at + 5]] = to;
  }
  return made;
}

// Every other step alone.
function dashed(points) {
  const picked = [];
  for (let i = 0; i + 1 < points.length; i += 2) picked.push(points[i], points[i + 1]);
  return flat(picked);
}

function flat(points) {
  const made = new Float32Array(points.length * 3);
  for (let i = 0, at = 0; i < points.length; i += 1, at += 3) [made[at], made[at + 1], made[at + 2]] = points[i];
  return made;
}

// The way of one object: its arc in space, drop lines to the ground, the track on the ground.
function shapeOfPath(path) {
  const known = pathsKept.get(path);
  if (known) return known;
  const ground = [], arc = [], drops = [];
  for (const [longitude, latitude, altitude] of path.points) {
    const v = vector(longitude, latitude);
    ground.push(raised(v, SKIN));
    arc.push(raised(v, SKIN + altitude / EARTH_KM));
  }
  const step = Math.max(1, Math.ceil(arc.length / DROPS));
  for (let i = 0; i < arc.length; i += step) drops.push(ground[i], arc[i]);
  if (arc.length) drops.push(ground.at(-1), arc.at(-1));
  const made = { points: arc, arc: pairs(arc), drops: flat(drops), drop: flat(drops.slice(-2)), ground: dashed(ground), head: arc.at(-1), altitude: path.points.at(-1)?.[2] ?? 0 };
  pathsKept.set(path, made);
  return made;
}

function shapeOfPoint(point) {
  const known = pointsKept.get(point);
  if (known) return known;
  const at = raised(of(point), SKIN);
  const drawn = point.semi_major_km && point.semi_minor_km && point.bearing_deg !== null && point.semi_major_km < 3000;
  const ring = drawn ? ellipse(point, 48).map((v) => raised(v, SKIN)) : [];
  const made = { at, ring, outline: pairs(ring) };
  pointsKept.set(point, made);
  return made;
}

function addEvent(made, event, scene, gone) {
  for (const one of event.assessments) {
    if (!one.estimate) continue;
    const over = isGone(one.status), colour = over ? gone : scene.colour(one.origin);
    const { launch, impact } = one.estimate;
    for (const [point, kind] of [[launch, "launch"], [impact, "impact"]]) {
      if (!point) continue;
      const { at, ring, outline } = shapeOfPoint(point);
      made.lines.push([outline, colour]);
      if (ring.length) made.fans.push([at, ring, colour]);
      made.marks.push({ at, kind, colour });
      if (kind === "impact") made.labels.push({ at, colour, text: `${one.origin.toUpperCase()}${over ? ` ${say(`status.${one.status}`)}` : ""}` });
      made.ground.push(at);
    }
    if (launch && impact && !over) made.faint.push([dashed(greatCircle(of(launch), of(impact)).map((v) => raised(v, SKIN))), colour]);
  }
  if (!RISKS.has(event.alert?.status)) return;
  for (const risk of event.alert.areas) {
    for (const ring of areaById(risk.area)?.rings ?? []) made.lines.push([pairs(ring.points.map((v) => raised(v, SKIN))), scene.edge]);
  }
}

// scene as for the map; `edge` and `gone` are colours.
export function shapes(scene) {
  const made = { lines: [], faint: [], fans: [], dots: [], marks: [], labels: [], thick: [], ground: [], high: [] };
  for (const event of scene.events) addEvent(made, event, scene, scene.gone);
  const crowded = scene.paths.length > CROWD;
  for (const path of scene.paths) {
    if (path.points.length === 0) continue;
    const colour = scene.colour(path.origin), shape = shapeOfPath(path);
    made.lines.push([shape.arc, colour]);
    if (crowded) made.faint.push([shape.drop, colour]);
    else made.faint.push([shape.drops, colour], [shape.ground, colour]);
    made.dots.push([shape.head, colour]);
    if (scene.paths.length <= THICK_PATHS) made.thick.push([shape.points, colour]);
    if (made.high.length < 400) made.high.push(shape.head, shape.points[shape.points.length >> 1]);
    if (made.labels.length < LABELS) {
      made.labels.push({ at: shape.head, colour, text: `${path.origin.toUpperCase()} ${say("map.altitude", { km: number(shape.altitude) })}` });
    }
  }
  return made;
}
