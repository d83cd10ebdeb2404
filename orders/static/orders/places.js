// Where an order goes: the plate and the puck on its ticket, and the button that has it brought to another table.

import { el } from "./dom.js";

const PUCKS = document.body.dataset.tracker !== "tables";

// Where to go is filled: the puck's place once it is known, the order's table before. What the guest collects goes
// nowhere: nothing is filled, and no place of its puck is waited for.
export function place(order) {
  const shape = (kind, words, number) => el("span", { class: kind }, el("span", { class: "vh" }, words), number);
  const fill = order.to_go ? "" : " go-here";
  const goal = order.located_table
    ? shape(`puck${fill}`, "sits at table ", order.located_table)
    : shape(`plate${fill}`, order.moved_from ? "goes to table " : "Table ", order.table_number);
  const unseen = PUCKS && order.tracker_number && !order.located_table && !order.to_go && el("span", { class: "puck not-yet", "aria-hidden": "true" });
  const before = order.location_mismatch ? order.table_number : order.moved_from;
  if (!before) return [goal, unseen];
  const was = order.location_mismatch && order.moved_from ? "Goes to" : "Ordered at";
  const plate = shape("plate", `${was} table `, before);
  return [el("span", { class: "place" }, plate, el("span", { "aria-hidden": "true" }, "→"), goal), unseen];
}

// That an order goes, or its guest sits, elsewhere, with the one move that would put it right.
export function movedNote(order, send) {
  const { table_number: table, moved_from: from, located_table: seat } = order;
  if (order.to_go || !(order.location_mismatch || from)) return null;
  const [verb, goal] = order.location_mismatch ? ["Move", seat] : ["Back", from];
  const words = order.location_mismatch ? `${from ? "goes to" : "ordered at"} ${table}, sits at ${seat}.` : `ordered at ${from}, goes to ${table}.`;
  const move = () => send("moveorder", { table_number: goal });
  const button = el("button", { class: "btn", type: "button", "data-acts": true, "aria-describedby": `t${order.order_id}`, onclick: move }, `${verb} to table ${goal}`);
  return el("div", { class: "note" }, el("p", {}, el("b", {}, "Moved:"), ` ${words}`), button);
}
