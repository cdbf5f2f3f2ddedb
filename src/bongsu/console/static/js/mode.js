// The mode frame: it says what the items say, never what the page was told at its start.

import { ask } from "./commands.js";
import { byId, element } from "./dom.js";
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

// The LIVE lamp of an exercise: dark while nothing real is known, lit by a HOLD, from wherever it comes.
export function showLive(node) {
  const box = byId("live"), lit = (node.holds?.length ?? 0) > 0;
  box.hidden = !node.mode || node.mode === "real";
  if (box.dataset.lit === String(lit) && box.lang === document.documentElement.lang) return;
  box.dataset.lit = String(lit);
  box.lang = document.documentElement.lang;
  box.textContent = `${lit ? "●" : "○"} ${say(lit ? "live.lit" : "live.dark")}`;
}

// HOLD: something real has come up. It stands over everything until two persons of its own nation lift it.
export function showHold(node) {
  const box = byId("hold");
  const shown = JSON.stringify([node.node, node.holds ?? [], document.documentElement.lang]);
  if (box.dataset.shown === shown) return;
  box.dataset.shown = shown;
  box.hidden = !node.holds?.length;
  box.replaceChildren();
  if (box.hidden) return;
  box.append(say("hold.banner", { who: node.holds.map((one) => one.origin.toUpperCase()).join(", ") }));
  for (const one of node.holds.filter((each) => each.origin === node.node)) {
    if (!one.shared) box.append(holdButton("share_hold", one));
    box.append(holdButton("lift_hold", one));
  }
}

function holdButton(kind, one) {
  const button = element("button", { type: "button" }, code("command", kind));
  button.addEventListener("click", () => ask(kind, one.hold, one.version));
  return button;
}
