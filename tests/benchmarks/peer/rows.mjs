// The rows of an order, as onTap's models have them: what differs between orders, and what is the same for all.
// tests/benchmarks/test_rows.py holds these names to the models.

const ORDER = {
  id: "uuid",
  venue_id: "bigint",
  table_id: "bigint",
  session_id: "bigint",
  table_number: "text",
  business_date: "date",
  number: "int",
  placed_at: "timestamptz",
  order_items: "text",
  lines_json: "text",
  content_hash: "text",
  total: "numeric",
  first_of_session: "boolean",
  possible_duplicate_of: "uuid",
  seq: "bigint",
};

const OF_EVERY_ORDER = {
  placed_seq: "seq",
  by_staff: "false",
  verified: "false",
  state: "'pending'",
  order_status: "'pending'",
  reason: "''",
  changed_by: "'guest'",
  undo_state: "''",
  undo_status: "''",
  location_mismatch: "false",
  tracker_state: "''",
  tracker_type: "''",
  to_go: "false",
  test: "false",
  id_checked: "false",
  lines_done: "'[]'",
};

const LINE = {
  order_id: "uuid",
  position: "smallint",
  product_id: "bigint",
  name: "text",
  quantity: "smallint",
  unit_price: "numeric",
  tax_rate: "numeric",
  allergens: "text",
  station: "text",
};

const OF_EVERY_LINE = { options: "''", note: "''", counted: "false", counted_parts: "''" };

const EVENT = {
  venue_id: "bigint",
  seq: "bigint",
  at: "timestamptz",
  change: "text",
  order_id: "uuid",
  session_id: "bigint",
  actor: "text",
  payload: "text",
};

const OF_EVERY_EVENT = { kind: "'order'" };

// What a board's word changes in an order, by the names of its row `m`.
const MOVED = {
  state: "m.state",
  order_status: "m.status",
  reason: "''",
  changed_by: "'board'",
  seq: "m.seq",
  accepted_at: "m.accepted_at",
  finished_at: "m.finished_at",
  undo_seq: "m.seq",
  undo_until: "m.undo_until",
  undo_state: "m.undo_state",
  undo_status: "m.undo_status",
};

const MOVE = {
  id: "uuid",
  was_seq: "bigint",
  state: "text",
  status: "text",
  accepted_at: "timestamptz",
  finished_at: "timestamptz",
  undo_until: "timestamptz",
  undo_state: "text",
  undo_status: "text",
};

const insert = (table, own, same) => (source) =>
  `INSERT INTO ${table} (${[...Object.keys(own), ...Object.keys(same)]})
   SELECT ${[...Object.keys(own), ...Object.values(same)]} FROM ${source}`;

// Statements over a source: a subquery, or a JSON text.
export const insertOrders = insert("orders_order", ORDER, OF_EVERY_ORDER);
export const insertLines = insert("orders_orderline", LINE, OF_EVERY_LINE);
export const insertEvents = insert("orders_venueevent", EVENT, OF_EVERY_EVENT);

/** Moves of orders that are still as they are known here: of the rows of a source, those it met. */
export function updateOrders(source, returning) {
  const sets = Object.entries(MOVED).map(([column, value]) => `${column} = ${value}`);
  return `UPDATE orders_order o SET ${sets} FROM ${source} m WHERE o.id = m.id AND o.seq = m.was_seq RETURNING ${returning}`;
}

const fromJson = (types) => (parameter) =>
  `json_to_recordset(${parameter}::json) AS r (${Object.entries(types).map(([name, type]) => `${name} ${type}`)})`;

export const ordersFromJson = fromJson(ORDER);
export const linesFromJson = fromJson(LINE);
export const eventsFromJson = fromJson(EVENT);
export const movesFromJson = fromJson({ ...MOVE, seq: "bigint" });

const fromParameters = (types) => (first, others) => {
  const given = Object.entries(types).filter(([name]) => !(name in others));
  const columns = given.map(([name, type], i) => `$${first + i}::${type} AS ${name}`);
  return [...columns, ...Object.entries(others).map(([name, value]) => `${value} AS ${name}`)].join();
};

// Columns from parameters, numbered from the first, in the order above; `others` come from elsewhere.
export const orderFromParameters = fromParameters(ORDER);
export const moveFromParameters = fromParameters(MOVE);
