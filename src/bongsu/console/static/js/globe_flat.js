// The globe on a plain canvas, where the browser has no WebGL: the same camera, the same shapes.

import { outlines } from "./geography.js";
import { angle, dot } from "./sphere.js";

const RIM_STEPS = 24;
const FAR = 2.5;

export class GlobeFlat {
  constructor(canvas) {
    this.canvas = canvas;
    this.made = null;
  }

  ground(paint, space, colours) {
    this.space = space;
    this.colours = colours;
  }

  fill(made) {
    this.made = made;
  }

  render(view, ratio) {
    const { width, height } = view;
    if (this.canvas.width !== width * ratio || this.canvas.height !== height * ratio) {
      this.canvas.width = width * ratio;
      this.canvas.height = height * ratio;
    }
    const pen = this.canvas.getContext("2d");
    this.pen = pen;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = this.space;
    pen.fillRect(0, 0, width, height);
    this.drawBall(view);
    if (!this.made) return;
    for (const [, ring, colour] of this.made.fans) this.drawFan(ring, colour, view);
    this.drawSegments(this.made.faint, view, 0.4);
    this.drawSegments(this.made.lines, view, 1);
    for (const [at, colour] of this.made.dots) {
      if (view.hidden(at)) continue;
      const [x, y] = view.project(at);
      pen.fillStyle = colour;
      pen.fillRect(x - 2, y - 2, 4, 4);
    }
  }

  drawBall(view) {
    const pen = this.pen, { distance, scale } = view;
    pen.fillStyle = this.colours.sea;
    pen.beginPath();
    pen.arc(view.width / 2, view.height / 2, scale / Math.sqrt(distance * distance - 1), 0, 2 * Math.PI);
    pen.fill();
    pen.beginPath();
    const rim = Math.acos(1 / distance);
    for (const { points, middle, radius } of outlines().land) {
      // Wholly beyond the rim: nothing to draw.
      if (angle(middle, view.direction) - radius <= rim) this.traceLand(points, view);
    }
    pen.fillStyle = this.colours.land;
    pen.fill("evenodd");
    pen.strokeStyle = this.colours.coast;
    pen.lineWidth = 0.7;
    pen.stroke();
  }

  // What is seen of a ring; where it goes behind the globe, the shorter way along the rim to where it comes back.
  traceLand(points, view) {
    const pen = this.pen, rim = 1 / view.distance;
    // From afar every third point will do: they lie closer than a pixel.
    const stride = points.length > 60 && view.distance > FAR ? 3 : 1;
    const first = points.findIndex((point) => dot(point, view.direction) >= rim);
    if (first < 0) return;
    let left = null;
    for (let step = 0; step < points.length; step += stride) {
      const point = points[(first + step) % points.length], seen = dot(point, view.direction) >= rim;
      if (seen && left) this.traceRim(left, point, view);
      if (seen && step === 0) pen.moveTo(...view.project(point).slice(0, 2));
      else if (seen) pen.lineTo(...view.project(point).slice(0, 2));
      left = seen ? null : left ?? point;
    }
    if (left) this.traceRim(left, points[first], view);
    pen.closePath();
  }

  traceRim(from, to, view) {
    const azimuth = (point) => Math.atan2(dot(point, view.up), dot(point, view.right));
    const begin = azimuth(from);
    const way = ((azimuth(to) - begin + 3 * Math.PI) % (2 * Math.PI)) - Math.PI;
    const along = 1 / view.distance, out = Math.sqrt(1 - along * along);
    for (let step = 0; step <= RIM_STEPS; step += 1) {
      const turn = begin + (way * step) / RIM_STEPS, x = Math.cos(turn) * out, y = Math.sin(turn) * out;
      this.pen.lineTo(...view.project([0, 1, 2].map((i) => view.right[i] * x + view.up[i] * y + view.direction[i] * along)).slice(0, 2));
    }
  }

  drawFan(ring, colour, view) {
    const pen = this.pen;
    if (ring.some((point) => view.hidden(point))) return;
    pen.beginPath();
    for (const point of ring) pen.lineTo(...view.project(point).slice(0, 2));
    pen.globalAlpha = 0.25;
    pen.fillStyle = colour;
    pen.fill();
    pen.globalAlpha = 1;
  }

  // All segments of one colour as one path.
  drawSegments(parts, view, alpha) {
    const pen = this.pen, of = new Map();
    for (const [points, colour] of parts) {
      if (!of.has(colour)) of.set(colour, []);
      of.get(colour).push(points);
    }
    pen.globalAlpha = alpha;
    pen.lineWidth = 1;
    for (const [colour, lists] of of) {
      pen.strokeStyle = colour;
      pen.beginPath();
      for (const points of lists) {
        for (let i = 0; i < points.length; i += 6) {
          if (!view.put(points, i)) continue;
          const { x, y } = view;
          if (!view.put(points, i + 3)) continue;
          pen.moveTo(x, y);
          pen.lineTo(view.x, view.y);
        }
      }
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }
}
