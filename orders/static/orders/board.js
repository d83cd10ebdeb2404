// The board's page: open orders in three columns, live.

import { el, keep, say } from "./dom.js";
import { Line } from "./line.js";
import { askedTables, openSheet } from "./sheet.js";
import { showAge, ticket } from "./tickets.js";
import { minutesSince, secondOf, timeOf } from "./words.js";

const { venue, opening } = document.body.dataset;
const STATES = ["pending", "accepted", "ready"];
const DONE = { completed: "was brought", rejected: "was rejected", cancelled: "was cancelled" };
const CHANGED = { accepted: "accepted", ready: "said ready:", completed: "brought", rejected: "rejected", cancelled: "cancelled", undone: "undid" };
const MOST_LATELY = 30;
const UNDO_MS = 10 * 60_000;
const $ = (id) => document.getElementById(id);

const line = new Line(venue, "dashboard");
const orders = new Map(); // open ones
const lately = []; // those that left, newest first
const asked = new Map(); // order id to what was wrong with the last wish
let last = null;
let ended = null;
let paused = null;

line.addEventListener("frame", ({ detail: frame }) => {
  if (frame.type === "snapshot") {
    orders.clear();
    for (const order of frame.orders) orders.set(order.order_id, order);
    paused = frame.paused;
  } else if (frame.type === "order") {
    take(frame);
  } else if (frame.type === "error" && frame.order_id) {
    asked.set(frame.order_id, { message: frame.message, at: Date.now() });
  } else if (frame.type === "notice" && frame.kind === "pause") {
    paused = frame.until ? frame : null;
  }
  show();
});

function take({ order, change }) {
  asked.delete(order.order_id);
  const at = lately.findIndex((one) => one.order_id === order.order_id);
  if (at >= 0) lately.splice(at, 1);
  if (STATES.includes(order.state)) orders.set(order.order_id, order);
  else {
    orders.delete(order.order_id);
    lately.unshift(order);
    lately.length = Math.min(lately.length, MOST_LATELY);
  }
  if (CHANGED[change]) last = { order, words: `${order.changed_by} ${CHANGED[change]} ${order.order_number}` };
}

line.addEventListener("state", show);
line.addEventListener("ended", ({ detail }) => {
  ended = detail;
  show();
});

const actions = {
  get live() {
    return line.live;
  },
  send: (frame) => {
    asked.delete(frame.order_id);
    if (!line.send(frame)) show();
  },
  numberOf: (id) => orders.get(id)?.order_number ?? lately.find((one) => one.order_id === id)?.order_number,
};

function show() {
  for (const state of STATES) {
    const found = [...orders.values()].filter((order) => order.state === state).sort((a, b) => a.order_time - b.order_time);
    const tickets = document.querySelector(`[data-state="${state}"]`);
    keep(tickets, found, (order) => order.order_id, looks, build);
    const head = tickets.parentElement.querySelector("h2");
    head.querySelector(".count").textContent = found.length;
  }
  showLast();
  showConnection();
  showAges();
}

// What is wrong with a wish is part of how the ticket looks: it is built again, its buttons on.
const looks = (order) => JSON.stringify([order, line.live, asked.get(order.order_id) ?? null]);

function build(order, before) {
  const article = ticket(order, actions);
  if (before) article.classList.remove("new");
  const wrong = asked.get(order.order_id);
  if (wrong) article.querySelector(".made").before(el("p", { class: "note", role: "alert" }, el("b", {}, "Not done:"), ` ${wrong.message}`));
  return article;
}

function showAges() {
  for (const state of STATES) {
    const tickets = document.querySelector(`[data-state="${state}"]`);
    let oldest = 0;
    for (const article of tickets.querySelectorAll("[data-key]")) {
      const order = orders.get(article.dataset.key);
      showAge(article, order);
      oldest = Math.max(oldest, minutesSince(order[{ pending: "order_time", accepted: "accepted_at", ready: "ready_at" }[state]]));
    }
    tickets.parentElement.querySelector("h2 .quiet").textContent = oldest ? `oldest ${oldest} min` : "";
  }
  document.title = document.title.replace(/^(\(\d+\) )?/, orders.size ? `(${[...orders.values()].filter((order) => order.state === "pending").length}) ` : "");
}

