// The board's bars: what was done last, what was done lately, light or dark.

import { openDialog } from "./dialog.js";
import { el } from "./dom.js";
import { store, stored } from "./stored.js";
import { timeOf } from "./words.js";

const DONE = { rejected: "was rejected", cancelled: "was cancelled" };
const $ = (id) => document.getElementById(id);
const done = (order) => DONE[order.state] ?? (order.to_go ? "was collected" : "was brought");
export const mayUndo = (order, at) => order.undo && order.undo.until > at;

function undo(order, board) {
  return el(
    "button",
    { class: "btn", type: "button", disabled: !board.live, onclick: () => board.undo(order) },
    "Undo",
    el("span", { class: "vh" }, ` order ${order.order_number}`),
  );
}

// `last` is {order, words} or null.
export function showLast(last, board) {
  const place = $("last");
  const may = Boolean(last && mayUndo(last.order, board.now()));
  const print = last ? `${last.words} ${last.order.undo?.seq} ${may} ${board.live}` : "";
  if (place.dataset.print === print) return;
  place.dataset.print = print;
  place.replaceChildren(...(last ? [el("span", { class: "small" }, last.words)] : []), ...(may ? [undo(last.order, board)] : []));
}

export function showLately(orders, board) {
  const words = (order) => `Order ${order.order_number}, table ${order.table_number}, ${done(order)} at ${timeOf(order.finished_at)}`;
  const dialog = openDialog("Done lately", () => [
    el("ul", { class: "done-lately" }, orders.map((order) => el("li", {}, el("span", {}, words(order)), mayUndo(order, board.now()) && undo(order, board)))),
  ]);
  dialog.addEventListener("click", (event) => event.target.closest("li .btn") && dialog.close());
}

export function themeButton(button) {
  const set = (name) => {
    document.documentElement.dataset.theme = name;
    button.textContent = name === "dark" ? "Light" : "Dark";
  };
  if (stored("theme") === "light") set("light");
  button.hidden = false;
  button.addEventListener("click", () => {
    set(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
    store("theme", document.documentElement.dataset.theme);
  });
}
