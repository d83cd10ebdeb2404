// The rules of an order: what is asked for, what it costs, which state it may take. No database, no socket.

import { hash, randomUUID } from "node:crypto";

const LOOK_ALIKE_MS = 10_000;
const UNDO_MS = 600_000;
const PRODUCT_ID = /^[1-9][0-9]{0,17}$/;

/** Something that is answered with an error frame. */
export class Refused extends Error {}

/** An order as the venue's menu sells it at this moment. Throws Refused. */
export function priceOrder(table, request, text, now) {
  const { venue, session } = table;
  const items = request.order_items;
  if (items === null || typeof items !== "object" || Array.isArray(items)) throw new Refused("order_items is an object.");
  let lines = "";
  let rows = "";
  let pence = 0;
  let count = 0;
  let position = 0;
  const id = randomUUID();
  const alike = [];
  for (const [product, quantity] of wantedLines(venue, items)) {
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > venue.maxQuantity) throw new Refused("A wrong quantity.");
    count += quantity;
    pence += product.pence * quantity;
    lines += `${position ? "," : ""}${product.lineHead}${quantity}${product.lineTail}`;
    rows += `${position ? "," : ""}{"order_id":"${id}","position":${position},"quantity":${quantity}${product.rowTail}`;
    alike.push(`${product.id}x${quantity}`);
    position++;
  }
  if (!position || count > venue.maxItems) throw new Refused("Too few or too many items.");
  if (session.open >= venue.maxOpenPerTable) throw new Refused("This table has too many open orders.");
  const content = hash("md5", alike.sort().join());
  const order = {
    id,
    venue,
    table,
    session,
    ms: now,
    placedAt: new Date(now).toISOString(),
    businessDate: venue.businessDate(now),
    number: 0,
    seq: 0,
    items: itemsText(text, items),
    lines: `[${lines}]`,
    lineRows: rows,
    total: `${Math.floor(pence / 100)}.${String(pence % 100).padStart(2, "0")}`,
    content,
    first: !session.hasOrders,
    twin: lookAlike(session, content, now, id),
    state: "pending",
    status: "pending",
    changedBy: "guest",
    acceptedAt: null,
    finishedAt: null,
    undo: null,
  };
  session.hasOrders = true;
  session.open++;
  return order;
}

function* wantedLines(venue, items) {
  if ("product_name" in items && "product_price" in items && Object.keys(items).length === 2) {
    const named = [...venue.menu.values()].filter(({ name }) => name === items.product_name);
    if (named.length !== 1 || named[0].price !== items.product_price) throw new Refused("No such product at this price.");
    yield [named[0], 1];
    return;
  }
  for (const key in items) {
    const product = PRODUCT_ID.test(key) && venue.menu.get(key);
    if (!product) throw new Refused(`Product ${key} is not on this venue's menu.`);
    yield [product, items[key]];
  }
}

/** The items as they were sent: JavaScript would put numbers among the keys into another order. */
function itemsText(text, items) {
  const own = JSON.stringify(items);
  if (text.includes(own) || "product_name" in items) return own;
  const start = text.indexOf("{", text.indexOf('"order_items"'));
  return text.slice(start, text.indexOf("}", start) + 1).replaceAll(/\s/g, "");
}

function lookAlike(session, content, now, id) {
  const { recent } = session;
  while (recent.length && recent[0].ms < now - LOOK_ALIKE_MS) recent.shift();
  const twin = recent.find((one) => one.content === content);
  recent.push({ content, ms: now, id });
  return twin ? twin.id : null;
}

/** What `acceptorder` or `completeorder` makes of an order as it is known to be; null for a repeat. Throws Refused. */
export function moveOrder(order, request, now) {
  const status = request.order_status;
  if (typeof status !== "string" || !status || status.length > 32) throw new Refused("order_status is missing.");
  if (request.order_time !== order.ms || request.table_number !== order.table.number) throw new Refused("Not this order's.");
  const completes = request.action === "completeorder";
  const state = completes ? "completed" : status === "rejected" ? "rejected" : "accepted";
  if (order.state === state && order.status === status) return null;
  const source = completes ? "accepted" : "pending";
  if (order.state !== source) throw new Refused(`The order is ${order.state}.`);
  const at = new Date(now).toISOString();
  return {
    order,
    wasSeq: order.seq,
    state,
    status,
    at,
    atMs: now,
    acceptedAt: state === "accepted" ? now : order.acceptedAt,
    finishedAt: state === "accepted" ? null : now,
    undoUntil: new Date(now + UNDO_MS).toISOString(),
    undo: { until: now + UNDO_MS, state: order.state, status: order.status },
  };
}

/** A committed move, noted in the order. */
export function noteMove(move, seq) {
  const { order } = move;
  order.seq = seq;
  order.state = move.state;
  order.status = move.status;
  order.changedBy = "board";
  order.acceptedAt = move.acceptedAt;
  order.finishedAt = move.finishedAt;
  order.undo = { seq, ...move.undo };
  if (move.state !== "accepted") order.session.open--;
}

/** The whole order as its event keeps it, in two halves: between them goes the number that the database gives. */
export function payloadOfPlaced(order) {
  return [`{"order_id":"${order.id}","order_number":`, middleOf(order, order, `"undo":null}`)];
}

/** The same of a move; between the halves goes the seq that an undo names. */
export function payloadOfMoved(move) {
  const { order, undo } = move;
  const tail = `"undo":{"seq":`;
  const whole = `{"order_id":"${order.id}","order_number":${order.number}${middleOf(order, move, tail)}`;
  return [whole, `,"until":${undo.until},"state":"${undo.state}"}}`];
}

function middleOf(order, now, tail) {
  return (
    `,"order_time":${order.ms},"venue_id":"${order.venue.name}","table_number":${order.table.quoted},` +
    `"moved_from":null,"to_go":false,"state":"${now.state}","order_status":${JSON.stringify(now.status)},` +
    `"reason":"","order_items":${order.items},` +
    `"lines":${order.lines},"total":"${order.total}","client_order_id":null,"accepted_at":${now.acceptedAt},` +
    `"ready_at":null,"finished_at":${now.finishedAt},"paid_at":null,"tracker_number":null,"located_table":null,` +
    `"location_mismatch":false,"tracker_state":"","tracker_type":"","session_id":"${order.session.id}","placed_by":"guest",` +
    `"verified":false,"first_of_session":${order.first},` +
    `"possible_duplicate_of":${order.twin ? `"${order.twin}"` : "null"},` +
    `"changed_by":"${now === order ? "guest" : "board"}","test":false,"id_checked":false,"lines_done":[],${tail}`
  );
}