function undo(order) {
  return el(
    "button",
    {
      class: "btn",
      type: "button",
      disabled: !line.live,
      onclick: () => actions.send({ action: "undoorder", order_id: order.order_id, seq: order.undo.seq, reason: "Undone on the board" }),
    },
    "Undo",
    el("span", { class: "vh" }, ` order ${order.order_number}`),
  );
}

const mayUndo = (order) => order.undo && order.undo.until > Date.now();

function showLast() {
  const place = $("last");
  const print = JSON.stringify([last, line.live]);
  if (place.dataset.print !== print) {
    place.dataset.print = print;
    place.replaceChildren(...(last ? [el("span", { class: "small" }, last.words), mayUndo(last.order) ? undo(last.order) : ""] : []));
  }
  $("lately").hidden = !lately.length;
}

function showConnection() {
  document.body.dataset.live = line.live ? "yes" : "no";
  const said = [];
  if (ended) {
    const login = el("a", { class: "btn", href: `/login/?next=${encodeURIComponent(location.pathname)}` }, "Log in");
    said.push(say("bad", "alert", ended.message, "This board shows nothing new.", login));
  } else if (!line.live && line.heardAt !== null) {
    const ago = Math.max(0, Math.round((Date.now() - line.since) / 1000));
    const again = line.retryAt ? `Trying again in ${Math.max(0, Math.ceil((line.retryAt - Date.now()) / 1000))} s.` : "Trying now.";
    const button = el("button", { class: "btn", type: "button", onclick: () => line.tryNow() }, "Try now");
    const lost = say("bad", "alert", `Connection lost ${ago} s ago.`, "", button);
    // Read aloud once, not every second.
    lost.querySelector("p").append(el("span", { "aria-hidden": "true" }, `You see the board of ${secondOf(line.heardAt)}. New orders are kept for you. ${again}`));
    said.push(lost);
  }
  if (paused && new Date(paused.until) > Date.now()) {
    said.push(say("wait", "status", `Orders are paused until ${timeOf(paused.until)}.`, paused.reason));
  }
  const print = said.map((one) => one.textContent).join("\n");
  const place = $("alerts");
  if (place.dataset.print !== print) {
    place.dataset.print = print;
    place.replaceChildren(...said);
  }
  const health = $("health");
  health.classList.toggle("trouble", !line.live);
  health.querySelector(".mark").dataset.is = line.live ? "live" : "silent";
  health.querySelector("b").textContent = line.live ? "This board is live" : "This board is not live";
  health.querySelector(".when").textContent = line.heardAt ? `last word ${secondOf(line.heardAt)}` : "not connected yet";
}

// The bar's own buttons

$("tables").addEventListener("click", (event) => {
  event.preventDefault();
  openSheet(event.currentTarget.href);
});

$("lately").addEventListener("click", () => {
  const close = el("button", { class: "btn", type: "button", onclick: () => dialog.close() }, "Close");
  const rows = lately
    .filter((order) => order.undo ? order.undo.until > Date.now() - UNDO_MS : true)
    .map((order) => el("li", {}, el("span", {}, `Order ${order.order_number}, table ${order.table_number}, ${DONE[order.state]} at ${timeOf(order.finished_at)}`), mayUndo(order) ? undo(order) : ""));
  const dialog = el(
    "dialog",
    { class: "sheet wide", "aria-labelledby": "h-lately", onclose: () => dialog.remove(), onclick: (event) => event.target.closest("li .btn") && dialog.close() },
    el("header", { class: "row" }, el("h2", { id: "h-lately" }, "Done lately"), close),
    el("ul", { class: "done-lately" }, rows),
  );
  document.body.append(dialog);
  dialog.showModal();
});

const theme = $("theme");
function setTheme(name) {
  document.documentElement.dataset.theme = name;
  theme.textContent = name === "dark" ? "Light" : "Dark";
  try {
    localStorage.setItem("ontap theme", name);
  } catch {
    // then it is dark again next time
  }
}
theme.hidden = false;
theme.addEventListener("click", () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
try {
  if (localStorage.getItem("ontap theme") === "light") setTheme("light");
} catch {
  // no storage: dark
}

async function lookWhoWaits() {
  const waiting = await askedTables($("tables").href);
  $("tables").textContent = waiting ? `Tables: open ${waiting}?` : "Tables";
  $("tables").classList.toggle("main", waiting > 0);
}
if (opening === "staff") {
  lookWhoWaits();
  setInterval(lookWhoWaits, 15_000);
}

setInterval(() => {
  showAges();
  showConnection();
}, 1000);
line.open();
