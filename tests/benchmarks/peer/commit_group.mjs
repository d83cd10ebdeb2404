// Group commit: one writer takes what is waiting and commits it in one transaction. No timer: alone, a change is a batch.
//
// Two round trips a batch: BEGIN with the lock of the venues' feed rows, in the order of their ids; then everything,
// written by one statement, with COMMIT behind it. Seqs and numbers are filled in between.

import pg from "pg";

import { payloadOfMoved, payloadOfPlaced } from "./orders.mjs";
import { eventsFromJson, insertEvents, insertLines, insertOrders, linesFromJson } from "./rows.mjs";
import { movesFromJson, ordersFromJson, updateOrders } from "./rows.mjs";

const LOCK = `
  SELECT venue_id, seq, to_char(business_date, 'YYYY-MM-DD') AS date, last_order_number AS number
  FROM venues_venuefeed WHERE venue_id = ANY($1::bigint[]) ORDER BY venue_id FOR NO KEY UPDATE`;

// Ends in a division by zero where a row was not as it is known here: then nothing of the batch may be committed.
const WRITE = `
  WITH placed AS (
    ${insertOrders(ordersFromJson("$1"))}
  ), lines AS (
    ${insertLines(linesFromJson("$2"))}
  ), events AS (
    ${insertEvents(eventsFromJson("$3"))}
  ), moved AS (
    ${updateOrders(`(SELECT * FROM ${movesFromJson("$4")})`, "1")}
  ), counted AS (
    UPDATE venues_venuefeed SET seq = f.seq, business_date = f.date, last_order_number = f.number
    FROM json_to_recordset($5::json) AS f (venue_id bigint, seq bigint, date date, number int)
    WHERE venues_venuefeed.venue_id = f.venue_id
  )
  SELECT 1 / (count(*) = $6::int)::int FROM moved`;

export class CommitGroup {
  /** Writers with a connection each; all changes of a venue go to the same one. */
  static async connect(database, most, writers) {
    const clients = Array.from({ length: writers }, () => new pg.Client({ connectionString: database, pipeline: true }));
    await Promise.all(clients.map((client) => client.connect()));
    return new CommitGroup(clients.map((client) => new Writer(client, most)));
  }

  constructor(writers) {
    this.writers = writers;
  }

  place(order, done) {
    this.writerOf(order.venue).take({ order, move: null, done, seq: 0 });
  }

  /** Answers with the seq, or null where the order was not as it is known here. */
  move(move, done) {
    this.writerOf(move.order.venue).take({ order: move.order, move, done, seq: 0 });
  }

  writerOf(venue) {
    return this.writers[venue.id % this.writers.length];
  }
}

class Writer {
  constructor(client, most) {
    this.client = client;
    this.most = most;
    this.waiting = [];
    this.writing = false;
  }

  take(change) {
    this.waiting.push(change);
    if (!this.writing) {
      this.writing = true;
      setImmediate(() => this.run()); // what else comes in this turn of the loop comes along
    }
  }

  async run() {
    while (this.waiting.length) {
      const batch = this.next();
      const failed = await this.commit(batch);
      if (failed && batch.length > 1) {
        for (const change of batch) await this.commitAlone(change);
      } else {
        for (const change of batch) answer(change, failed);
      }
    }
    this.writing = false;
  }

  /** What is waiting, but no order twice: the second change must see the first. */
  next() {
    const moved = new Set();
    let size = 0;
    for (const { move } of this.waiting) {
      if (size === this.most || (move && moved.has(move.order))) break;
      if (move) moved.add(move.order);
      size++;
    }
    return this.waiting.splice(0, size);
  }

  async commitAlone(change) {
    answer(change, await this.commit([change]));
  }

