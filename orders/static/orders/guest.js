// The guest's page: the server's menu made to order from, and the table's orders, live.

import { Basket } from "./basket.js";
import { el, say, stepper } from "./dom.js";
import { showButtons } from "./guest_menu.js";
import { showOrders } from "./guest_orders.js";
import { Kept, newKey } from "./kept.js";
import { Line } from "./line.js";
import { money, timeOf } from "./words.js";

const { venue, table, menu: menuAddress } = document.body.dataset;
const SENT_BY_ITSELF_MS = 10 * 60_000; // an older order than this is sent by a tap, not by a phone that wakes up
const $ = (id) => document.getElementById(id);

const kept = new Kept(venue, table);
const basket = new Basket(kept, show);
const line = new Line(venue, table);
const orders = new Map();
let menu = null;
let ended = null;
let trouble = "";
let unwatched = false;

const bar = el("div", { class: "bar", role: "region", "aria-label": "Your order", hidden: true });
const sheet = el("dialog", { class: "sheet", "aria-labelledby": "h-order" });
document.body.append(bar, sheet);

// What the server says

line.addEventListener("frame", ({ detail: frame }) => {
  if (frame.type === "snapshot") {
    orders.clear();
    for (const order of frame.orders) orders.set(order.order_id, order);
    unwatched = frame.boards_online === 0;
    for (const order of frame.orders) settle(order.client_order_id);
    if (menu && menu.menu_version !== frame.menu_version) readMenuSoon();
  } else if (frame.type === "order") {
    orders.set(frame.order.order_id, frame.order);
    settle(frame.order.client_order_id);
  } else if (frame.type === "ack") {
    settle(frame.client_order_id);
  } else if (frame.type === "error") {
    trouble = frame.message;
    const back = frame.client_order_id ? kept.drop(frame.client_order_id) : null;
    if (back) basket.put(back.lines);
  } else if (frame.type === "notice" && frame.kind !== "health") {
    readMenuSoon();
  }
  show();
});

line.addEventListener("state", () => {
  if (line.live) {
    ended = null;
    // After the snapshot, or what was missed: what is settled by then is not sent again.
    setTimeout(sendKept, 300);
  }
  show();
});

line.addEventListener("ended", ({ detail }) => {
  ended = detail;
  show();
});

function settle(clientOrderId) {
  if (clientOrderId && kept.drop(clientOrderId)) trouble = "";
}

// What the guest does

function order() {
  trouble = "";
  const puck = $("puck")?.value.trim();
  const lines = basket.lines.map((one) => ({ ...one }));
  const shown = lines.map((one) => ({
    quantity: one.quantity,
    name: basket.product(one.product_id).name,
    more: [...basket.options(one), one.note].filter(Boolean).join(", "),
    sum: basket.price(one) * one.quantity,
  }));
  const wanted = { client_order_id: newKey(), at: Date.now(), sent: false, lines, shown, total: basket.total, puck };
  kept.add(wanted);
  basket.empty();
  sheet.close();
  send(wanted);
  scrollTo({ top: 0 });
}

function send(wanted) {
  const frame = { action: "order", client_order_id: wanted.client_order_id, lines: wanted.lines };
  if (wanted.puck) frame.tracker_number = wanted.puck;
  if (!line.send(frame)) {
    line.tryNow();
    show();
    return;
  }
  kept.drop(wanted.client_order_id);
  kept.add({ ...wanted, sent: true });
  show();
}

function sendKept() {
  for (const wanted of kept.orders) if (Date.now() - wanted.at < SENT_BY_ITSELF_MS) send(wanted);
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
  showBar();
  if (sheet.open) showSheet();
}

