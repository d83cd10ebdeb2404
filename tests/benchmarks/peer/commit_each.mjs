// One commit for each change: one prepared statement writes all its rows, so that a change is one round trip.
//
// The venue's feed row is locked (FOR NO KEY UPDATE, which an UPDATE of it takes) before anything is written. A venue's
// changes go through one connection, one after the other and without waiting for answers: nobody waits for a lock.

import pg from "pg";

import { payloadOfMoved, payloadOfPlaced } from "./orders.mjs";
import { insertEvents, insertLines, insertOrders, linesFromJson } from "./rows.mjs";
import { moveFromParameters, orderFromParameters, updateOrders } from "./rows.mjs";

const FROM_FEED = { venue_id: "$1::bigint", business_date: "business_date", number: "number", seq: "seq" };

const PLACE = `
  WITH feed AS (
    UPDATE venues_venuefeed SET
      seq = seq + 1,
      last_order_number = CASE WHEN business_date < $2::date THEN 1 ELSE last_order_number + 1 END,
      business_date = greatest(business_date, $2::date)
    WHERE venue_id = $1 RETURNING seq, business_date, last_order_number AS number
  ), o AS MATERIALIZED (
    SELECT ${orderFromParameters(6, FROM_FEED)} FROM feed
  ), placed AS (
    ${insertOrders("o")}
  ), lines AS (
    ${insertLines(linesFromJson("$3"))}
  ), event AS (
    ${insertEvents(`(
      SELECT venue_id, seq, placed_at AS at, 'placed' AS change, id AS order_id, session_id, 'guest' AS actor,
             $4::text || number || $5::text AS payload
      FROM o) e`)}
  )
  SELECT seq, number FROM feed`;

const MOVE = `
  WITH feed AS MATERIALIZED (
    SELECT seq + 1 AS seq FROM venues_venuefeed WHERE venue_id = $1 FOR NO KEY UPDATE
  ), moved AS (
    ${updateOrders(`(SELECT ${moveFromParameters(6, { seq: "seq" })} FROM feed)`, "m.seq")}
  ), counted AS (
    UPDATE venues_venuefeed SET seq = moved.seq FROM moved WHERE venue_id = $1
  ), event AS (
    ${insertEvents(`(
      SELECT $1::bigint AS venue_id, seq, $2::timestamptz AS at, $8::text AS change, $6::uuid AS order_id,
             $3::bigint AS session_id, 'board' AS actor, $4::text || seq || $5::text AS payload
      FROM moved) e`)}
  )
  SELECT seq FROM moved`;

export class CommitEach {
  static async connect(database, size) {
    const clients = Array.from({ length: size }, () => new pg.Client({ connectionString: database, pipeline: true }));
    await Promise.all(clients.map((client) => client.connect()));
    return new CommitEach(clients);
  }

  constructor(clients) {
    this.clients = clients;
  }

  place(order, done) {
    const { venue, table, session } = order;
    const [head, tail] = payloadOfPlaced(order);
    const values = [
      venue.id, order.businessDate, `[${order.lineRows}]`, head, tail,
      order.id, table.id, session.id, table.number, order.placedAt, order.items, order.lines, order.content, order.total,
      order.first, order.twin,
    ];
    this.clientOf(venue).query({ name: "place", text: PLACE, values }, (error, found) => {
      if (error) return done(error);
      [{ seq: order.seq, number: order.number }] = found.rows;
      done(null);
    });
  }

  /** Answers with the seq, or null where the order was not as it is known here. */
  move(move, done) {
    const { order } = move;
    const { venue, session } = order;
    const [head, tail] = payloadOfMoved(move);
    const values = [
      venue.id, move.at, session.id, head, tail,
      order.id, move.wasSeq, move.state, move.status, isoOrNull(move.acceptedAt), isoOrNull(move.finishedAt),
      move.undoUntil, move.undo.state, move.undo.status,
    ];
    this.clientOf(venue).query({ name: "move", text: MOVE, values }, (error, found) =>
      error ? done(error) : done(null, found.rows.length ? found.rows[0].seq : null),
    );
  }

  clientOf(venue) {
    return this.clients[venue.id % this.clients.length];
  }
}

function isoOrNull(ms) {
  return ms === null ? null : new Date(ms).toISOString();
}
