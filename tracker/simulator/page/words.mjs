// What things are called, for eyes and for screen readers.

export const TYPES = {ON_PREMISE: "dine in", TO_GO: "to go"};

/** Elements are made of text only, whatever a name holds. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function aboutPuck(puck, order) {
  if (!order) return `Puck ${puck}, at rest`;
  const place = order.locationName ? `on tag ${order.locationName}` : "not on a table";
  return `Puck ${puck}, ${TYPES[order.orderType]}, ${place}${order.paged ? ", shakes" : ""}`;
}

export function aboutTable(table, holds) {
  const tag = table.tag === null ? "no tag" : `tag ${table.tag}`;
  return `Table ${table.name}, ${tag}, ${holds.length ? holds.join(", ") : "empty"}`;
}

export function count(number, word) {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