function showConnection() {
  const said = [];
  if (ended) {
    said.push(say("bad", "status", ended.message, ""));
  } else if (!line.live && line.heardAt !== null) {
    const mark = el("span", { class: "mark", "data-is": "silent" });
    const lost = say("lost", "status", `No connection since ${timeOf(line.since)}.`, "This is how things stood then. Your orders are safe with the bar.");
    lost.prepend(mark);
    said.push(lost);
  } else if (unwatched && !orders.size) {
    said.push(say("wait", "status", "Nobody is at the bar’s screen at the moment.", "Your order waits there until somebody looks. Or order at the bar."));
  }
  if (trouble) said.push(say("bad", "alert", "This was not ordered.", trouble));
  const place = $("connection");
  const looks = said.map((one) => one.textContent).join("\n");
  if (place.dataset.print === looks) return;
  place.dataset.print = looks;
  place.replaceChildren(...said);
}

// One sentence on why nothing can be ordered now; empty where it can.
function refusal() {
  if (ended) return ended.message;
  if (menu?.paused) return `Orders are paused until ${timeOf(menu.paused.until)}.`;
  return menu && !menu.open ? "Closed now." : "";
}

function showBar() {
  bar.hidden = basket.count === 0;
  if (bar.hidden && sheet.open) sheet.close();
  const items = basket.count === 1 ? "1 item" : `${basket.count} items`;
  bar.replaceChildren(
    el("button", { class: "btn main tall", type: "button", onclick: openSheet }, el("span", {}, items), el("span", {}, "See order"), el("span", {}, money(basket.total))),
  );
}

function openSheet() {
  showSheet();
  sheet.showModal();
}

function showSheet() {
  const why = refusal();
  const gone = basket.lines.some((one) => !basket.onSale(one));
  const puck = $("puck")?.value ?? "";
  sheet.replaceChildren(
    el("header", { class: "row" }, el("h2", { id: "h-order" }, `Your order for table ${table}`), el("button", { class: "btn", type: "button", onclick: () => sheet.close() }, "Close")),
    el("ul", { class: "lines" }, basket.lines.map(row)),
    el(
      "div",
      { class: "field" },
      el("label", { for: "puck" }, "Number on your puck, if you have one"),
      el("input", { id: "puck", inputmode: "numeric", maxlength: "4", pattern: "[1-9][0-9]{0,3}", autocomplete: "off", value: puck }),
    ),
    el("p", { class: "row total" }, el("span", {}, "Total"), el("span", {}, money(basket.total))),
    (why || gone) && say("wait", "status", why || "Something is sold out meanwhile.", why ? "" : "Take it out to send the rest."),
    el("button", { class: "btn main tall", type: "button", disabled: Boolean(why) || gone, onclick: order }, "Send to the bar"),
  );
}

function row(one) {
  const product = basket.product(one.product_id);
  const more = [...basket.options(one), one.note, basket.onSale(one) ? "" : "sold out"].filter(Boolean).join(", ");
  const name = product?.name ?? "No longer on the menu";
  return el(
    "li",
    {},
    stepper(name, one.quantity, (by) => basket.change(one, by)),
    el("span", {}, name, more && el("small", {}, more)),
    el("span", { class: "num" }, money(basket.price(one) * one.quantity)),
  );
}

// The menu: data from the REST API, words from the page that the server writes.

let reading = null;
let changes = null;

function readMenuSoon() {
  // A change reaches every phone of a venue at once; they need not all ask at once.
  reading ??= setTimeout(() => {
    reading = null;
    readMenu(true);
  }, 200 + Math.random() * 1800);
}

async function readMenu(again) {
  try {
    const answer = await fetch(menuAddress);
    if (!answer.ok) return;
    const fresh = await answer.json();
    if (again) await readWords();
    menu = fresh;
    basket.learn(menu);
    clearTimeout(changes);
    const next = menu.paused?.until ?? menu.changes_at;
    const wait = next ? new Date(next) - Date.now() : Infinity;
    if (wait < 86_400_000) changes = setTimeout(readMenuSoon, Math.max(1000, wait));
  } catch {
    setTimeout(() => readMenu(again), 5000);
  }
}

async function readWords() {
  const answer = await fetch(location.pathname);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ["sections", "notes"]) $(id).replaceChildren(...page.getElementById(id).childNodes);
}

await readMenu(false);
line.open();
