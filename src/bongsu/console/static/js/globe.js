// The globe: one camera, a renderer (three.js, or a plain canvas where there is no WebGL), labels above it, hand and keys.

import { outlines } from "./geography.js";
import { Camera } from "./globe_camera.js";
import { GlobeFlat } from "./globe_flat.js";
import { shapes } from "./globe_scene.js";
import { FONT, HOME, strokePoint } from "./pen.js";
import { vector } from "./sphere.js";
import * as view from "./view.js";

const DEGREES_PER_PIXEL = 0.09;

// Outlines on a plate carrée: longitudes run on past 180 degrees, and each ring is drawn where it may reach into the sheet.
function painted(colours) {
  return (pen, width, height) => {
    pen.fillStyle = colours.sea;
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = colours.land;
    pen.strokeStyle = colours.coast;
    pen.lineWidth = 1.5;
    pen.lineJoin = "round";
    for (const { points } of outlines().land) {
      const run = [];
      for (const v of points) {
        let longitude = (Math.atan2(v[1], v[0]) * 180) / Math.PI;
        const before = run.at(-1)?.[0] ?? longitude;
        while (longitude - before > 180) longitude -= 360;
        while (longitude - before < -180) longitude += 360;
        run.push([longitude, (Math.asin(v[2]) * 180) / Math.PI]);
      }
      // A ring that does not come back lies about a pole: closed by way of it.
      if (Math.abs(run.at(-1)[0] - run[0][0]) > 180) run.push([run.at(-1)[0], -90], [run[0][0], -90]);
      for (const turn of [-360, 0, 360]) {
        pen.beginPath();
        for (const [longitude, latitude] of run) pen.lineTo(((longitude + turn + 180) / 360) * width, ((90 - latitude) / 180) * height);
        pen.closePath();
        pen.fill();
        pen.stroke();
      }
    }
  };
}

// Pieces of the picture are never changed, only replaced.
const differ = (one, other) => one.length !== other.length || one.some((piece, i) => piece !== other[i]);

export class Globe {
  constructor(canvas, overlay) {
    this.canvas = canvas;
    this.overlay = overlay;
    this.camera = new Camera(HOME[0], 3);
    this.renderer = null;
    this.byHand = false;
    this.fitted = "";
    this.theme = "";
    this.made = null;
    this.drawn = null;
    this.listen();
  }

  // Which renderer is at work: "webgl", "canvas", or "" before the first.
  get kind() {
    return this.canvas.dataset.renderer ?? "";
  }

  // three.js is fetched only when the globe is first looked at.
  async open() {
    if (this.renderer) return undefined;
    let made;
    try {
      const { GlobeGl, inSoftware } = await import("./globe_gl.js");
      if (view.read("renderer") !== "webgl" && inSoftware()) return this.flat();
      made = new GlobeGl(this.canvas);
      this.canvas.dataset.renderer = "webgl";
      this.canvas.addEventListener("webglcontextlost", () => this.flat());
    } catch {
      return this.flat();
    }
    this.renderer = made;
    return this.onMoved?.();
  }

  // A canvas that was asked for WebGL gives nothing else: another takes its place.
  flat() {
    const plain = this.canvas.cloneNode(false);
    this.canvas.replaceWith(plain);
    this.canvas = plain;
    plain.dataset.renderer = "canvas";
    this.renderer = new GlobeFlat(plain);
    this.theme = "";
    this.made = null;
    this.onMoved?.();
  }

