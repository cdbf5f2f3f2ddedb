// Texts by key from the catalogue of the chosen language; numbers and times by Intl. UTC first, then local.

export const LANGUAGES = { en: "English", ko: "한국어", ja: "日本語" };

let table = {};
let chosen = "en";
let wanted = "en";

export const language = () => chosen;

// The newest wish wins: false when another came while the catalogue was on its way. Texts and the language of the page change at one moment.
export async function choose(asked) {
  const mine = asked in LANGUAGES ? asked : "en";
  wanted = mine;
  const answer = await fetch(`/words/${mine}.json`);
  const words = await answer.json();
  if (wanted !== mine) return false;
  table = words;
  chosen = mine;
  document.documentElement.lang = chosen;
  return true;
}

export const has = (key) => key in table;

export function say(key, parameters = {}) {
  const text = table[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => parameters[name] ?? whole);
}

// A code that may be newer than the catalogue is shown as it is, never hidden.
export const code = (family, value) => (has(`${family}.${value}`) ? say(`${family}.${value}`) : String(value));

export function number(value, digits = 0) {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(chosen, options).format(value);
}

export const km = (value) => (value === null || value === undefined ? "–" : say("unit.km", { n: number(value, value > 0 && value < 10 ? 1 : 0) }));

export function place(point) {
  if (!point) return "–";
  const letters = [point.latitude_deg < 0 ? "S" : "N", point.longitude_deg < 0 ? "W" : "E"];
  return `${number(Math.abs(point.latitude_deg), 2)}°${letters[0]} ${number(Math.abs(point.longitude_deg), 2)}°${letters[1]}`;
}

export function clock(ms, zone = "UTC") {
  if (!Number.isFinite(ms)) return "–";
  const options = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: zone };
  return new Intl.DateTimeFormat("en-GB", options).format(ms);
}

export function day(ms, zone = "UTC") {
  if (!Number.isFinite(ms)) return "";
  return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeZone: zone }).format(ms);
}

export const utc = (text) => (text ? `${clock(Date.parse(text))} UTC` : "–");

// A span of seconds as 41 s, 12:03 or 1:14:51.
export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 100) return say("unit.s", { n: number(whole) });
  const two = (value) => String(value).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}
