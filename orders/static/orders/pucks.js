// The guest's puck on a ticket: call it, give the order another one, take one that another order has.

import { el } from "./dom.js";
import { holdButton } from "./hold.js";
import { PUCK_IS_THERE } from "./words.js";

const MOST_WANTED = 20;
const wanted = new Map(); // order id to the number that was asked for last
const IN_USE = document.body.dataset.tracker === "pucks";

const describedBy = (order) => ({ "aria-describedby": `t${order.order_id}` });
const button = (kind, words, onclick, more = {}) => el("button", { class: `btn ${kind}`, type: "button", onclick, ...more }, words);

function give(order, board, number, taken = "") {
  wanted.delete(order.order_id);
  wanted.set(order.order_id, number);
  if (wanted.size > MOST_WANTED) wanted.delete(wanted.keys().next().value);
  board.send({ action: "trackorder", order_id: order.order_id, tracker_number: number, taken });
}

const mayCall = (order) => order.state !== "pending" && PUCK_IS_THERE.includes(order.tracker_state);

// What the buttons below depend on.
export const puckPrint = (order) => [mayCall(order), order.tracker_number];

// The buttons for an order's puck; `ask` puts a question in their place.
export function puckButtons(order, board, ask) {
  if (!IN_USE) return [];
  const more = { "data-acts": true, ...describedBy(order) };
  const call = () => holdButton("Hold to call", "Again to call", () => board.send({ action: "pageorder", order_id: order.order_id }), { ...more, "data-key": "c" });
  const words = order.tracker_number ? `Puck ${order.tracker_number}…` : "Puck…";
  const change = button("", words, () => ask((back) => question(order, board, back), () => true), more);
  return [mayCall(order) && call(), change].filter(Boolean);
}

function question(order, board, back) {
  const number = el("input", { class: "own", inputmode: "numeric", maxlength: "4", autocomplete: "off", "aria-label": "Number on the puck", value: order.tracker_number ?? "" });
  const send = () => {
    back();
    if (number.value.trim() !== (order.tracker_number ?? "")) give(order, board, number.value.trim());
  };
  number.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // or it would press the button that has the focus next
    send();
  });
  return el(
    "fieldset",
    {},
    el("legend", {}, "Which puck has the guest? Empty is none."),
    el("div", { class: "field" }, number),
    el("div", { class: "acts" }, button("main", "This one", send, { "data-acts": true, ...describedBy(order) }), button("", "As it was", back, describedBy(order))),
  );
}

// Another order has it: staff know which of the two is right.
export function takePuck(order, board) {
  const number = wanted.get(order.order_id);
  if (!number) return null;
  const swap = order.tracker_number && button("", "Swap the two pucks", () => give(order, board, number, "swap"), { "data-acts": true });
  return el("div", { class: "acts" }, button("", "Move it here", () => give(order, board, number, "move"), { "data-acts": true }), swap);
}
