// The frames of version 1, to the byte: the generator compares texts, it does not trust a parser.

const ID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const TO_BOARD = new RegExp(
  `^\\{"order_id":"(${ID})","order_time":(\\d{13}),"venue_id":"([^"]+)","table_number":"([^"]+)",` +
    `"order_status":"([^"]+)","order_items":(\\{[^}]*\\})\\}$`,
);

/** The `order` frame of a board as {id, time, venue, table, status, items}; null where it is anything else. */
export function readBoardFrame(text) {
  const found = TO_BOARD.exec(text);
  return found && { id: found[1], time: found[2], venue: found[3], table: found[4], status: found[5], items: found[6] };
}

/** The status frame that a guest must get. */
export function statusFrame(status, { id, items, time, venue, table }) {
  return (
    `{"order_status":"${status}","order_id":"${id}","order_items":${items},` +
    `"order_time":${time},"venue_id":"${venue}","table_number":"${table}"}`
  );
}

/** The seed's `order`. */
export function orderRequest(venue, table, items) {
  return `{"action":"order","venue_id":"${venue}","table_number":"${table}","order_items":${items}}`;
}

/** The seed's `acceptorder`. */
export function acceptRequest({ id, time, venue, table }) {
  return (
    `{"action":"acceptorder","order_id":"${id}","order_time":${time},"venue_id":"${venue}",` +
    `"table_number":"${table}","order_status":"accepted"}`
  );
}

/** Items of two products that few other orders have; every other order names them in the other order. */
export function itemsOf(n) {
  const few = 1 + (n % 49);
  const many = 1 + (Math.floor(n / 49) % 49);
  return n % 2 ? `{"18":${few},"13":${many}}` : `{"13":${many},"18":${few}}`;
}