  /** Null, or the error for which nothing was written. */
  async commit(batch) {
    const ids = [...new Set(batch.map(({ order }) => order.venue.id))].sort((a, b) => a - b);
    try {
      const [, { rows }] = await this.together(
        { text: "BEGIN" },
        { name: "lock", text: LOCK, values: [`{${ids.join()}}`] },
      );
      const feeds = new Map(rows.map((row) => [row.venue_id, row]));
      const values = valuesOf(batch, feeds);
      await this.together({ name: "write", text: WRITE, values }, { text: "COMMIT" });
      return null;
    } catch (error) {
      await this.client.query("ROLLBACK"); // after a failed COMMIT a warning, no harm
      return error;
    }
  }

  /** Send queries in one piece; their answers. */
  async together(...queries) {
    const { stream } = this.client.connection;
    stream.cork();
    const answers = queries.map((query) => this.client.query(query));
    stream.uncork();
    const outcomes = await Promise.allSettled(answers);
    const failed = outcomes.find(({ status }) => status === "rejected");
    if (failed) throw failed.reason;
    return outcomes.map(({ value }) => value);
  }
}

function answer(change, error) {
  if (!error) change.done(null, change.seq);
  else if (change.move && error.code === "22012") change.done(null, null);
  else change.done(error);
}

function valuesOf(batch, feeds) {
  const orders = [];
  const lines = [];
  const events = [];
  const moves = [];
  for (const change of batch) {
    const { order, move } = change;
    const feed = feeds.get(order.venue.id);
    const seq = (change.seq = ++feed.seq);
    if (move) {
      const [head, tail] = payloadOfMoved(move);
      events.push(eventRow(order, seq, move.at, move.state, "board", `${head}${seq}${tail}`));
      moves.push(moveRow(move, seq));
    } else {
      if (order.businessDate > feed.date) [feed.date, feed.number] = [order.businessDate, 0];
      order.seq = seq;
      order.number = ++feed.number;
      const [head, tail] = payloadOfPlaced(order);
      orders.push(orderRow(order, feed.date));
      lines.push(order.lineRows);
      events.push(eventRow(order, seq, order.placedAt, "placed", "guest", `${head}${order.number}${tail}`));
    }
  }
  const counters = [...feeds.values()].map(
    (feed) => `{"venue_id":${feed.venue_id},"seq":${feed.seq},"date":"${feed.date}","number":${feed.number}}`,
  );
  return [...[orders, lines, events, moves, counters].map((rows) => `[${rows.join()}]`), moves.length];
}

// JSON by hand: twice as fast as JSON.stringify of objects made for it.

function orderRow(order, date) {
  const { venue, table, session } = order;
  return (
    `{"id":"${order.id}","venue_id":${venue.id},"table_id":${table.id},"session_id":${session.id},` +
    `"table_number":${table.quoted},"business_date":"${date}","number":${order.number},` +
    `"placed_at":"${order.placedAt}","order_items":${JSON.stringify(order.items)},` +
    `"lines_json":${JSON.stringify(order.lines)},"content_hash":"${order.content}","total":${order.total},` +
    `"first_of_session":${order.first},"possible_duplicate_of":${order.twin ? `"${order.twin}"` : "null"},"seq":${order.seq}}`
  );
}

function eventRow(order, seq, at, change, actor, payload) {
  return (
    `{"venue_id":${order.venue.id},"seq":${seq},"at":"${at}","change":"${change}","order_id":"${order.id}",` +
    `"session_id":${order.session.id},"actor":"${actor}","payload":${JSON.stringify(payload)}}`
  );
}

function moveRow(move, seq) {
  return JSON.stringify({
    id: move.order.id,
    was_seq: move.wasSeq,
    state: move.state,
    status: move.status,
    seq,
    accepted_at: move.acceptedAt === null ? null : new Date(move.acceptedAt).toISOString(),
    finished_at: move.finishedAt === null ? null : new Date(move.finishedAt).toISOString(),
    undo_until: move.undoUntil,
    undo_state: move.undo.state,
    undo_status: move.undo.status,
  });
}