  listen() {
    let from = null;
    const box = this.overlay;
    box.addEventListener("pointerdown", (event) => {
      from = [event.offsetX, event.offsetY];
      box.setPointerCapture(event.pointerId);
    });
    box.addEventListener("pointerup", () => { from = null; });
    box.addEventListener("pointermove", (event) => {
      if (!from) return;
      const pace = DEGREES_PER_PIXEL * (this.camera.distance - 0.8);
      this.turn((from[0] - event.offsetX) * pace, (event.offsetY - from[1]) * pace);
      from = [event.offsetX, event.offsetY];
    });
    box.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8);
    }, { passive: false });
  }

  turn(eastDeg, northDeg) {
    this.camera.turn(eastDeg, northDeg);
    this.byHand = true;
    this.onMoved?.();
  }

  zoom(factor) {
    this.camera.zoom(factor);
    this.byHand = true;
    this.onMoved?.();
  }

  fitAgain() {
    this.byHand = false;
    this.fitted = "";
    this.onMoved?.();
  }

  colours() {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue(`--${name}`).trim();
    return { sea: of("sea"), land: of("land"), coast: of("coast"), space: of("paper"), gone: of("gone"), edge: of("area-edge"), halo: of("halo"), ink: of("mode-ink-on-map") };
  }

  draw(scene) {
    if (!this.renderer) return;
    const box = this.overlay.getBoundingClientRect(), ratio = window.devicePixelRatio || 1;
    const width = Math.max(80, Math.round(box.width)), height = Math.max(60, Math.round(box.height));
    const colours = this.colours(), theme = Object.values(colours).join();
    if (theme !== this.theme) this.renderer.ground(painted(colours), colours.space, colours);
    if (!this.made || theme !== this.theme || differ(scene.paths, this.drawn.paths) || differ(scene.events, this.drawn.events) || scene.words !== this.drawn.words) {
      this.made = shapes({ ...scene, gone: colours.gone, edge: colours.edge });
      this.drawn = { ...scene };
      this.renderer.fill(this.made);
    }
    this.theme = theme;
    const made = this.made;
    this.camera.size(width, height);
    this.look(scene, made, `${width}x${height}`);
    this.renderer.render(this.camera, ratio);
    this.drawAbove(made, scene, colours, ratio);
  }

  // Fit what is known; afterwards only what no longer fits moves the camera, so that the globe does not swim.
  look(scene, made, size) {
    if (this.byHand) return;
    const ground = made.ground.length ? made.ground : HOME;
    const key = `${scene.focus ?? ""}/${size}/${made.ground.length > 0}`;
    const seen = [...ground, ...made.high].every((point) => {
      const [x, y, depth] = this.camera.project(point);
      return depth > 0 && x > 0 && y > 0 && x < this.camera.width && y < this.camera.height;
    });
    if (key === this.fitted && seen) return;
    this.fitted = key;
    this.camera.fit(ground, made.high);
  }

  drawAbove(made, scene, colours, ratio) {
    const { width, height } = this.camera, pen = this.overlay.getContext("2d");
    if (this.overlay.width !== width * ratio || this.overlay.height !== height * ratio) {
      this.overlay.width = width * ratio;
      this.overlay.height = height * ratio;
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    for (const [points, colour] of made.thick) this.stroke(pen, points, colour);
    for (const one of made.marks) if (!this.camera.hidden(one.at)) this.mark(pen, one);
    const boxes = [];
    for (const one of made.labels) if (!this.camera.hidden(one.at)) this.label(pen, one, colours.halo, boxes);
    if (scene.mark) {
      pen.font = `700 13px ${FONT}`;
      this.write(pen, scene.mark, 10, 20, colours.ink, colours.halo);
    }
  }

  stroke(pen, points, colour) {
    pen.strokeStyle = colour;
    pen.lineWidth = 2.2;
    pen.beginPath();
    let down = false;
    for (const point of points) {
      const [x, y] = this.camera.project(point), seen = !this.camera.hidden(point);
      if (seen && down) pen.lineTo(x, y);
      else if (seen) pen.moveTo(x, y);
      down = seen;
    }
    pen.stroke();
  }

  mark(pen, { at, kind, colour }) {
    const [x, y] = this.camera.project(at);
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    strokePoint(pen, kind, x, y);
  }

  // A label moves down until it covers no other.
  label(pen, { at, text, colour }, halo, boxes) {
    pen.font = `600 12px ${FONT}`;
    const [x, y] = this.camera.project(at), wide = pen.measureText(text).width;
    if (boxes.some((box) => box[3] === text && Math.abs(box[0] - x) < 12 && Math.abs(box[2] - y) < 12)) return;
    let top = y - 4;
    const covers = () => boxes.some((box) => x < box[0] + box[1] && box[0] < x + wide && Math.abs(box[2] - top) < 13);
    for (let tries = 0; tries < 8 && covers(); tries += 1) top += 13;
    boxes.push([x, wide, top, text]);
    this.write(pen, text, x + 9, top, colour, halo);
  }

  write(pen, text, x, y, colour, halo) {
    pen.textAlign = "left";
    pen.lineWidth = 3;
    pen.strokeStyle = halo;
    pen.strokeText(text, x, y);
    pen.fillStyle = colour;
    pen.fillText(text, x, y);
  }
}
