// The board's page: open orders in three columns, live.

import { keepAwake, whyNotAwake } from "./awake.js";
import { showAlerts } from "./board_alerts.js";
import { mayUndo, showLast, showLately, themeButton } from "./board_bar.js";
import { Health } from "./board_health.js";
import { listenToKeys } from "./board_keys.js";
import { now } from "./clock.js";
import { Columns } from "./columns.js";
import { Finger } from "./finger.js";
import { initials, initialsButton } from "./initials.js";
import { Line } from "./line.js";
import { OpenOrders } from "./open_orders.js";
import { Ringing } from "./ringing.js";
import { openSheet } from "./sheet.js";
import { sound, soundButton, startWithFirstTouch } from "./sound.js";
import { Stations } from "./stations.js";
import { store, stored } from "./stored.js";
import { startWorker } from "./worker.js";

const { venue, order: orderAddress } = document.body.dataset;
const ANY_ORDER = "00000000-0000-0000-0000-000000000000"; // stands in the address for the one that is meant
const WAITING_MS = 90_000; // who still waits is said again within a minute
const SLEEPY_KNOWN = "sleepy known";
const $ = (id) => document.getElementById(id);

const line = new Line(venue, "dashboard");
const known = new OpenOrders();
const health = new Health();
const ringing = new Ringing(sound);
const stations = new Stations($("stations"), venue);
const unanswered = new Set(); // order ids
const waiting = new Map(); // table number to when it was said
let ended = null;
let paused = null;

// What tickets and bars need.
const board = {
  station: stations,
  now,
  get live() {
    return line.live;
  },
  send: (frame) => {
    known.refused.delete(frame.order_id);
    return line.send(initials() ? { ...frame, initials: initials() } : frame);
  },
  undo: (order) => board.send({ action: "undoorder", order_id: order.order_id, seq: order.undo.seq, reason: "Undone on the board" }),
  tickOwn: (order) => columns.ticketOf(order.order_id)?.tickOwn(),
  numberOf: (id) => known.numberOf(id),
  refusedOf: (id) => known.refused.get(id),
  addressOf: (id) => orderAddress?.replace(ANY_ORDER, id),
};
const columns = new Columns(known, board);
const finger = new Finger(document, show);

line.addEventListener("frame", ({ detail: frame }) => {
  const id = frame.order?.order_id ?? frame.order_id;
  if (frame.type === "snapshot") replaceAll(frame);
  else if (frame.type === "order") known.take(frame);
  else if (frame.type === "error" && id) known.refuse(frame, now());
  else if (frame.type === "notice") hear(frame);
  // An ack changes nothing on the page: the order that it speaks of comes by itself.
  if (id && (frame.type === "ack" || frame.type === "error")) columns.answered(id);
  if (id && (frame.type === "order" || frame.type === "error")) columns.change(id);
  if (frame.type !== "heartbeat") show();
});

function replaceAll(snapshot) {
  if (known.open.size > 0) health.ask(); // notices may have been missed with the orders
  known.replace(snapshot.orders);
  paused = snapshot.paused;
  health.databaseAway = false;
  columns.changeAll();
}

function hear(notice) {
  if (notice.kind === "health") health.hear(notice);
  else if (notice.kind === "database") health.databaseAway = notice.away;
  else if (notice.kind === "pause") paused = notice.until ? notice : null;
  else if (notice.kind === "unanswered") {
    unanswered.add(notice.order_id);
    const order = known.open.get(notice.order_id);
    if (order && stations.has(order)) ringing.insist(notice.order_id, now());
  } else if (notice.kind === "waiting") {
    if (!waiting.has(notice.table_number)) sound.ring();
    waiting.set(notice.table_number, Date.now());
  }
}

line.addEventListener("state", () => {
  if (line.live) {
    ended = null;
    health.databaseAway = false; // the server has just read from it; a notice that it is back may have been missed
  }
  columns.connect(line.live);
  show();
});
line.addEventListener("ended", ({ detail }) => {
  ended = detail;
  show();
});
stations.addEventListener("change", () => {
  columns.changeAll();
  show();
});

// All that is on the page, as things stand; later where a finger is on it.
function show() {
  const fresh = new Set();
  for (const order of known.open.values()) if (order.state === "pending" && stations.has(order)) fresh.add(order.order_id);
  ringing.follow(fresh, now());
  $("quiet").hidden = ringing.count === 0 || !sound.on;
  const title = document.title.replace(/^(\(\d+\) )?/, fresh.size ? `(${fresh.size}) ` : "");
  if (document.title !== title) document.title = title;
  if (finger.down) return;
  columns.flush();
  columns.grow(now());
  stations.count(known.open);
  $("empty").hidden = !line.live || [...known.open.values()].some((order) => stations.has(order));
  $("lately").hidden = known.lately.length === 0;
  showLast(known.last, board);
  showAround();
}

// Above the columns and in the foot.
function showAround() {
  const at = Date.now();
  for (const [number, since] of waiting) if (at - since > WAITING_MS) waiting.delete(number);
  for (const id of unanswered) if (known.open.get(id)?.state !== "pending") unanswered.delete(id);
  showAlerts(line, {
    ended,
    paused,
    unanswered: [...unanswered].map((id) => known.open.get(id)),
    waiting: waiting.keys(),
    troubles: health.troubles,
    databaseAway: health.databaseAway,
    silent: sound.waits,
    sleepy: stored(SLEEPY_KNOWN) ? "" : whyNotAwake(),
    openTables,
    startSound: () => sound.start(),
    knowSleepy: () => {
      store(SLEEPY_KNOWN, "yes");
      show();
    },
  }, at);
  health.show(line, at);
}

function eachSecond() {
  ringing.goOn(now());
  known.forgetRefused(now());
  if (finger.down) return;
  columns.grow(now());
  showLast(known.last, board);
  showAround();
}

function openTables() {
  waiting.clear();
  openSheet($("tables").href);
}

function heard() {
  const any = ringing.count > 0;
  ringing.heardAll();
  show();
  return any;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-sheet]");
  if (!link || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  if (link.id === "tables") waiting.clear();
  openSheet(link.href);
});
// Who has their hands on a ticket has heard of it.
for (const kind of ["pointerdown", "keydown"]) {
  document.querySelector("main").addEventListener(kind, (event) => ringing.heard(event.target.closest(".ticket")?.dataset.order));
}
$("lately").addEventListener("click", () => showLately(known.lately, board));
$("quiet").addEventListener("click", heard);
themeButton($("theme"));
soundButton($("sound"));
initialsButton($("initials-now"));
startWithFirstTouch();
sound.addEventListener("change", show);
keepAwake();
listenToKeys($("keys"), {
  heard,
  undo: () => Boolean(known.last && mayUndo(known.last.order, now()) && board.undo(known.last.order)),
  sound: () => $("sound").click() ?? true,
  find: () => $("find")?.click() ?? $("find") !== null,
});
setInterval(eachSecond, 1000);
line.open();
startWorker();
