// What may be done with an order now, and the questions that come before it.

import { el } from "./dom.js";
import { puckButtons, puckPrint } from "./pucks.js";
import { ending } from "./ticket_notes.js";

const REASONS = ["Sold out, sorry.", "The kitchen is closed.", "We are too busy now.", "Please come to the bar."];

// What there is to make on this board: nothing, something, or all of it done, here or everywhere.
export function progress(order, owns) {
  const done = new Set(order.lines_done);
  const open = order.lines.map((line, position) => ({ line, position })).filter(({ position }) => !done.has(position));
  return { begun: done.size > 0, own: open.filter(({ line }) => owns(line)).map(({ position }) => position), all: open.length === 0 };
}

// What the buttons depend on: another print, other buttons.
export function actsPrint(order, made) {
  return [order.state, order.undo?.seq, order.tracker_state === "returned", order.to_go, made, ...puckPrint(order)];
}

// `send` moves the order; `ask(question, fits)` puts a question in the place of the buttons for as long as it fits.
export function acts(order, made, board, send, ask) {
  const id = `t${order.order_id}`;
  const button = (kind, words, key, onclick) => el("button", { class: `btn ${kind}`, type: "button", "data-acts": true, "data-key": key, "aria-describedby": id, onclick }, words);
  const refuse = (words, action, fits, more) => button("no", `${words}…`, "x", () => ask((back) => reasons(words, (reason) => send(action, { reason, ...more }), back, id), fits));
  const undo = order.undo && button("", "Undo", "u", () => send("undoorder", { seq: order.undo.seq, reason: "Undone on the board" }));
  const over = button("main", ending(order), "o", () => send("completeorder"));
  const isNew = (now) => now.state === "pending";
  const isOn = (now) => now.state !== "pending";
  const madeHere = made === "here" && button("main", "Made", "m", () => board.tickOwn(order));
  const ready = button(["here", "begun", "waits"].includes(made) ? "" : "main", "Ready", "r", () => send("readyorder"));
  const found = {
    pending: () => [button("main", "Accept", "a", () => send("acceptorder")), refuse("Reject", "acceptorder", isNew, { order_status: "rejected" }), undo],
    accepted: () => [order.tracker_state === "returned" ? over : madeHere, order.tracker_state !== "returned" && ready, undo, refuse("Cancel", "cancelorder", isOn)],
    ready: () => [over, undo, refuse("Cancel", "cancelorder", isOn)],
  }[order.state]();
  return [el("div", { class: "acts" }, found, puckButtons(order, board, ask))];
}

// The reason is asked on the ticket itself: nothing lies over other tickets.
function reasons(words, send, back, id) {
  const own = el("input", { class: "own", maxlength: "140", "aria-label": "Your own words", placeholder: "Your own words", autocomplete: "off" });
  const button = (kind, text, onclick, more = {}) => el("button", { class: `btn ${kind}`, type: "button", "aria-describedby": id, onclick, ...more }, text);
  const sendOwn = () => (own.value.trim() ? send(own.value.trim()) : own.focus());
  own.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // or it would press the button that has the focus next
    sendOwn();
  });
  const live = { "data-acts": true };
  return el(
    "fieldset",
    {},
    el("legend", {}, `${words} it? The guest reads why.`),
    el("div", { class: "acts reasons" }, REASONS.map((reason) => button("no", reason, () => send(reason), live))),
    el("div", { class: "own-words" }, el("div", { class: "field" }, own), button("no", "Send", sendOwn, live)),
    el("div", { class: "acts" }, button("main", "Keep the order", back)),
  );
}
