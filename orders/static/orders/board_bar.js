// The board's top bar: what was done last, what was done lately, light or dark.

import { el } from "./dom.js";
import { timeOf } from "./words.js";

const DONE = { rejected: "was rejected", cancelled: "was cancelled" };
const $ = (id) => document.getElementById(id);
const done = (order) => DONE[order.state] ?? (order.to_go ? "was collected" : "was brought");
const mayUndo = (order) => order.undo && order.undo.until > Date.now();

function undo(order, actions) {
  return el(
    "button",
    { class: "btn", type: "button", disabled: !actions.live, onclick: () => actions.undo(order) },
    "Undo",
    el("span", { class: "vh" }, ` order ${order.order_number}`),
  );
}

// `last` is {order, words} or null.
export function showLast(last, actions) {
  const place = $("last");
  const button = last && mayUndo(last.order);
  const print = JSON.stringify([last?.words, last?.order.undo, button, actions.live]);
  if (place.dataset.print === print) return;
  place.dataset.print = print;
  place.replaceChildren(...(last ? [el("span", { class: "small" }, last.words)] : []), ...(button ? [undo(last.order, actions)] : []));
}

export function showLately(orders, actions) {
  const close = el("button", { class: "btn", type: "button", onclick: () => dialog.close() }, "Close");
  const words = (order) => `Order ${order.order_number}, table ${order.table_number}, ${done(order)} at ${timeOf(order.finished_at)}`;
  const dialog = el(
    "dialog",
    { class: "sheet wide", "aria-labelledby": "h-lately", onclose: () => dialog.remove(), onclick: (event) => event.target.closest("li .btn") && dialog.close() },
    el("header", { class: "row" }, el("h2", { id: "h-lately" }, "Done lately"), close),
    el("ul", { class: "done-lately" }, orders.map((order) => el("li", {}, el("span", {}, words(order)), mayUndo(order) && undo(order, actions)))),
  );
  document.body.append(dialog);
  dialog.showModal();
}

export function themeButton(button) {
  const set = (name) => {
    document.documentElement.dataset.theme = name;
    button.textContent = name === "dark" ? "Light" : "Dark";
  };
  try {
    if (localStorage.getItem("ontap theme") === "light") set("light");
  } catch {
    // no storage: dark
  }
  button.hidden = false;
  button.addEventListener("click", () => {
    set(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
    try {
      localStorage.setItem("ontap theme", document.documentElement.dataset.theme);
    } catch {
      // then it is dark again next time
    }
  });
}
