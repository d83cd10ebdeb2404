// The frames of version 1, each made ready for the wire once, whoever gets it.

const TEXT = 0x81; // a whole text message

export function boardFrame(order) {
  return wire(
    `{"order_id":"${order.id}","order_time":${order.ms},"venue_id":"${order.venue.name}",` +
      `"table_number":${order.table.quoted},"order_status":"pending","order_items":${order.items}}`,
  );
}

export function statusFrame(order) {
  return wire(
    `{"order_status":${JSON.stringify(order.status)},"order_id":"${order.id}","order_items":${order.items},` +
      `"order_time":${order.ms},"venue_id":"${order.venue.name}","table_number":${order.table.quoted}}`,
  );
}

/** Rows of the database, newest first. */
export function openOrdersFrame(rows) {
  const orders = rows.map(
    (row) =>
      `{"order_status":${JSON.stringify(row.order_status)},"order_id":"${row.id}","order_items":${row.order_items},` +
      `"venue_id":"${row.venue_id}","order_time":${row.ms},"table_number":${JSON.stringify(row.table_number)}}`,
  );
  return wire(`{"openOrders":[${orders.join()}]}`);
}

export function errorFrame(message, connectionId, requestId) {
  return wire(JSON.stringify({ message, connectionId, requestId }));
}

/** A text as a websocket frame: header and payload in one buffer, so that each receiver is one write. */
function wire(text) {
  const size = Buffer.byteLength(text);
  const head = size < 126 ? 2 : size < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + size);
  frame[0] = TEXT;
  if (head === 2) {
    frame[1] = size;
  } else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(size, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(size), 2);
  }
  frame.write(text, head, "utf8");
  return frame;
}
