// The guest's puck on a ticket: call it, give the order another one, take one that another order has.

import { el } from "./dom.js";
import { PUCK_IS_THERE } from "./words.js";

const wanted = new Map(); // order id to the number that was asked for last
const IN_USE = document.body.dataset.tracker === "pucks";
const CALLED_MS = 4000;

const button = (kind, words, onclick, more = {}) => el("button", { class: `btn ${kind}`, type: "button", onclick, ...more }, words);

function give(order, actions, number, taken = "") {
  wanted.set(order.order_id, number);
  actions.send({ action: "trackorder", order_id: order.order_id, tracker_number: number, taken });
}

// The buttons for an order's puck; `ask` puts a question in their place, and its answer puts them back.
export function puckButtons(order, id, actions, ask) {
  if (!IN_USE) return [];
  const more = { "aria-describedby": id, disabled: !actions.live };
  const call = button("", "Call", () => {
    if (!actions.send({ action: "pageorder", order_id: order.order_id })) return;
    call.textContent = "Called";
    call.disabled = true;
    setTimeout(() => {
      call.textContent = "Call";
      call.disabled = false;
    }, CALLED_MS);
  }, more);
  const words = order.tracker_number ? `Puck ${order.tracker_number}…` : "Puck…";
  const change = button("", words, () => ask((back) => question(order, id, actions, back)), more);
  return [order.state !== "pending" && PUCK_IS_THERE.includes(order.tracker_state) && call, change];
}

function question(order, id, actions, back) {
  const number = el("input", { class: "own", inputmode: "numeric", maxlength: "4", autocomplete: "off", "aria-label": "Number on the puck", value: order.tracker_number ?? "" });
  const send = () => {
    back();
    if (number.value.trim() !== (order.tracker_number ?? "")) give(order, actions, number.value.trim());
  };
  number.addEventListener("keydown", (event) => event.key === "Enter" && send());
  const more = { "aria-describedby": id };
  return el(
    "fieldset",
    {},
    el("legend", {}, "Which puck has the guest? Empty is none."),
    el("div", { class: "field" }, number),
    el("div", { class: "acts" }, button("main", "This one", send, more), button("", "As it was", back, more)),
  );
}

// Another order has it: staff know which of the two is right.
export function takePuck(order, actions) {
  const number = wanted.get(order.order_id);
  if (!number) return "";
  const swap = order.tracker_number && button("", "Swap the two pucks", () => give(order, actions, number, "swap"));
  return el("div", { class: "acts" }, button("", "Move it here", () => give(order, actions, number, "move")), swap);
}
