// The board by keys alone: a keyboard, or a bump bar that sends them. They are for tickets only, never for a field, a
// sheet, or a browser's own shortcut; who speaks to a computer can switch them off.

import { shownIn } from "./columns.js";
import { openDialog } from "./dialog.js";
import { el } from "./dom.js";
import { store, stored } from "./stored.js";

const HELP = [
  ["1 to 9", "that ticket of the column, or that answer of a question"],
  ["arrows", "the next ticket, the next column"],
  ["Enter", "what comes next: accept, made, ready, brought"],
  ["R", "ready"],
  ["U", "undo: of the ticket, or else what was done last"],
  ["X", "reject or cancel; the reason is asked first"],
  ["T", "tick the next line"],
  ["I", "ID checked"],
  ["C", "call the puck: hold it for a second, or press it twice"],
  ["H", "heard: no more ringing for the orders that are here"],
  ["S", "sound on or off"],
  ["/", "find an order"],
  ["Esc", "leave a question or a sheet"],
  ["?", "these keys"],
];
const ACTS = { r: "r", u: "u", x: "x" };
const columns = () => [...document.querySelectorAll("main .tickets")];

// `bar` is what keys can do that is not on a ticket: {undo, heard, sound, find}.
export function listenToKeys(button, bar) {
  button.hidden = false;
  button.addEventListener("click", showKeys);
  addEventListener("keydown", (event) => {
    if (foreign(event) || (off() && event.key !== "?")) return;
    if (answer(event, bar)) event.preventDefault();
  });
  addEventListener("keyup", (event) => event.key?.toLowerCase() === "c" && !foreign(event) && pass("keyup"));
}

const off = () => stored("keys") === "off";

// Somebody is typing, a sheet is open, or it is the browser's.
function foreign(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return true;
  return event.target.matches?.("input:not([type=checkbox]), textarea, select") || document.querySelector("dialog[open]") !== null;
}

function answer(event, bar) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const ticket = chosen();
  if (key >= "1" && key <= "9") return pick(Number(key) - 1);
  if (key.startsWith("Arrow")) return move(key);
  if (event.repeat) return false;
  if (key === "Escape") return leave(ticket);
  if (key === "Enter") return document.activeElement === ticket && press(ticket, ".both .main");
  if (key === "?") return showKeys();
  if (key === "h") return bar.heard();
  if (key === "s") return bar.sound();
  if (key === "/") return bar.find();
  if (key === "u" && !ticket?.querySelector('[data-key="u"]')) return bar.undo();
  if (!ticket) return false;
  if (key === "t") return press(ticket, ".check .tick:not(:checked)");
  if (key === "i") return press(ticket, ".checks .tick:not(:checked)");
  if (key === "c") return pass("keydown");
  return key in ACTS && press(ticket, `[data-key="${key}"]`);
}

// The ticket that the keyboard is on.
const chosen = () => document.activeElement?.closest?.(".ticket") ?? null;

function focus(element) {
  if (!element) return false;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest" });
  return true;
}

function press(ticket, what) {
  const found = ticket.querySelector(what);
  if (!found || found.disabled) return false;
  found.click();
  return true;
}

// As if Enter were held on the button to call.
function pass(kind) {
  const button = chosen()?.querySelector(".hold");
  if (!button || button.disabled) return false;
  button.dispatchEvent(new KeyboardEvent(kind, { key: "Enter" }));
  return true;
}

function pick(place) {
  const question = document.activeElement?.closest?.("fieldset");
  if (question) return focus(question.querySelectorAll("button")[place]);
  const column = chosen()?.parentElement ?? columns().find((one) => shownIn(one).length > 0);
  return focus(column && shownIn(column)[place]);
}

function move(key) {
  const question = document.activeElement?.closest?.("fieldset");
  const step = key === "ArrowDown" || key === "ArrowRight" ? 1 : -1;
  if (question) {
    const all = [...question.querySelectorAll("button, input")];
    return focus(all[(all.indexOf(document.activeElement) + step + all.length) % all.length]);
  }
  const [ticket, all] = [chosen(), columns()];
  if (!ticket) return pick(0);
  const column = ticket.parentElement;
  const at = shownIn(column).indexOf(ticket);
  if (key === "ArrowUp" || key === "ArrowDown") return focus(shownIn(column)[at + step] ?? ticket);
  for (let next = all.indexOf(column) + step; all[next]; next += step) {
    const there = shownIn(all[next]);
    if (there.length > 0) return focus(there[Math.min(at, there.length - 1)]);
  }
  return true;
}

function leave(ticket) {
  return ticket !== null && press(ticket, "fieldset .acts:last-child button:last-child");
}

function showKeys() {
  const words = () => (off() ? "Keys are off: use them" : "Keys are on: switch them off");
  const toggle = el("button", { class: "btn", type: "button", onclick: () => {
    store("keys", off() ? "" : "off");
    toggle.textContent = words();
  } }, words());
  openDialog("Keys", () => [
    el("p", {}, "The whole board works with a keyboard, or with a bump bar that sends these keys."),
    el("dl", { class: "keys" }, HELP.map(([key, means]) => el("div", {}, el("dt", {}, el("kbd", {}, key)), el("dd", {}, means)))),
    toggle,
  ]);
  return true;
}
