// The scrub bar: the page shows a past moment as it stood then, and says on every part that it is past. Alarms of now are heard all the same.

import { byId, element, replace } from "./dom.js";
import * as view from "./view.js";
import { clock, day, say } from "./words.js";

const REACH_MS = 5_000;
const PLAY_MS = 250;
const PLAY_STEP_MS = 2_500;

export class Past {
  // `live` is the link; `onChange` is called when what is to be shown has changed.
  constructor(live, onChange) {
    this.live = live;
    this.onChange = onChange;
    this.pieces = new Map();
    this.clock = null;
    this.atMs = null;
    this.playing = null;
    this.asking = false;
    this.wanted = null;
    this.aimMs = null;
    this.reach = null;
    this.failed = false;
    this.listen();
    this.lookHowFar();
    setInterval(() => this.lookHowFar(), REACH_MS);
    const asked = Date.parse(view.read("at") ?? "");
    if (Number.isFinite(asked)) this.go(asked);
  }

  get on() {
    return this.atMs !== null;
  }

  exerciseMs() {
    return this.clock ? Date.parse(this.clock.exercise) : NaN;
  }

  linkMs() {
    return this.clock ? Date.parse(this.clock.link) : NaN;
  }

  under(prefix) {
    const found = [];
    for (const [name, piece] of this.pieces) if (name.startsWith(prefix)) found.push(piece);
    return found;
  }

  async lookHowFar() {
    const answer = await fetch("/api/past", { cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return;
    const reach = await answer.json();
    this.reach = [Math.floor(Date.parse(reach.from) / 1000) * 1000, Math.ceil(Date.parse(reach.to) / 1000) * 1000];
    this.showBar();
  }

  // The newest wish wins: while one moment is fetched, only the last of the others is remembered. Back to now is a wish too:
  // a moment that is still on its way then (`aimMs` is none) is not shown any more.
  async go(ms) {
    this.wanted = ms;
    this.aimMs = ms;
    if (this.asking) return;
    this.asking = true;
    while (this.wanted !== null) {
      const asked = this.wanted;
      this.wanted = null;
      await this.fetch(asked);
    }
    this.asking = false;
  }

  async fetch(ms) {
    const answer = await fetch(`/api/past?at=${new Date(ms).toISOString()}`, { cache: "no-store" }).catch(() => null);
    const set = answer?.ok ? (await answer.json().catch(() => null))?.set : null;
    // Nobody waits for it any more: now is shown, or a later wish is on its way.
    if (this.aimMs === null) return;
    if (this.wanted === null) this.aimMs = null;
    this.failed = !set;
    this.showFault();
    if (!set) {
      this.stop();
      return;
    }
    this.pieces = new Map(Object.entries(set));
    this.clock = set.clock;
    this.atMs = this.exerciseMs();
    view.write("at", set.clock.exercise);
    document.body.dataset.time = "past";
    this.showBar();
    this.onChange();
  }

  showFault() {
    byId("scrub-fault").textContent = this.failed ? say("past.fault") : "";
  }

  translate() {
    this.showBar();
    this.showFault();
  }

  now() {
    this.failed = false;
    this.showFault();
    this.stop();
    this.wanted = null;
    this.aimMs = null;
    if (!this.on) return;
    this.atMs = null;
    this.pieces = new Map();
    view.write("at", null);
    delete document.body.dataset.time;
    this.showBar();
    this.onChange();
  }

  step(seconds) {
    const from = this.aimMs ?? (this.on ? this.atMs : this.live.exerciseMs());
    if (Number.isFinite(from)) this.go(from + seconds * 1000);
  }

  play() {
    if (this.playing) return this.stop();
    if (!this.on) return undefined;
    this.playing = setInterval(() => {
      if (this.reach && this.atMs >= this.reach[1]) return this.stop();
      return this.asking ? undefined : this.go(this.atMs + PLAY_STEP_MS);
    }, PLAY_MS);
    return this.showBar();
  }

  stop() {
    clearInterval(this.playing);
    this.playing = null;
    this.showBar();
  }

  listen() {
    byId("scrub").addEventListener("input", () => this.go(Number(byId("scrub").value)));
    byId("scrub-play").addEventListener("click", () => this.play());
    byId("scrub-now").addEventListener("click", () => this.now());
    byId("scrub-back").addEventListener("click", () => this.step(-10));
    byId("scrub-on").addEventListener("click", () => this.step(10));
  }

  showBar() {
    const bar = byId("scrub");
    bar.disabled = this.reach === null;
    if (this.reach) {
      bar.min = this.reach[0];
      bar.max = this.reach[1];
      const value = String(this.on ? this.atMs : this.reach[1]);
      if (bar.value !== value && document.activeElement !== bar) bar.value = value;
      else if (!this.asking && this.wanted === null) bar.value = value;
    }
    const text = this.on ? `${day(this.atMs)} ${clock(this.atMs)} UTC` : say("past.is_now");
    byId("scrub-time").textContent = text;
    bar.setAttribute("aria-valuetext", text);
    byId("scrub-play").textContent = this.playing ? "⏸" : "▶";
    byId("scrub-play").setAttribute("aria-label", say(this.playing ? "past.pause" : "past.play"));
    byId("scrub-play").disabled = !this.on;
    byId("scrub-now").disabled = !this.on;
  }

  // Where events began: marks under the bar.
  showMarks(events) {
    replace(byId("scrub-marks"), events.map((event) => element("option", { value: String(Date.parse(event.first)), label: event.event })));
  }

  // What stands over the page while it shows the past: the moment, and what is so now.
  showBanner(callingNow, warningNow) {
    const box = byId("past");
    box.hidden = !this.on;
    if (!this.on) return;
    const head = say("past.banner", { time: `${day(this.atMs)} ${clock(this.atMs)}` });
    const now = callingNow ? say("past.calls_now", { n: callingNow }) : warningNow ? say("past.warning_now") : say("past.quiet_now");
    if (box.dataset.said === head + now) return;
    box.dataset.said = head + now;
    box.classList.toggle("past-calls", callingNow > 0);
    replace(box, element("strong", {}, head), element("span", {}, ` · ${now} · `), element("span", {}, say("past.back")));
  }
}
