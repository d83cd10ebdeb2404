// Venues with tables, open sessions, boards' keys and menu: read once, kept in memory.

import { hash } from "node:crypto";

/** Everything by id: venues hold their tables by number and their menu by product id. */
export async function readHouse(client) {
  const rows = async (text) => (await client.query(text)).rows;
  const venues = new Map();
  for (const row of await rows(`
    SELECT v.id, v.menu_id, v.timezone, extract(epoch FROM v.day_starts)::int AS day_starts, v.open_tables,
           v.max_quantity, v.max_items, v.max_open_per_table, f.seq
    FROM venues_venue v JOIN venues_venuefeed f ON f.venue_id = v.id`)) {
    venues.set(String(row.id), new Venue(row));
  }
  for (const row of await rows(`
    SELECT t.id, t.venue_id, t.number, s.id AS session_id,
           EXISTS (SELECT FROM orders_order o WHERE o.session_id = s.id) AS has_orders
    FROM venues_table t LEFT JOIN venues_tablesession s ON s.table_id = t.id AND s.ended_at IS NULL
    WHERE t.stopped_at IS NULL`)) {
    const venue = venues.get(String(row.venue_id));
    venue.tables.set(row.number, new Table(venue, row));
  }
  for (const row of await rows("SELECT venue_id, key_hash FROM venues_device WHERE revoked_at IS NULL")) {
    venues.get(String(row.venue_id)).keys.add(row.key_hash);
  }
  for (const row of await rows(`
    SELECT v.id AS venue_id, p.id, p.name, coalesce(d.price, p.price) AS price, p.tax_rate, c.station, p.age_restricted,
           (SELECT coalesce(json_agg(json_build_object('allergen', a.allergen, 'state', a.state) ORDER BY a.allergen), '[]')
            FROM venues_productallergen a WHERE a.product_id = p.id AND a.state <> 'not_confirmed') AS allergens
    FROM venues_venue v
    JOIN venues_category c ON c.menu_id = v.menu_id
    JOIN venues_product p ON p.category_id = c.id AND p.active
    LEFT JOIN venues_venueproduct d ON d.product_id = p.id AND d.venue_id = v.id
    WHERE coalesce(d.available, true)`)) {
    venues.get(String(row.venue_id)).menu.set(String(row.id), new Product(row));
  }
  return venues;
}

/** The session of a table, opened now where none is. */
export async function openSession(client, table) {
  if (table.session) return;
  const { rows } = await client.query(
    `WITH made AS (INSERT INTO venues_tablesession (venue_id, table_id, opened_at, last_seen_at, end_reason)
                   VALUES ($1, $2, now(), now(), '') ON CONFLICT DO NOTHING RETURNING id)
     SELECT id FROM made UNION ALL SELECT id FROM venues_tablesession WHERE table_id = $2 AND ended_at IS NULL LIMIT 1`,
    [table.venue.id, table.id],
  );
  table.session ??= new Session(rows[0].id, false);
}

/** What is kept of a board's key. */
export function hashOfKey(key) {
  return hash("sha256", key);
}

export class Venue {
  tables = new Map();
  menu = new Map();
  keys = new Set();
  boards = new Set();
  waiting = new Map(); // what was committed before what precedes it, by seq
  #date = "";
  #dateOf = -1;

  constructor(row) {
    this.id = row.id;
    this.name = String(row.id); // as the protocol says it
    this.openTables = row.open_tables;
    this.maxQuantity = row.max_quantity;
    this.maxItems = row.max_items;
    this.maxOpenPerTable = row.max_open_per_table;
    this.delivered = row.seq;
    this.dayStarts = row.day_starts * 1000;
    this.local = new Intl.DateTimeFormat("sv-SE", { timeZone: row.timezone, dateStyle: "short", timeStyle: "medium" });
  }

  /** The business day of a moment, looked up once a second. */
  businessDate(ms) {
    const second = Math.floor(ms / 1000);
    if (second !== this.#dateOf) {
      const [date, time] = this.local.format(ms).split(" ");
      const sinceMidnight = Date.parse(`1970-01-01T${time}Z`);
      const day = Date.parse(date) - (sinceMidnight < this.dayStarts ? 86_400_000 : 0);
      this.#date = new Date(day).toISOString().slice(0, 10);
      this.#dateOf = second;
    }
    return this.#date;
  }
}

export class Table {
  guests = new Set();

  constructor(venue, row) {
    this.venue = venue;
    this.id = row.id;
    this.number = row.number;
    this.quoted = JSON.stringify(row.number);
    this.session = row.session_id === null ? null : new Session(row.session_id, row.has_orders);
  }
}

class Session {
  open = 0; // orders that are not finished
  recent = []; // {hash, ms, id}, to find look-alikes

  constructor(id, hasOrders) {
    this.id = id;
    this.hasOrders = hasOrders;
  }
}

export class Product {
  constructor(row) {
    this.id = row.id;
    this.name = row.name;
    this.price = row.price;
    this.pence = Math.round(Number(row.price) * 100);
    const q = JSON.stringify;
    // The two frozen texts of a line, all but the quantity.
    this.lineHead = `{"product_id":"${row.id}","name":${q(row.name)},"quantity":`;
    this.lineTail =
      `,"unit_price":"${row.price}","tax_rate":"${row.tax_rate}","options":[],"note":"",` +
      `"allergens":${q(row.allergens)},"age_restricted":${row.age_restricted},"station":${q(row.station)}}`;
    const allergens = row.allergens.map((a) => `${a.allergen}:${a.state}`).join(" ");
    this.rowTail =
      `,"product_id":${row.id},"name":${q(row.name)},"unit_price":"${row.price}","tax_rate":"${row.tax_rate}",` +
      `"allergens":${q(allergens)},"station":${q(row.station)}}`;
  }
}
