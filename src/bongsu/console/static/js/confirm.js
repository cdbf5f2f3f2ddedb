// What cannot be undone is asked twice, and a live node asks otherwise than a drill: other words, another colour, another gesture.
// Drill: the button says what a second press will do. Live: a red dialog in which the event's name has to be typed.

import { byId, element, replace } from "./dom.js";
import { say } from "./words.js";

const ARMED_MS = 5_000;
const armed = new Map();

export const isLive = () => document.body.dataset.mode === "real";

// A button that does `act` when it is confirmed; `word` is what a live node wants typed.
// The first press is kept by the button's key: the page may draw the button anew many times a second before the second press.
export function guarded(key, label, word, act) {
  const button = element("button", { type: "button", class: "danger", "data-key": key, onclick: () => {
    if (isLive()) return typed(label, word, act);
    if (isArmed(key)) {
      armed.delete(key);
      show(button, key, label);
      return act();
    }
    armed.set(key, performance.now() + ARMED_MS);
    show(button, key, label);
    return undefined;
  } });
  show(button, key, label);
  return button;
}

const isArmed = (key) => performance.now() < (armed.get(key) ?? 0);

function show(button, key, label) {
  if (!isArmed(key)) {
    delete button.dataset.armed;
    button.textContent = label;
    return;
  }
  button.dataset.armed = "1";
  button.textContent = say("confirm.drill", { what: label });
  setTimeout(() => show(button, key, label), armed.get(key) - performance.now() + 1);
}

function typed(label, word, act) {
  const dialog = byId("confirm");
  const field = element("input", { autocomplete: "off", spellcheck: "false", "aria-label": say("confirm.type", { word }) });
  const yes = element("button", { type: "submit", class: "live-yes", disabled: true }, say("confirm.live", { what: label }));
  field.addEventListener("input", () => { yes.disabled = field.value.trim() !== word; });
  const form = element("form", { method: "dialog", onsubmit: (event) => {
    event.preventDefault();
    if (field.value.trim() !== word) return;
    dialog.close();
    act();
  } }, element("h2", {}, say("confirm.real_title")), element("p", {}, say("confirm.live", { what: label })),
  element("p", {}, say("confirm.type", { word })), field, yes,
  element("button", { type: "button", onclick: () => dialog.close() }, say("confirm.cancel")));
  replace(dialog, form);
  dialog.showModal();
  field.focus();
}
