// The call that is heard: nothing sounds before a person has armed it at the start of the shift, and the page says so.

import { byId } from "./dom.js";
import { language, say, span } from "./words.js";

const MUTE_MS = 120_000;
const REPEAT_MS = 2_500;
// Frequencies in Hz, each for so many seconds; one pattern for each degree of urgency.
const PATTERNS = {
  test: [[660, 0.15]],
  call: [[880, 0.18], [660, 0.18], [880, 0.18]],
  escalated: [[988, 0.12], [740, 0.12], [988, 0.12], [740, 0.12], [988, 0.12]],
};

let audio = null;
let mutedUntil = 0;
let last = 0;

export const armed = () => audio !== null && audio.state === "running";

export async function arm() {
  audio ??= new AudioContext();
  await audio.resume();
  play("test");
}

function play(name) {
  let at = audio.currentTime + 0.02;
  for (const [frequency, seconds] of PATTERNS[name]) {
    const tone = audio.createOscillator(), loud = audio.createGain();
    tone.frequency.value = frequency;
    loud.gain.setValueAtTime(0.25, at);
    loud.gain.linearRampToValueAtTime(0, at + seconds);
    tone.connect(loud).connect(audio.destination);
    tone.start(at);
    tone.stop(at + seconds);
    at += seconds;
  }
}

export function mute() {
  mutedUntil = performance.now() < mutedUntil ? 0 : performance.now() + MUTE_MS;
  show();
}

// Called on each tick with the events that wait for an answer.
export function sound(waiting) {
  show();
  const now = performance.now();
  if (!armed() || waiting.length === 0 || now < mutedUntil || now - last < REPEAT_MS) return;
  last = now;
  play(waiting.some((event) => event.alarm.level > 0) ? "escalated" : "call");
}

export function show() {
  const box = byId("sound"), left = mutedUntil - performance.now();
  const state = !armed() ? "off" : left > 0 ? "muted" : "on";
  if (box.dataset.sound === state && box.lang === language() && state !== "muted") return;
  box.dataset.sound = state;
  box.lang = language();
  box.textContent = say(`sound.${state}`, { left: span(left / 1000) });
}
