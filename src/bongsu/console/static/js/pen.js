// What map and globe draw alike.

import { vector } from "./sphere.js";

export const HOME = [[126, 38], [141, 40], [128, 33], [145, 46]].map(([longitude, latitude]) => vector(longitude, latitude));
export const FONT = "system-ui, 'Noto Sans CJK KR', 'Noto Sans CJK JP', sans-serif";

// The outline of a launch (a triangle) or an impact (a cross), in the pen's own colour and width.
export function strokePoint(pen, kind, x, y) {
  pen.beginPath();
  if (kind === "launch") {
    pen.moveTo(x, y - 6);
    pen.lineTo(x + 5.5, y + 4);
    pen.lineTo(x - 5.5, y + 4);
    pen.closePath();
  } else {
    pen.moveTo(x - 5, y - 5);
    pen.lineTo(x + 5, y + 5);
    pen.moveTo(x + 5, y - 5);
    pen.lineTo(x - 5, y + 5);
  }
  pen.stroke();
}
