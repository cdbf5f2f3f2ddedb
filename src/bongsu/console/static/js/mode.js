// The mode frame: it says what the items say, never what the page was told at its start.

import { byId } from "./dom.js";
import { code, say } from "./words.js";

export function modeText(node) {
  if (!node.mode) return "";
  if (node.modes.length > 1) return say("mode.mixed", { modes: node.modes.map((mode) => code("mode", mode)).join(" + ") });
  return node.exercise ? `${say(`banner.${node.mode}`)} · ${node.exercise}` : say(`banner.${node.mode}`);
}

export function showMode(node) {
  const mode = node.modes.length > 1 ? "mixed" : node.mode ?? "none";
  const text = modeText(node);
  document.body.dataset.mode = mode;
  byId("mode").textContent = text;
  document.title = `${code("mode", mode === "mixed" ? "mixed_short" : mode)} · ${node.node.toUpperCase()} · Bongsu`;
}
