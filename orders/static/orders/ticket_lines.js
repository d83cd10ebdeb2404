// What is to be made: the lines of a ticket with options, notes and allergens, ticks for those that are made, and the
// guest's ID.

import { el } from "./dom.js";

const SPEAKS_OF_ALLERGY = /al+erg|coeliac|celiac|anaphyl/i;

// "Contains milk, eggs. May contain nuts." What nobody has confirmed is in the order's details: a kitchen reads this at
// every line.
export function allergenWords(line) {
  const those = (state) => line.allergens.filter((one) => one.state === state).map((one) => one.allergen);
  const [contains, may] = [those("contains"), those("may_contain")];
  return [contains.length && `Contains ${contains.join(", ")}.`, may.length && `May contain ${may.join(", ")}.`].filter(Boolean).join(" ");
}

// A part that another station makes says so.
const named = (line, { name, station }) => (station && station !== line.station ? `${name} (${station})` : name);
const more = (line) => line.options.map((option) => named(line, option)).join(", ");

const said = (line) => line.note && el("small", { class: SPEAKS_OF_ALLERGY.test(line.note) ? "allergy" : "said" }, `“${line.note}”`);

function details(line) {
  const allergens = allergenWords(line);
  return [
    more(line) && el("small", {}, more(line)),
    said(line),
    allergens && el("small", { class: "allergens" }, allergens),
  ];
}

// The lines of an order, those of this board's station first, then what it makes of others' lines. `ticked` is told of
// each tick: a line has one, at the station that makes the line.
export function linesOf(order, station, ticked) {
  const numbered = order.lines.map((line, position) => ({ line, position }));
  const own = numbered.filter(({ line }) => station.owns(line));
  const shared = numbered.filter(({ line }) => station.partsOf(line).length > 0);
  const others = numbered.filter(({ line }) => !station.owns(line) && station.partsOf(line).length === 0);
  const one = { pending: toRead, accepted: toTick, ready: toBring }[order.state];
  const parts = shared.flatMap(({ line }) => station.partsOf(line).map((part) => partOf(line, part)));
  return [
    el("ul", { class: { pending: "made", accepted: "made check", ready: "made short" }[order.state] }, own.map((item) => one(item, order, ticked)), parts),
    others.length > 0 && el("p", { class: "others small quiet" }, `Also: ${others.map(({ line }) => `${line.quantity} ${line.name} (${line.station})`).join(", ")}`),
  ];
}

function partOf(line, part) {
  const allergens = allergenWords(part);
  const meal = el("small", {}, `for ${line.name} (${line.station})`);
  return el("li", { class: "part" }, el("b", {}, String(line.quantity)), " ", el("span", {}, part.name), meal, said(line), allergens && el("small", { class: "allergens" }, allergens));
}

function toRead({ line }) {
  return el("li", {}, el("b", {}, String(line.quantity)), " ", el("span", {}, line.name), details(line));
}

function toBring({ line }) {
  const extra = [more(line), line.note && `“${line.note}”`].filter(Boolean).join(", ");
  return el("li", {}, `${line.quantity} ${line.name}${extra && ` (${extra})`}`);
}

function toTick({ line, position }, order, ticked) {
  const id = `l${position}-${order.order_id}`;
  const tick = el("input", { class: "tick", type: "checkbox", id, "data-acts": true, "data-line": String(position), onchange: () => ticked(position, tick.checked) });
  return el("li", {}, el("b", {}, String(line.quantity)), " ", el("label", { for: id }, el("span", {}, line.name), details(line)), tick);
}

// Asked for until somebody has looked; at a station by whoever makes what needs it.
export function idTick(order, station, looked) {
  if (!order.lines.some((line) => station.needsId(line))) return null;
  const tick = el("input", { class: "tick", type: "checkbox", "data-acts": true, onchange: () => looked(tick.checked) });
  tick.checked = order.id_checked;
  return el("label", { class: order.id_checked ? "id seen" : "id" }, tick, el("b", {}, order.id_checked ? "ID checked" : "Check ID"));
}
