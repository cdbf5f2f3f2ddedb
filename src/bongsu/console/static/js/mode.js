// The mode frame: it says what the items say, never what the page was told at its start.

import { byId } from "./dom.js";
import { code, say } from "./words.js";

export function modeText(node) {
  if (!node.mode) return "";
  if (node.modes.length > 1) return say("mode.mixed", { modes: node.modes.map((mode) => code("mode", mode)).join(" + ") });
  return node.exercise ? `${say(`banner.${node.mode}`)} · ${node.exercise}` : say(`banner.${node.mode}`);
}

export function showMode(node, past = false) {
  const mode = node.modes.length > 1 ? "mixed" : node.mode ?? "none";
  const text = modeText(node);
  document.body.dataset.mode = mode;
  byId("mode").textContent = past ? `${say("past.mark")} · ${text}` : text;
  document.title = `${past ? `${say("past.mark")} · ` : ""}${code("mode", mode === "mixed" ? "mixed_short" : mode)} · ${node.node.toUpperCase()} · Bongsu`;
}
