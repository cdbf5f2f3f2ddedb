// A camera above the globe: where it is, and what it sees where. The globe has radius 1; both renderers and the labels use this one projection.

import { axes, beyond, dot, unit } from "./sphere.js";

export const FIELD_DEG = 34;
const KM_PER_DEGREE = 111.2;
const SOUTH_DEG = 38;
const NEAREST = 1.15, FARTHEST = 14;

export class Camera {
  constructor(direction, distance) {
    this.direction = unit(direction);
    this.distance = distance;
    this.size(100, 100);
  }

  size(width, height) {
    this.width = width;
    this.height = height;
    this.scale = height / 2 / Math.tan((FIELD_DEG / 2) * (Math.PI / 180));
    [this.right, this.up] = axes(this.direction);
  }

  turn(eastDeg, northDeg) {
    const east = beyond(this.direction, 90, eastDeg * KM_PER_DEGREE);
    const next = beyond(east, 0, northDeg * KM_PER_DEGREE);
    // Not over a pole: up stays up.
    if (Math.abs(next[2]) < 0.985) this.direction = unit(next);
    this.size(this.width, this.height);
  }

  zoom(factor) {
    this.distance = Math.min(FARTHEST, Math.max(NEAREST, 1 + (this.distance - 1) * factor));
  }

  // [x, y, depth]; depth at or below 0 is behind the camera.
  project(point) {
    const depth = this.distance - dot(point, this.direction);
    const scale = this.scale / Math.max(depth, 1e-6);
    return [this.width / 2 + dot(point, this.right) * scale, this.height / 2 - dot(point, this.up) * scale, depth];
  }

  // As `project` and `hidden` for one of many points in a row of numbers: false where it is hidden, else `x` and `y` are set.
  put(points, at) {
    const a = points[at], b = points[at + 1], c = points[at + 2], { direction, right, up, distance } = this;
    const along = a * direction[0] + b * direction[1] + c * direction[2], rest = distance - along;
    const east = a * right[0] + b * right[1] + c * right[2], north = a * up[0] + b * up[1] + c * up[2];
    if (rest <= 0) return false;
    if (along <= 1 / distance) {
      const aside = east * east + north * north, length = aside + rest * rest;
      if (distance * rest < length && distance * distance * aside < 0.998 * length) return false;
    }
    const scale = this.scale / rest;
    this.x = this.width / 2 + east * scale;
    this.y = this.height / 2 - north * scale;
    return true;
  }

  // Whether the globe stands between the camera and the point.
  hidden(point) {
    const along = dot(point, this.direction), rest = this.distance - along;
    if (along > 1 / this.distance && dot(point, point) >= 0.999) return false;
    const side = [0, 1, 2].map((i) => point[i] - along * this.direction[i]);
    const aside = Math.hypot(...side), length = Math.hypot(aside, rest);
    // Distance of the line of sight from the centre of the globe, if the foot lies between.
    const foot = (this.distance * rest) / length;
    return foot < length && (this.distance * aside) / length < 0.999;
  }

  // Looks from the south, so that heights stand up, from as far as it takes to see all.
  fit(ground, high) {
    const middle = unit(ground.reduce((sum, v) => [sum[0] + v[0], sum[1] + v[1], sum[2] + v[2]], [0, 0, 0]));
    this.direction = beyond(middle, 180, SOUTH_DEG * KM_PER_DEGREE);
    this.size(this.width, this.height);
    const within = ([x, y, depth]) => depth > 0.05 && x > this.width * 0.06 && x < this.width * 0.94 && y > this.height * 0.1 && y < this.height * 0.94;
    for (this.distance = 1.5; this.distance < FARTHEST; this.distance *= 1.06) {
      if ([...ground, ...high].every((point) => within(this.project(point)))) return;
    }
  }
}
