// One sentence each on what is unusual about an order, and two words on what it is.

import { el } from "./dom.js";
import { didWords } from "./open_orders.js";
import { movedNote } from "./places.js";
import { takePuck } from "./pucks.js";
import { timeOf } from "./words.js";

const SCREENS = document.body.dataset.tracker === "tables"; // no pucks: a number is the one on the runners' screens
const STARTED_AS = { TO_GO: "to go", ON_PREMISE: "eat in" }; // the words of a gateway

export const ending = (order) => (order.to_go ? "Collected" : "Brought");

// What stands small under the order's number.
export function under(order) {
  return `${timeOf(order.order_time)}${puckOf(order)}${order.placed_by === "staff" ? ", by staff" : ""}`;
}

function puckOf(order) {
  if (!order.tracker_number) return "";
  if (SCREENS) return `, ${order.tracker_number} on the runners' screens`;
  const lost = order.tracker_state === "located" ? " on a tag of no table" : " not on a table yet";
  return `, puck ${order.tracker_number}${order.located_table || order.to_go ? "" : lost}`;
}

export function tags(order) {
  const found = [
    order.to_go && el("span", { class: "to-go" }, "TO GO"),
    order.test && el("span", { class: "to-go test" }, "TEST"),
    order.state === "pending" && order.first_of_session && el("span", { class: "tag" }, "First order of this table"),
    order.state === "pending" && !order.verified && el("span", { class: "tag" }, "No code scanned"),
  ].filter(Boolean);
  return found.length ? [el("p", { class: "tags" }, found)] : [];
}

const note = (strong, text, more = {}) => el("p", { class: "note", ...more }, el("b", {}, strong), ` ${text}`);

// `refused` is why the last wish for it was not granted, or undefined.
export function notes(order, refused, board, send) {
  const twin = order.possible_duplicate_of && board.numberOf(order.possible_duplicate_of);
  return [
    refused && note("Not done:", refused.code === "order_moved" ? `${didWords(order, order.state)} first.` : refused.message, { role: "alert" }),
    refused?.code === "puck_taken" && takePuck(order, board),
    order.possible_duplicate_of && note(`Possible duplicate${twin ? ` of ${twin}` : ""}:`, "same table, same items, seconds apart. Ask them."),
    order.tracker_state === "returned" && note(SCREENS ? "Cleared on a screen:" : "Puck is back:", order.state === "pending" ? "before anybody accepted this. Ask at the bar." : `is it ${ending(order).toLowerCase()}?`),
    order.tracker_state === "paged" && note("Called:", `puck ${order.tracker_number} shakes.`),
    movedNote(order, send),
    startedOtherwise(order) && note(`Puck ${order.tracker_number} was started as ${STARTED_AS[order.tracker_type]}.`, `The order is to ${order.to_go ? "go" : "eat in"}.`),
  ].filter(Boolean);
}

// The gateway's word decides nothing: what is done when it is ready follows the order.
function startedOtherwise({ tracker_number: puck, tracker_type: type, to_go: toGo }) {
  return puck && type in STARTED_AS && (type === "TO_GO") !== toGo;
}
