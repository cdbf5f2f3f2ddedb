// The countdown at a place of the officer's choice: an area found by name, and how near and when each flight comes.

import { byId, element, replace } from "./dom.js";
import { areaName, area as areaById, areaNames } from "./geography.js";
import { isGone } from "./figures.js";
import { EARTH_KM, angle, greatCircle, unit, vector } from "./sphere.js";
import { language, number, say } from "./words.js";
import * as view from "./view.js";

const STEPS = 96;
const RING_POINTS = 80;
let chosen = view.read("place");

export const place = () => chosen;

const of = (point) => vector(point.longitude_deg, point.latitude_deg);

function thinned(rings) {
  return rings.flatMap((ring) => {
    const step = Math.max(1, Math.floor(ring.points.length / RING_POINTS));
    return ring.points.filter((_, index) => index % step === 0);
  });
}

// When and how far off the ground track of one assessment comes closest to the outline of the place.
function passage(estimate, outline) {
  const { launch, impact } = estimate;
  const way = greatCircle(of(launch), of(impact), STEPS);
  let nearest = { arc: Infinity, share: 0 };
  for (const [index, here] of way.entries()) {
    for (const corner of outline) {
      const arc = angle(here, corner);
      if (arc < nearest.arc) nearest = { arc, share: index / Math.max(1, way.length - 1) };
    }
  }
  const begin = Date.parse(launch.time), end = Date.parse(impact.time);
  return { km: nearest.arc * EARTH_KM, time: new Date(begin + nearest.share * (end - begin)).toISOString(), isImpact: nearest.share > 0.99 };
}

// The earliest that anybody says of this event at the place: from the areas at risk where it is one of them, else reckoned from the ground track.
export function atPlace(event) {
  const one = chosen && areaById(chosen);
  if (!one) return null;
  const risk = event.alert?.status === "alert" ? event.alert.areas.find((each) => each.area === chosen) : null;
  if (risk?.time) return { kind: risk.kind, time: risk.time, km: 0 };
  const outline = thinned(one.rings);
  const found = event.assessments
    .filter((each) => !isGone(each.status) && each.estimate?.launch?.time && each.estimate?.impact?.time)
    .map((each) => passage(each.estimate, outline))
    .sort((a, b) => a.km - b.km)[0];
  return found ? { kind: found.isImpact ? "impact" : "overflight", ...found } : null;
}

export function line(event) {
  const found = event.live ? atPlace(event) : null;
  if (!found) return null;
  const name = areaName(chosen);
  const text = found.km < 1 ? say(`place.${found.kind}`, { place: name }) : say(`place.near_${found.kind}`, { place: name, km: number(found.km) });
  return element("p", { class: "countdown at-place" }, text, " ", element("strong", { "data-countdown": found.time, class: "digits" }));
}

function show() {
  byId("place").value = chosen ? areaName(chosen) : "";
}

export function listen(onChange) {
  const field = byId("place");
  field.addEventListener("change", () => {
    const wanted = field.value.trim().toLocaleLowerCase();
    const names = areaNames();
    const hit = names.find(([, name]) => name.toLocaleLowerCase() === wanted) ?? names.find(([, name]) => wanted && name.toLocaleLowerCase().startsWith(wanted));
    chosen = hit ? hit[0] : null;
    view.write("place", chosen);
    field.setAttribute("aria-invalid", String(Boolean(wanted) && !hit));
    if (hit || !wanted) show();
    onChange();
  });
}

export function translate() {
  const names = areaNames().sort((a, b) => a[1].localeCompare(b[1], language()));
  replace(byId("places"), names.map(([, name]) => element("option", { value: name })));
  if (chosen && !areaById(chosen)) chosen = null;
  show();
}

// The middle of the chosen place for the maps.
export function middle() {
  const one = chosen && areaById(chosen);
  return one ? unit(one.rings[0].middle) : null;
}

