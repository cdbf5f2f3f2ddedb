// Points on a sphere as unit vectors, and an azimuthal equidistant map about any centre: nothing is cut at 180 degrees or at a pole.

export const EARTH_KM = 6371.0088;
const RADIANS = Math.PI / 180;

export function vector(longitudeDeg, latitudeDeg) {
  const longitude = longitudeDeg * RADIANS, latitude = latitudeDeg * RADIANS;
  return [Math.cos(latitude) * Math.cos(longitude), Math.cos(latitude) * Math.sin(longitude), Math.sin(latitude)];
}

export const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const angle = (a, b) => Math.acos(Math.min(1, Math.max(-1, dot(a, b))));

export function unit(v) {
  const length = Math.hypot(...v) || 1;
  return v.map((part) => part / length);
}

// East and north at a point.
export function axes(v) {
  const flat = Math.hypot(v[0], v[1]) || 1e-12;
  const east = [-v[1] / flat, v[0] / flat, 0];
  const north = [-v[2] * v[0] / flat, -v[2] * v[1] / flat, flat];
  return [east, north];
}

// Where one comes from `v` going `km` on bearing `bearingDeg`.
export function beyond(v, bearingDeg, km) {
  const [east, north] = axes(v);
  const turn = bearingDeg * RADIANS, arc = km / EARTH_KM;
  const along = [0, 1, 2].map((i) => north[i] * Math.cos(turn) + east[i] * Math.sin(turn));
  return [0, 1, 2].map((i) => v[i] * Math.cos(arc) + along[i] * Math.sin(arc));
}

export function ellipse(point, steps = 72) {
  const centre = vector(point.longitude_deg, point.latitude_deg);
  const corners = [];
  for (let step = 0; step <= steps; step += 1) {
    const turn = (2 * Math.PI * step) / steps;
    const along = point.semi_major_km * Math.cos(turn), across = point.semi_minor_km * Math.sin(turn);
    const bearing = point.bearing_deg + Math.atan2(across, along) / RADIANS;
    corners.push(beyond(centre, bearing, Math.hypot(along, across)));
  }
  return corners;
}

export function greatCircle(from, to, steps = 64) {
  const whole = angle(from, to);
  if (whole < 1e-6) return [from, to];
  const points = [];
  for (let step = 0; step <= steps; step += 1) {
    const a = Math.sin((1 - step / steps) * whole), b = Math.sin((step / steps) * whole);
    points.push(unit([0, 1, 2].map((i) => a * from[i] + b * to[i])));
  }
  return points;
}

export class Projection {
  constructor(width, height, centre, kmPerPixel) {
    this.width = width;
    this.height = height;
    this.centre = unit(centre);
    this.kmPerPixel = kmPerPixel;
    [this.east, this.north] = axes(this.centre);
    this.reach = Math.min(2.6, (Math.hypot(width, height) * 0.6 * kmPerPixel) / EARTH_KM);
  }

  // What lies beyond the reach is put on its rim, outside of what is seen, so that outlines stay whole.
  xy(v) {
    const x = dot(v, this.east), y = dot(v, this.north);
    const flat = Math.hypot(x, y);
    const arc = Math.min(Math.atan2(flat, dot(v, this.centre)), this.reach);
    const scale = flat < 1e-12 ? 0 : (arc * EARTH_KM) / (flat * this.kmPerPixel);
    return [this.width / 2 + x * scale, this.height / 2 - y * scale];
  }

  sees(v) {
    const [x, y] = this.xy(v);
    return x >= 0 && y >= 0 && x <= this.width && y <= this.height;
  }

  vectorAt(x, y) {
    const east = (x - this.width / 2) * this.kmPerPixel, north = (this.height / 2 - y) * this.kmPerPixel;
    return beyond(this.centre, Math.atan2(east, north) / RADIANS, Math.hypot(east, north));
  }

  static fit(width, height, points, leastKm) {
    const centre = unit(points.reduce((sum, v) => [sum[0] + v[0], sum[1] + v[1], sum[2] + v[2]], [0, 0, 0]));
    const radius = Math.max(leastKm, ...points.map((v) => angle(v, centre) * EARTH_KM));
    return new Projection(width, height, centre, (radius * 2.35) / Math.min(width, height));
  }
}
