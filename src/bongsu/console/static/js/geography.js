// The packaged outlines: land, borders, and the areas of public alerts with their names.

import { angle, unit, vector } from "./sphere.js";
import { language } from "./words.js";

const areas = new Map();
let countries = {};
let land = [];
let borders = [];
let upper = [];

// Rings are differences of whole steps of `scale` degrees.
function decode(ring, scale) {
  const points = [];
  let longitude = 0, latitude = 0;
  for (let i = 0; i < ring.length; i += 2) {
    longitude += ring[i];
    latitude += ring[i + 1];
    points.push(vector(longitude * scale, latitude * scale));
  }
  const middle = unit(points.reduce((sum, v) => [sum[0] + v[0], sum[1] + v[1], sum[2] + v[2]], [0, 0, 0]));
  return { points, middle, radius: Math.max(...points.map((v) => angle(v, middle))) };
}

const read = async (name) => (await fetch(`/static/geo/${name}`)).json();

export async function load() {
  const [outlines, provinceSet, districts] = await Promise.all(["land-50m.json", "areas.json", "districts.json"].map(read));
  land = outlines.rings.map((ring) => decode(ring, outlines.scale));
  borders = outlines.borders.map((ring) => decode(ring, outlines.scale));
  for (const set of [districts, provinceSet]) {
    countries = { ...countries, ...set.countries };
    for (const area of set.areas) {
      areas.set(area.id, { ...area, rings: area.rings.map((ring) => decode(ring, set.scale)) });
    }
  }
  upper = provinceSet.areas.map((one) => areas.get(one.id));
}

export const outlines = () => ({ land, borders });
export const area = (name) => areas.get(name);
export const provinces = () => upper;

// Always with the country: both Koreas have a Kangwon.
export function areaName(name) {
  const known = areas.get(name);
  if (!known) return name;
  const country = countries[known.country]?.[language()] ?? known.country;
  return `${known.names[language()] ?? known.names.en} (${country})`;
}

export const countryName = (code) => countries[code]?.[language()] ?? code;

// Every area by id and full name, for a search.
export const areaNames = () => [...areas.keys()].map((id) => [id, areaName(id)]);

export const near = (projection, ring) => angle(projection.centre, ring.middle) < projection.reach + ring.radius;
