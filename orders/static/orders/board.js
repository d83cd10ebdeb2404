// The board's page: open orders in three columns, live.

import { showAlerts, showHealth } from "./board_alerts.js";
import { showLast, showLately, themeButton } from "./board_bar.js";
import { el, keep } from "./dom.js";
import { Line } from "./line.js";
import { takePuck } from "./pucks.js";
import { openSheet } from "./sheet.js";
import { ring, soundButton } from "./sound.js";
import { showAge, sinceOf, ticket } from "./tickets.js";
import { minutesSince } from "./words.js";
import { startWorker } from "./worker.js";

const { venue } = document.body.dataset;
const STATES = ["pending", "accepted", "ready"];
const CHANGED = { accepted: "accepted", ready: "said ready:", completed: "brought", rejected: "rejected", cancelled: "cancelled", undone: "undid" };
const MOST_LATELY = 30;
const COMMAND_MS = 300_000; // one that did not reach the gateway is news for so long
const WAITING_MS = 90_000; // who still waits is said again within a minute
const $ = (id) => document.getElementById(id);

const line = new Line(venue, "dashboard");
const orders = new Map(); // the open ones
const lately = []; // those that left, newest first
const wrong = new Map(); // order id to why the last wish was refused
const unanswered = new Set(); // order ids
const waiting = new Map(); // table number to when it was said
const troubles = new Map(JSON.parse($("troubles").textContent).map((trouble) => [trouble.part, trouble]));
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
    wrong.set(frame.order_id, frame);
  } else if (frame.type === "notice") {
    hear(frame);
  }
  show();
});

function take({ order, change }) {
  wrong.delete(order.order_id);
  const at = lately.findIndex((one) => one.order_id === order.order_id);
  if (at >= 0) lately.splice(at, 1);
  if (STATES.includes(order.state)) orders.set(order.order_id, order);
  else {
    orders.delete(order.order_id);
    lately.unshift(order);
    lately.length = Math.min(lately.length, MOST_LATELY);
  }
  const did = change === "completed" && order.to_go ? "handed over" : CHANGED[change];
  if (did) last = { order, words: `${order.changed_by} ${did} ${order.order_number}` };
  if (change === "placed") ring();
}

function hear(notice) {
  if (notice.kind === "health") {
    // An agent that tells of its gateway is there; of one that is not, we know nothing else.
    if (notice.part !== "command") for (const part of ["agent", "gateway", "token"]) troubles.delete(part);
    if (notice.what_to_do) troubles.set(notice.part, { ...notice, at: Date.now() });
  }
  if (notice.kind === "pause") paused = notice.until ? notice : null;
  else if (notice.kind === "unanswered") {
    unanswered.add(notice.order_id);
    ring(3);
  } else if (notice.kind === "waiting") {
    waiting.set(notice.table_number, Date.now());
    ring();
  }
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
    wrong.delete(frame.order_id);
    const sent = line.send(frame);
    if (!sent) show();
    return sent;
  },
  undo: (order) => actions.send({ action: "undoorder", order_id: order.order_id, seq: order.undo.seq, reason: "Undone on the board" }),
  numberOf: (id) => orders.get(id)?.order_number ?? lately.find((one) => one.order_id === id)?.order_number,
};

function openTables() {
  waiting.clear();
  openSheet($("tables").href);
}

function show() {
  for (const state of STATES) {
    const found = [...orders.values()].filter((order) => order.state === state).sort((a, b) => a.order_time - b.order_time);
    keep(ticketsOf(state), found, (order) => order.order_id, looks, build);
    headOf(state).querySelector(".count").textContent = found.length;
  }
  $("lately").hidden = !lately.length;
  if (line.live) ended = null;
  showClocks();
}

// A refused wish is part of how its ticket looks: the ticket is built again, with its buttons on.
const looks = (order) => JSON.stringify([order, line.live, wrong.get(order.order_id)?.message ?? null]);

function build(order, before) {
  const article = ticket(order, actions);
  if (before) article.classList.remove("new");
  const why = wrong.get(order.order_id);
  if (why) article.querySelector(".made").before(el("p", { class: "note", role: "alert" }, el("b", {}, "Not done:"), ` ${why.message}`));
  if (why?.code === "puck_taken") article.querySelector(".made").before(takePuck(order, actions));
  return article;
}

// Whatever changes because time goes by.
function showClocks() {
  for (const [number, at] of waiting) if (Date.now() - at > WAITING_MS) waiting.delete(number);
  const open = [...unanswered].map((id) => orders.get(id)).filter((order) => order?.state === "pending");
  if (Date.now() - troubles.get("command")?.at > COMMAND_MS) troubles.delete("command");
  showAlerts(line, { ended, paused, unanswered: open, waiting: waiting.keys(), troubles: troubles.values(), openTables });
  showHealth(line);
  showLast(last, actions);
  for (const state of STATES) {
    let oldest = 0;
    for (const article of ticketsOf(state).querySelectorAll("[data-key]")) {
      const order = orders.get(article.dataset.key);
      showAge(article, order);
      oldest = Math.max(oldest, minutesSince(sinceOf(order)));
    }
    headOf(state).querySelector(".quiet").textContent = oldest ? `oldest ${oldest} min` : "";
  }
  const fresh = [...orders.values()].filter((order) => order.state === "pending").length;
  document.title = document.title.replace(/^(\(\d+\) )?/, fresh ? `(${fresh}) ` : "");
}

const ticketsOf = (state) => document.querySelector(`[data-state="${state}"]`);
const headOf = (state) => ticketsOf(state).parentElement.querySelector("h2");

$("tables").addEventListener("click", (event) => {
  event.preventDefault();
  openTables();
});
$("lately").addEventListener("click", () => showLately(lately, actions));
themeButton($("theme"));
soundButton($("sound"));
setInterval(showClocks, 1000);
line.open();
startWorker();
