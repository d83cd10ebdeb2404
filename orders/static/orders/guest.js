// The guest's page: the server's menu made to order from, and the table's orders, live.

import { Basket } from "./basket.js";
import { el, say } from "./dom.js";
import { showButtons } from "./guest_menu.js";
import { showOrders } from "./guest_orders.js";
import { OrderSheet } from "./guest_sheet.js";
import { Kept, newKey } from "./kept.js";
import { Line } from "./line.js";
import { MenuReader } from "./menu_reader.js";
import { timeOf } from "./words.js";
import { forgetPage, keepPage, keepsPages } from "./worker.js";

const { venue, table, menu: menuAddress, at: writtenAt } = document.body.dataset;
const KEPT = Date.now() - new Date(writtenAt) > 30_000; // this page comes from this phone, and may be old
const SENT_BY_ITSELF_MS = 10 * 60_000; // an older order is sent by a tap, not by a phone that wakes up
const SETTLES_MS = 300;
const $ = (id) => document.getElementById(id);

const kept = new Kept(venue, table);
const basket = new Basket(kept, show);
const reader = new MenuReader(menuAddress, (menu) => basket.learn(menu));
const sheet = new OrderSheet(table, basket, refusal, order);
const line = new Line(venue, table);
const orders = new Map();
let ended = null;
let trouble = "";
let unwatched = false;

// What the server says

line.addEventListener("frame", ({ detail: frame }) => {
  if (frame.type === "snapshot") {
    orders.clear();
    for (const one of frame.orders) learn(one);
    unwatched = frame.boards_online === 0;
    if (reader.menu && reader.menu.menu_version !== frame.menu_version) reader.readSoon();
  } else if (frame.type === "order") {
    learn(frame.order);
    unwatched = false;
  } else if (frame.type === "ack") {
    settle(frame.client_order_id);
  } else if (frame.type === "error") {
    trouble = frame.message;
    const back = frame.client_order_id ? kept.drop(frame.client_order_id) : null;
    if (back) basket.put(back.lines);
  } else if (frame.type === "notice" && frame.kind !== "health") {
    reader.readSoon();
  }
  show();
});

line.addEventListener("state", () => {
  if (line.live) {
    ended = null;
    if (KEPT) reader.readSoon();
    // After the snapshot, or what was missed: what is settled by then is not sent again.
    setTimeout(sendKept, SETTLES_MS);
  }
  show();
});

line.addEventListener("ended", ({ detail }) => {
  ended = detail;
  if (ended.code !== "table_stopped") forgetPage();
  show();
});

function learn(one) {
  orders.set(one.order_id, one);
  settle(one.client_order_id);
}

function settle(clientOrderId) {
  if (clientOrderId && kept.drop(clientOrderId)) trouble = "";
}

// What the guest does

function order(puck) {
  trouble = "";
  const shown = basket.lines.map((one) => ({
    quantity: one.quantity,
    name: basket.product(one.product_id).name,
    more: [...basket.options(one), one.note].filter(Boolean).join(", "),
    sum: basket.price(one) * one.quantity,
  }));
  const total = basket.total;
  const { toGo } = basket;
  const wanted = { client_order_id: newKey(), at: Date.now(), sent: false, lines: basket.empty(), shown, total, puck, toGo };
  kept.add(wanted);
  send(wanted);
  scrollTo({ top: 0 });
}

function send(wanted) {
  const frame = { action: "order", client_order_id: wanted.client_order_id, lines: wanted.lines };
  if (wanted.puck) frame.tracker_number = wanted.puck;
  if (wanted.toGo) frame.to_go = true;
  if (line.send(frame)) {
    kept.drop(wanted.client_order_id);
    kept.add({ ...wanted, sent: true });
  } else {
    line.tryNow();
  }
  show();
}

function sendKept() {
  for (const wanted of kept.orders) if (line.live && Date.now() - wanted.at < SENT_BY_ITSELF_MS) send(wanted);
}

const actions = {
  get live() {
    return line.live;
  },
  takeBack: (one) => line.send({ action: "cancelorder", order_id: one.order_id }),
  sendNow: send,
  drop: (wanted) => {
    kept.drop(wanted.client_order_id);
    basket.put(wanted.lines);
    show();
  },
};

// What is shown

function show() {
  showButtons(basket);
  showConnection();
  const newest = [...orders.values()].sort((a, b) => b.order_time - a.order_time || b.order_number - a.order_number);
  showOrders($("orders"), newest, kept.orders, actions);
  sheet.show();
}

// Why nothing can be ordered now, in one sentence; empty where it can.
function refusal() {
  const menu = reader.menu;
  if (ended) return ended.message;
  if (menu?.paused) return `Orders are paused until ${timeOf(menu.paused.until)}.`;
  return menu && !menu.open ? "Closed now." : "";
}

function howOld() {
  if (line.heardAt === null) return `This is the menu as it was at ${timeOf(writtenAt)}. What you order is kept, and sent once you are back.`;
  const then = "This is how things stood then. Your orders are safe with the bar.";
  return keepsPages ? then : `${then} Leave this page open: here, a phone cannot load it again without a connection.`;
}

function showConnection() {
  const said = [];
  if (ended) {
    said.push(say("bad", "status", ended.message, ""));
  } else if (!line.live && (line.heardAt !== null || line.retryAt !== null)) {
    const strong = line.heardAt === null ? "No connection." : `No connection since ${timeOf(line.since)}.`;
    const lost = say("lost", "status", strong, howOld());
    lost.prepend(el("span", { class: "mark", "data-is": "silent" }));
    said.push(lost);
  } else if (unwatched) {
    const text = "An order waits there until somebody looks. Or order at the bar.";
    said.push(say("wait", "status", "Nobody is at the bar’s screen at the moment.", text));
  }
  if (trouble) said.push(say("bad", "alert", "This was not ordered.", trouble));
  const place = $("connection");
  const looks = said.map((one) => one.textContent).join("\n");
  if (place.dataset.print === looks) return;
  place.dataset.print = looks;
  place.replaceChildren(...said);
}

$("late").hidden = true;
await reader.read();
line.open();
keepPage();
