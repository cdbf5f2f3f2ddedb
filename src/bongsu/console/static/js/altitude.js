// The true altitude over time, with where the exercise clock stands.

import { km, say, span } from "./words.js";

const FONT = "12px system-ui, 'Noto Sans CJK KR', 'Noto Sans CJK JP', sans-serif";
const LEFT = 64, BOTTOM = 20, TOP = 16, RIGHT = 14;

function nice(value) {
  const ten = 10 ** Math.floor(Math.log10(Math.max(value, 1e-6)));
  return ten * ([1, 2, 5, 10].find((step) => step * ten >= value) ?? 10);
}

export function drawAltitude(canvas, flights, exerciseMs, mark) {
  const ratio = window.devicePixelRatio || 1, box = canvas.getBoundingClientRect();
  const width = Math.max(80, Math.round(box.width)), height = Math.max(40, Math.round(box.height));
  if (canvas.width !== width * ratio) canvas.width = width * ratio;
  if (canvas.height !== height * ratio) canvas.height = height * ratio;
  const pen = canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = FONT;
  pen.fillStyle = colour("mode-ink-on-map");
  pen.textAlign = "right";
  pen.fillText(mark, width - RIGHT, 12);
  if (flights.length === 0) {
    pen.fillStyle = colour("ink-soft");
    pen.textAlign = "left";
    pen.fillText(say("wall.no_launch"), 4, 16);
    return;
  }
  const begin = Math.min(...flights.map((flight) => Date.parse(flight.time)));
  const seconds = (flight, point) => (Date.parse(flight.time) - begin) / 1000 + point[3];
  const longest = Math.max(1, ...flights.map((flight) => seconds(flight, flight.points.at(-1))));
  const highest = Math.max(1, ...flights.flatMap((flight) => flight.points.map((point) => point[2])));
  const x = (s) => LEFT + (s / longest) * (width - LEFT - RIGHT);
  const y = (altitude) => height - BOTTOM - (altitude / highest) * (height - BOTTOM - TOP);
  axes(pen, colour, { x, y, width, height, longest, highest });
  for (const flight of flights) {
    pen.strokeStyle = colour("ink-soft");
    pen.lineWidth = 2;
    pen.beginPath();
    for (const [place, point] of flight.points.entries()) {
      const at = [x(seconds(flight, point)), y(point[2])];
      if (place === 0) pen.moveTo(...at);
      else pen.lineTo(...at);
    }
    pen.stroke();
    markNow(pen, colour, flight, (exerciseMs - begin) / 1000, { x, y, seconds });
  }
}

function axes(pen, colour, { x, y, width, height, longest, highest }) {
  pen.strokeStyle = colour("graticule");
  pen.fillStyle = colour("ink-soft");
  pen.lineWidth = 1;
  const up = nice(highest / 3), along = nice(longest / 6);
  pen.textAlign = "right";
  for (let altitude = 0; altitude <= highest; altitude += up) {
    line(pen, LEFT, y(altitude), width - RIGHT, y(altitude));
    pen.fillText(km(altitude), LEFT - 6, y(altitude) + 4);
  }
  pen.textAlign = "center";
  for (let s = 0; s <= longest; s += along) {
    line(pen, x(s), TOP, x(s), height - BOTTOM);
    pen.fillText(span(s), x(s), height - 5);
  }
  pen.textAlign = "left";
  pen.fillText(say("wall.altitude"), 4, 12);
}

function line(pen, x1, y1, x2, y2) {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

function markNow(pen, colour, flight, now, { x, y, seconds }) {
  const later = flight.points.findIndex((point) => seconds(flight, point) >= now);
  if (later < 1) return;
  const [before, after] = [flight.points[later - 1], flight.points[later]];
  const share = (now - seconds(flight, before)) / Math.max(1e-9, seconds(flight, after) - seconds(flight, before));
  const altitude = before[2] + share * (after[2] - before[2]);
  pen.fillStyle = colour("truth");
  pen.beginPath();
  pen.arc(x(now), y(altitude), 6, 0, 2 * Math.PI);
  pen.fill();
  pen.textAlign = x(now) > pen.canvas.clientWidth * 0.75 ? "right" : "left";
  pen.fillText(km(altitude), x(now) + (pen.textAlign === "left" ? 10 : -10), y(altitude) + 4);
}
