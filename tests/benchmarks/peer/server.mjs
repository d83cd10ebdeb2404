// Sockets of guests and boards: who may come in, what they ask, who hears of it.

import { randomUUID } from "node:crypto";
import { WebSocketServer } from "ws";

import { boardFrame, errorFrame, openOrdersFrame, statusFrame } from "./frames.mjs";
import { hashOfKey, openSession } from "./house.mjs";
import { moveOrder, noteMove, priceOrder, Refused } from "./orders.mjs";

const PING_MS = 20_000;
const MOST_UNREAD = 1_048_576;
const MOST_KEPT_ORDERS = 50_000; // in memory; the others are read when they are asked for

const PATH = /^(?:\/k\/([A-Za-z0-9_-]{20,64}))?\/(?:Test|ws)\/?$/;

const OPEN_ORDERS = `
  SELECT id, venue_id, table_number, order_status, order_items, (extract(epoch FROM placed_at) * 1000)::bigint AS ms
  FROM orders_order WHERE venue_id = $1 AND state IN ('pending', 'accepted', 'ready') ORDER BY placed_at DESC, number DESC`;

/** Serve a house through a writer until the process ends; returns the port. */
export function serve({ port, house, writer, reading }) {
  const orders = new Map();
  const sockets = new Set();
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port,
    backlog: 4096,
    perMessageDeflate: false,
    maxPayload: 131_072,
    clientTracking: false,
    verifyClient: ({ req }, answer) => {
      admit(house, reading, req.url).then(
        (pass) => answer((req.pass = pass) !== null, 403),
        () => answer(false, 403),
      );
    },
  });
  server.on("connection", (socket, { pass }) => {
    const { venue, table } = pass;
    const group = table ? table.guests : venue.boards;
    socket.pass = pass;
    socket.alive = true;
    group.add(socket);
    sockets.add(socket);
    socket.on("message", onMessage);
    socket.on("pong", onPong);
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      group.delete(socket);
      sockets.delete(socket);
    });
  });
  setInterval(() => {
    for (const socket of sockets) {
      if (!socket.alive) socket.terminate();
      socket.alive = false;
      socket.ping();
    }
  }, PING_MS).unref();

  function onMessage(data, isBinary) {
    if (isBinary) return this.close(1003);
    const text = data.toString();
    try {
      const request = JSON.parse(text);
      const { venue, table } = this.pass;
      if (request === null || typeof request !== "object") throw new Refused("A request is a JSON object.");
      if (request.venue_id !== venue.name) throw new Refused("venue_id is not the one of this connection.");
      if (table) {
        if (request.action !== "order") throw new Refused("Forbidden");
        if (request.table_number !== table.number) throw new Refused("table_number is not the one of this connection.");
        place(this, priceOrder(table, request, text, Date.now()));
      } else if (request.action === "acceptorder" || request.action === "completeorder") {
        move(this, request, orders.get(request.order_id));
      } else if (request.action === "openorders") {
        reading.query({ name: "open", text: OPEN_ORDERS, values: [venue.id] }, (error, found) =>
          error ? refuse(this, error) : send(this, openOrdersFrame(found.rows)),
        );
      } else {
        throw new Refused("Forbidden");
      }
    } catch (error) {
      refuse(this, error);
    }
  }

  function place(socket, order) {
    writer.place(order, (error) => {
      if (error) {
        order.session.open--;
        return refuse(socket, error);
      }
      keep(order);
      deliver(order.venue, order.seq, order.venue.boards, boardFrame(order));
    });
  }

  function move(socket, request, order, again = true) {
    if (!order) throw new Refused("There is no such order here.");
    if (order.venue !== socket.pass.venue) throw new Refused("There is no such order here.");
    const wanted = moveOrder(order, request, Date.now());
    if (!wanted) return;
    writer.move(wanted, (error, seq) => {
      if (error) return refuse(socket, error);
      if (seq === null) {
        // Somebody was faster. By now we know what became of it, unless it was another process.
        try {
          if (!again || wanted.wasSeq === order.seq) throw new Refused("The order has changed.");
          move(socket, request, order, false);
        } catch (refusal) {
          refuse(socket, refusal);
        }
        return;
      }
      noteMove(wanted, seq);
      deliver(order.venue, seq, order.table.guests, statusFrame(order));
    });
  }

  function keep(order) {
    order.lineRows = "";
    orders.set(order.id, order);
    if (orders.size > MOST_KEPT_ORDERS) orders.delete(orders.keys().next().value);
  }

  return new Promise((resolve) => server.on("listening", () => resolve(server.address().port)));
}

async function admit(house, reading, address) {
  const { pathname, searchParams } = new URL(address, "ws://local");
  const path = PATH.exec(pathname);
  const venue = house.get(searchParams.get("venue_id"));
  const number = searchParams.get("table_number");
  if (!path || !venue) return null;
  if (number === "dashboard") return path[1] && venue.keys.has(hashOfKey(path[1])) ? { venue, table: null } : null;
  const table = venue.openTables && !path[1] ? venue.tables.get(number) : undefined;
  if (!table) return null;
  await openSession(reading, table);
  return { venue, table };
}

/** Send a change's frame when those before it are sent: answers of several connections may overtake each other. */
function deliver(venue, seq, group, frame) {
  if (seq !== venue.delivered + 1) {
    venue.waiting.set(seq, [group, frame]);
    return;
  }
  sendAll(group, frame);
  venue.delivered = seq;
  while (venue.waiting.size) {
    const next = venue.waiting.get(venue.delivered + 1);
    if (!next) return;
    venue.waiting.delete(++venue.delivered);
    sendAll(...next);
  }
}

function sendAll(group, frame) {
  for (const socket of group) send(socket, frame);
}

/** The frame is ready for the wire, so it goes past `ws` to the connection, as socket.io does it. */
function send(socket, frame) {
  if (socket.readyState !== 1) return;
  const connection = socket._socket;
  if (connection.writableLength > MOST_UNREAD) return socket.terminate();
  connection.write(frame);
}

function refuse(socket, error) {
  const known = error instanceof Refused || error instanceof SyntaxError;
  if (!known) process.stderr.write(`${error.stack}\n`);
  send(socket, errorFrame(known ? error.message : "Internal server error", "peer", randomUUID()));
}

function onPong() {
  this.alive = true;
}
