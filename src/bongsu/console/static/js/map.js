// The map: land and areas on one layer that is drawn when the view changes, launches and impacts on another.

import { isGone } from "./figures.js";
import { areaName, area as areaById, near, outlines, provinces } from "./geography.js";
import { FONT, HOME, strokePoint } from "./pen.js";
import { Projection, ellipse, greatCircle, vector } from "./sphere.js";
import { km, number, say } from "./words.js";

const PROVINCES_KM_PER_PIXEL = 4;
const LABELLED_PATHS = 40;
export const RISKS = new Set(["alert", "pre_alert"]);
const DASHES = [[], [7, 4], [2, 3], [10, 3, 2, 3]];

const of = (point) => vector(point.longitude_deg, point.latitude_deg);

export class ChartMap {
  constructor(canvas, { inset = false } = {}) {
    this.canvas = canvas;
    this.inset = inset;
    this.ground = document.createElement("canvas");
    this.drawnGround = "";
    this.projection = null;
    this.fitted = "";
    this.byHand = false;
    if (!inset) this.listen();
  }

  listen() {
    let from = null;
    this.canvas.addEventListener("pointerdown", (event) => {
      from = [event.offsetX, event.offsetY];
      this.canvas.setPointerCapture(event.pointerId);
    });
    this.canvas.addEventListener("pointerup", () => { from = null; });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!from || !this.projection) return;
      const { width, height } = this.projection;
      const middle = this.projection.vectorAt(width / 2 - event.offsetX + from[0], height / 2 - event.offsetY + from[1]);
      from = [event.offsetX, event.offsetY];
      this.move(middle, this.projection.kmPerPixel);
    });
    this.canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8);
    }, { passive: false });
  }

  move(centre, kmPerPixel) {
    const { width, height } = this.projection;
    this.projection = new Projection(width, height, centre, Math.min(12, Math.max(0.05, kmPerPixel)));
    this.byHand = true;
    this.onMoved?.();
  }

  zoom(factor) {
    if (this.projection) this.move(this.projection.centre, this.projection.kmPerPixel * factor);
  }

  // A fifth of the map to the east or the north.
  pan(east, north) {
    const { width, height } = this.projection;
    this.move(this.projection.vectorAt(width * (0.5 + 0.2 * east), height * (0.5 - 0.2 * north)), this.projection.kmPerPixel);
  }

  fitAgain() {
    this.byHand = false;
    this.fitted = "";
    this.onMoved?.();
  }

  // scene: { mode, focus, events, paths, colours(origin), index(origin) }
  draw(scene) {
    const box = this.canvas.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    const width = Math.max(80, Math.round(box.width)), height = Math.max(60, Math.round(box.height));
    for (const layer of [this.canvas, this.ground]) {
      if (layer.width !== width * ratio || layer.height !== height * ratio) {
        layer.width = width * ratio;
        layer.height = height * ratio;
        this.drawnGround = "";
      }
    }
    this.look(scene, width, height);
    this.style = getComputedStyle(document.documentElement);
    this.drawGround(ratio, scene);
    const pen = this.canvas.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.drawImage(this.ground, 0, 0);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.pen = pen;
    this.labels = [];
    this.cover = scene.cover;
    for (const event of scene.events) this.drawAreas(event);
    for (const path of scene.paths) this.drawPath(path, scene);
    for (const event of scene.events) this.drawEvent(event, scene);
    this.drawTruth(scene.truth);
    this.drawFrame(scene);
  }

  colour(name) {
    return this.style.getPropertyValue(`--${name}`).trim();
  }

  // Fit what is known; keep the view while all of it still lies inside, so that the map does not swim.
  look(scene, width, height) {
    if (this.byHand && this.projection) {
      this.projection = new Projection(width, height, this.projection.centre, this.projection.kmPerPixel);
      return;
    }
    const points = this.wanted(scene);
    const key = `${scene.focus ?? ""}/${width}x${height}/${points.length > HOME.length}/${Boolean(scene.cover)}`;
    const inside = this.projection && points.every((point) => this.projection.sees(point));
    if (key === this.fitted && inside) return;
    this.fitted = key;
    this.projection = Projection.fit(width, height, points, this.inset ? 160 : 500);
    // What would lie under the inset is moved out from below it.
    if (scene.cover && points.some((point) => this.covers(scene.cover, ...this.projection.xy(point)))) {
      const { kmPerPixel } = this.projection;
      this.projection = new Projection(width, height, this.projection.vectorAt(width * 0.64, height * 0.62), kmPerPixel * 1.3);
    }
  }

  covers([left, top, right, bottom], x, y, wide = 0) {
    return x + wide > left && x < right && y > top && y - 12 < bottom;
  }

  wanted(scene) {
    const points = this.inset ? [] : [...HOME];
    const chosen = scene.events.filter((event) => !scene.focus || event.event === scene.focus);
    for (const event of chosen) {
      for (const { status, estimate } of event.assessments) {
        if (status === "retracted" && event.assessments.length > 1) continue;
        if (!estimate) continue;
        if (estimate.launch && !this.inset) points.push(of(estimate.launch));
        if (estimate.impact) points.push(...this.around(estimate.impact));
      }
    }
    if (!this.inset && scene.truth) points.push(...scene.truth.track.map(([longitude, latitude]) => vector(longitude, latitude)));
    return points.length ? points : HOME;
  }

  around(point) {
    return this.inset && point.semi_major_km && point.semi_major_km < 1500 ? ellipse(point, 8) : [of(point)];
  }

  drawGround(ratio, scene) {
    const { centre, kmPerPixel, width, height } = this.projection;
    const theme = document.documentElement.dataset.theme;
    const key = [centre, kmPerPixel, width, height, theme, ratio].join();
    if (key === this.drawnGround) return;
    this.drawnGround = key;
    const pen = this.ground.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = this.colour("sea");
    pen.fillRect(0, 0, width, height);
    this.drawGraticule(pen);
    pen.fillStyle = this.colour("land");
    pen.strokeStyle = this.colour("coast");
    pen.lineWidth = 0.7;
    pen.beginPath();
    for (const ring of outlines().land) if (near(this.projection, ring)) this.trace(pen, ring.points, true);
    pen.fill("evenodd");
    pen.stroke();
    if (kmPerPixel < PROVINCES_KM_PER_PIXEL) {
      pen.strokeStyle = this.colour("province");
      pen.lineWidth = 0.5;
      pen.beginPath();
      for (const one of provinces()) for (const ring of one.rings) if (near(this.projection, ring)) this.trace(pen, ring.points, true);
      pen.stroke();
    }
    pen.strokeStyle = this.colour("border");
    pen.setLineDash([4, 3]);
    pen.beginPath();
    for (const line of outlines().borders) if (near(this.projection, line)) this.trace(pen, line.points, false);
    pen.stroke();
    pen.setLineDash([]);
  }

  drawGraticule(pen) {
    const step = this.projection.kmPerPixel > 3 ? 10 : this.projection.kmPerPixel > 0.8 ? 5 : 1;
    const [longitude, latitude] = lonLat(this.projection.centre);
    const half = Math.min(60, (this.projection.reach * 180) / Math.PI);
    const low = Math.max(-80, Math.floor((latitude - half) / step) * step), high = Math.min(80, latitude + half);
    const wide = Math.min(180, half / Math.max(0.2, Math.cos((latitude * Math.PI) / 180)));
    const west = Math.floor((longitude - wide) / step) * step, east = longitude + wide;
    pen.strokeStyle = this.colour("graticule");
    pen.lineWidth = 0.5;
    pen.beginPath();
    for (let lat = low; lat <= high; lat += step) this.trace(pen, sweep(west, east, step / 4, (lon) => vector(lon, lat)), false);
    for (let lon = west; lon <= east; lon += step) this.trace(pen, sweep(low, high, step / 4, (lat) => vector(lon, lat)), false);
    pen.stroke();
  }

  trace(pen, points, closed) {
    for (let i = 0; i < points.length; i += 1) {
      const [x, y] = this.projection.xy(points[i]);
      if (i === 0) pen.moveTo(x, y);
      else pen.lineTo(x, y);
    }
    if (closed) pen.closePath();
  }

  drawAreas(event) {
    if (!RISKS.has(event.alert?.status)) return;
    const pen = this.pen;
    for (const risk of event.alert.areas) {
      const one = areaById(risk.area);
      if (!one) continue;
      pen.beginPath();
      for (const ring of one.rings) if (near(this.projection, ring)) this.trace(pen, ring.points, true);
      // To be ready is paler than to take cover, and its edge is broken.
      const ready = risk.rung !== "alert";
      pen.fillStyle = this.colour(risk.kind === "overflight" ? "area-overflight" : "area-impact");
      pen.globalAlpha = ready ? 0.5 : 1;
      pen.fill("evenodd");
      pen.globalAlpha = 1;
      pen.setLineDash(ready ? [4, 3] : []);
      pen.strokeStyle = this.colour("area-edge");
      pen.lineWidth = 1;
      pen.stroke();
      pen.setLineDash([]);
      const middle = one.rings[0].middle;
      if (this.inset && this.projection.sees(middle)) this.label(middle, areaName(risk.area), this.colour("ink"), 0, 0, "center");
    }
  }

  drawPath(path, scene) {
    if (path.points.length === 0) return;
    const pen = this.pen;
    pen.strokeStyle = scene.colour(path.origin);
    pen.lineWidth = 2.2;
    pen.setLineDash(DASHES[scene.index(path.origin) % DASHES.length]);
    pen.beginPath();
    this.trace(pen, path.points.map(([longitude, latitude]) => vector(longitude, latitude)), false);
    pen.stroke();
    pen.setLineDash([]);
    const [longitude, latitude, altitude] = path.points.at(-1);
    const here = vector(longitude, latitude), [x, y] = this.projection.xy(here);
    pen.fillStyle = scene.colour(path.origin);
    pen.beginPath();
    pen.arc(x, y, 4.5, 0, 2 * Math.PI);
    pen.fill();
    // More than can be read are not written at all.
    if (scene.paths.length <= LABELLED_PATHS) this.label(here, `${path.origin.toUpperCase()} ${say("map.altitude", { km: number(altitude) })}`, scene.colour(path.origin), 9, -6);
  }

  drawEvent(event, scene) {
    // What no longer stands lies under what does.
    for (const one of [...event.assessments].sort((a, b) => Number(isGone(b.status)) - Number(isGone(a.status)))) {
      const estimate = one.estimate;
      if (!estimate) continue;
      const gone = isGone(one.status);
      const colour = gone ? this.colour("gone") : scene.colour(one.origin);
      const dash = DASHES[scene.index(one.origin) % DASHES.length];
      if (estimate.launch) this.drawPoint(estimate.launch, colour, dash, "launch", one, gone);
      if (estimate.impact) this.drawPoint(estimate.impact, colour, dash, "impact", one, gone);
      if (estimate.launch && estimate.impact && !gone) {
        this.pen.strokeStyle = colour;
        this.pen.globalAlpha = 0.6;
        this.pen.lineWidth = 1;
        this.pen.setLineDash([3, 6]);
        this.pen.beginPath();
        this.trace(this.pen, greatCircle(of(estimate.launch), of(estimate.impact)), false);
        this.pen.stroke();
        this.pen.setLineDash([]);
        this.pen.globalAlpha = 1;
      }
    }
  }

  drawPoint(point, colour, dash, kind, one, gone) {
    const pen = this.pen, here = of(point), [x, y] = this.projection.xy(here);
    pen.strokeStyle = colour;
    pen.fillStyle = colour;
    if (point.semi_major_km && point.semi_minor_km && point.bearing_deg !== null && point.semi_major_km < 3000) {
      pen.beginPath();
      this.trace(pen, ellipse(point), true);
      pen.globalAlpha = gone ? 0.05 : 0.18;
      pen.fill();
      pen.globalAlpha = 1;
      pen.lineWidth = 1.4;
      pen.setLineDash(dash);
      pen.stroke();
      pen.setLineDash([]);
    }
    pen.lineWidth = 2;
    strokePoint(pen, kind, x, y);
    if (kind === "impact" || !this.inset) {
      const text = `${one.origin.toUpperCase()}${gone ? ` ${say(`status.${one.status}`)}` : ""}`;
      this.label(here, text, colour, kind === "launch" ? -9 : 9, 14, kind === "launch" ? "right" : "left");
    }
  }

  drawTruth(truth) {
    if (!truth || truth.track.length === 0) return;
    const pen = this.pen;
    pen.strokeStyle = this.colour("truth");
    pen.lineWidth = 1.5;
    pen.setLineDash([1, 3]);
    pen.beginPath();
    this.trace(pen, truth.track.map(([longitude, latitude]) => vector(longitude, latitude)), false);
    pen.stroke();
    pen.setLineDash([]);
    for (const now of truth.now ?? []) {
      const [x, y] = this.projection.xy(vector(now.longitude_deg, now.latitude_deg));
      pen.beginPath();
      pen.arc(x, y, 7, 0, 2 * Math.PI);
      pen.stroke();
    }
  }

  // A label moves down until it covers no other.
  label(v, text, colour, dx, dy, align = "left") {
    if (!this.projection.sees(v)) return;
    const pen = this.pen, [x, y] = this.projection.xy(v);
    pen.font = `600 12px ${FONT}`;
    const wide = pen.measureText(text).width;
    let left = x + dx - (align === "right" ? wide : align === "center" ? wide / 2 : 0);
    let top = y + dy;
    // The same word at the same place once: a salvo is not written twenty times.
    if (this.labels.some((box) => box[3] === text && Math.abs(left - box[0]) < 12 && Math.abs(y + dy - box[4]) < 12)) return;
    if (this.cover && this.covers(this.cover, left, top, wide)) left = this.cover[0] - wide - 4;
    const covers = () => this.labels.some((box) => left < box[0] + box[1] && box[0] < left + wide && Math.abs(box[2] - top) < 13);
    for (let tries = 0; tries < 8 && covers(); tries += 1) top += 13;
    this.labels.push([left, wide, top, text, y + dy]);
    pen.textAlign = "left";
    pen.lineWidth = 3;
    pen.strokeStyle = this.colour("halo");
    pen.strokeText(text, left, top);
    pen.fillStyle = colour;
    pen.fillText(text, left, top);
  }

  drawFrame(scene) {
    const pen = this.pen, { width, height, kmPerPixel } = this.projection;
    const ink = this.colour("ink-soft");
    if (scene.mark) {
      pen.font = `700 ${this.inset ? 11 : 13}px ${FONT}`;
      pen.textAlign = "left";
      pen.lineWidth = 3;
      pen.strokeStyle = this.colour("halo");
      pen.strokeText(scene.mark, 10, 20);
      pen.fillStyle = this.colour("mode-ink-on-map");
      pen.fillText(scene.mark, 10, 20);
    }
    const length = niceKm(110 * kmPerPixel), pixels = length / kmPerPixel;
    pen.strokeStyle = ink;
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.moveTo(10, height - 14);
    pen.lineTo(10, height - 10);
    pen.lineTo(10 + pixels, height - 10);
    pen.lineTo(10 + pixels, height - 14);
    pen.stroke();
    pen.font = `11px ${FONT}`;
    pen.fillStyle = ink;
    pen.textAlign = "left";
    pen.fillText(km(length), 14, height - 15);
    pen.textAlign = "right";
    if (!this.inset) pen.fillText("Natural Earth · NGII", width - 8, height - 8);
  }
}

function sweep(from, to, step, made) {
  const points = [];
  for (let at = from; at < to; at += step) points.push(made(at));
  points.push(made(to));
  return points;
}

function lonLat(v) {
  return [(Math.atan2(v[1], v[0]) * 180) / Math.PI, (Math.asin(v[2]) * 180) / Math.PI];
}

function niceKm(km) {
  const ten = 10 ** Math.floor(Math.log10(km));
  return ten * ([5, 2, 1].find((step) => step * ten <= km) ?? 1);
}

