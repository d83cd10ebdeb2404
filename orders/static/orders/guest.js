// The guest's page: the server's menu made to order from, and the table's orders, live.

import { Basket } from "./basket.js";
import { showConnection } from "./guest_connection.js";
import { Filter } from "./guest_filter.js";
import { showButtons } from "./guest_menu.js";
import { refreshOptions } from "./guest_options.js";
import { showOrders } from "./guest_orders.js";
import { watchSections } from "./guest_sections.js";
import { OrderSheet } from "./guest_sheet.js";
import { guestWords, refusalWords } from "./guest_words.js";
import { Kept, newKey } from "./kept.js";
import { gettext } from "./language.js";
import { Line } from "./line.js";
import { MenuReader } from "./menu_reader.js";
import { tell } from "./said.js";
import { forgetPage, keepPage } from "./worker.js";

const { venue, table, visit, menu: menuAddress, at: writtenAt } = document.body.dataset;
const KEPT = Date.now() - new Date(writtenAt) > 30_000; // this page comes from this phone, and may be old
const SENT_BY_ITSELF_MS = 10 * 60_000; // an older order is sent by a tap, not by a phone that wakes up
const SETTLES_MS = 300;
const SECOND_TAP_MS = 500;
const A_THUMB = 48; // pixels
const $ = (id) => document.getElementById(id);

const kept = new Kept(visit);
const basket = new Basket(kept, show);
const filter = new Filter(kept);
const reader = new MenuReader(menuAddress, (menu, renewed) => {
  if (trouble?.code === "table_not_open" && !document.querySelector("#notes [data-again]")) trouble = null; // it is now
  basket.learn(menu);
  if (!renewed) return;
  filter.apply();
  watchSections();
});
const sheet = new OrderSheet(table, basket, standing, order);
const line = new Line(venue, table);
const orders = new Map();
let ended = null; // {code, message} of a session that is over, or of a table that staff stopped
let away = false; // the server cannot reach its database
let trouble = null; // {strong, text, code} of what went wrong last
if (kept.unsent) trouble = { strong: gettext("An order that was kept from before was not sent."), text: gettext("If you still want it, order it again.") };

// What the server says

line.addEventListener("frame", ({ detail: frame }) => {
  if (frame.type === "snapshot") {
    away = false;
    const known = new Map(orders);
    orders.clear();
    for (const one of frame.orders) learn(one, known.get(one.order_id));
    if (reader.menu && reader.menu.menu_version !== frame.menu_version) reader.readSoon();
  } else if (frame.type === "order") {
    learn(frame.order, orders.get(frame.order.order_id), true);
  } else if (frame.type === "ack") {
    return; // the order itself follows, and takes the place of what was kept: never nothing in between
  } else if (frame.type === "error") {
    refused(frame);
  } else if (frame.type === "notice" && frame.kind === "database") {
    away = frame.away;
  } else if (frame.type === "notice" && frame.kind !== "health") {
    reader.readSoon();
  }
  show();
});

line.addEventListener("state", () => {
  if (line.live) {
    ended = null;
    away = false; // it has read from its database to say so; a notice that it is back may have been missed
    if (KEPT) reader.readSoon();
    // After the snapshot, or what was missed: what is settled by then is not sent again.
    setTimeout(sendKept, SETTLES_MS);
  }
  show();
});

line.addEventListener("ended", ({ detail }) => {
  const stopped = detail.code === "table_stopped"; // which may go on
  const left = stopped ? [] : kept.orders;
  ended = { ...detail, unsent: left.some((one) => !one.sent), unsure: left.some((one) => one.sent) };
  if (!stopped) {
    leave();
    forgetPage();
  }
  show();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  basket.readAgain();
  show();
});

function learn(one, before, live = false) {
  orders.set(one.order_id, one);
  if (one.client_order_id && kept.drop(one.client_order_id)) trouble = null;
  if (before ? before.state === one.state : !live) return;
  const [, title, sentence] = guestWords(one, actions.words);
  tell(gettext("Order %(number)s: %(state)s. %(sentence)s", { number: one.order_number, state: title, sentence }));
}

function refused(frame) {
  const strong = frame.order_id ? gettext("This was not taken back.") : gettext("This was not ordered.");
  trouble = { strong, text: refusalWords(frame), code: frame.code };
  const back = frame.client_order_id ? kept.drop(frame.client_order_id) : null;
  if (back) basket.put(back.lines);
  reader.readSoon(); // what was refused is otherwise than this page shows
}

// The visit is over: nothing of it goes into the next one.
function leave() {
  basket.empty();
  kept.forget();
}

// What the guest does

function order(puck, event) {
  if (basket.count === 0) return;
  trouble = null;
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
  $("orders").focus({ preventScroll: true });
  ignoreSecondTap(event);
}

// The second tap of two would hit whatever the sheet has uncovered.
function ignoreSecondTap({ detail, clientX, clientY }) {
  if (detail === 0) return; // by keyboard
  const stop = (event) => {
    if (Math.hypot(event.clientX - clientX, event.clientY - clientY) > A_THUMB) {
      removeEventListener("click", stop, true); // a tap elsewhere came between: the next one is meant
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  addEventListener("click", stop, true);
  setTimeout(() => removeEventListener("click", stop, true), SECOND_TAP_MS);
}

function send(wanted) {
  const frame = { action: "order", client_order_id: wanted.client_order_id, lines: wanted.lines };
  if (wanted.puck) frame.tracker_number = wanted.puck;
  if (wanted.toGo) frame.to_go = true;
  if (line.send(frame)) kept.add({ ...wanted, sent: true });
  else line.tryNow();
  show();
}

function sendKept() {
  for (const wanted of kept.orders) if (line.live && Date.now() - wanted.at < SENT_BY_ITSELF_MS) send(wanted);
}

const actions = {
  get live() {
    return line.live;
  },
  get words() {
    return reader.menu?.venue.status_words ?? {};
  },
  isMine: (one) => kept.isMine(one.client_order_id),
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
  refreshOptions(basket);
  showConnection($("connection"), { line, ended, away, trouble, writtenAt });
  const newest = [...orders.values()].sort((a, b) => b.order_time - a.order_time || b.order_number - a.order_number);
  showOrders($("orders"), newest, kept.orders, actions);
  sheet.show();
}

function standing() {
  return { refusal: refusal(), over: ended ? refusalWords(ended) : "", live: line.live || line.heardAt === null, paying: reader.menu?.venue.pay_sentence ?? "" };
}

// Why nothing can be ordered now, [what is true, what to do]; null where it can.
function refusal() {
  if (ended) return [refusalWords(ended), ""];
  if (away) return [gettext("Orders cannot be taken at the moment."), gettext("Please order at the bar.")];
  const note = document.querySelector("#notes [data-refuses] p");
  if (!note) return null;
  const [strong, ...rest] = note.childNodes;
  return [strong.textContent, rest.map((one) => one.textContent).join("").trim()];
}

watchSections();
$("late").hidden = true;
await reader.read();
line.open();
keepPage();
