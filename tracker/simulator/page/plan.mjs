// The room and the pucks in it. Elements are made once and kept: nothing moves by itself under a finger.
import {TYPES, aboutPuck, aboutTable, make} from "./words.mjs";

const RESTING_SHOWN = 8;
const spots = new Map(); // tag or table's place in the room -> {table, spot, seat, note, discs}
const pucks = new Map(); // number -> {item, disc, caption}
const more = make("button", {type: "button", className: "btn more", ariaExpanded: "false"});
let furniture = "";
let showsAll = false;

more.addEventListener("click", () => {
  showsAll = !showsAll;
  more.ariaExpanded = String(showsAll);
  more.dispatchEvent(new CustomEvent("furnish", {bubbles: true}));
});

/** Shows the state. `held` is the number of the puck in the hand, which stays where it is. */
export function showPlan(state, held) {
  const layout = JSON.stringify(state.room);
  if (layout !== furniture) furnish(state.room);
  furniture = layout;
  const orders = new Map(state.orders.map(order => [order.name, order]));
  const focused = document.activeElement;
  for (const [number, puck] of pucks) showPuck(number, puck, orders.get(number), held);
  showRacks(state.room.pucks, orders, held);
  showNotes(state.orders);
  if (focused?.isConnected && focused !== document.activeElement) focused.focus({preventScroll: true});
}

export function tableOf(element) {
  for (const place of spots.values()) if (place.spot.contains(element)) return place.table;
  return null;
}

export function discOf(number) {
  return pucks.get(number)?.disc;
}

function furnish(room) {
  spots.clear();
  pucks.clear();
  const areas = room.areas.map((area, index) => {
    const tables = area.tables.map((table, place) => makeSpot(table, table.tag ?? `${index}.${place}`));
    const heading = make("h2", {id: `area-${index}`, textContent: area.name});
    const section = make("section", {}, heading, make("ul", {}, ...tables));
    section.setAttribute("aria-labelledby", heading.id);
    return section;
  });
  document.getElementById("room").replaceChildren(...areas);
  for (const number of room.pucks) {
    const disc = make("button", {type: "button", className: "disc", ariaPressed: "false"}, make("span", {ariaHidden: "true", textContent: number}));
    disc.dataset.puck = number;
    const caption = make("small", {ariaHidden: "true"});
    pucks.set(number, {disc, caption, item: make("li", {}, disc, caption)});
  }
}

function makeSpot(table, key) {
  const note = make("small");
  const seat = make("button", {type: "button", className: "seat"}, make("span", {textContent: table.name, className: table.name.length > 3 ? "long" : ""}), note);
  const discs = make("div", {className: "discs"});
  const spot = make("li", {className: table.tag === null ? "spot no-tag" : "spot"}, seat, discs);
  spots.set(key, {table, spot, seat, note, discs});
  return spot;
}

function showPuck(number, {disc, caption}, order, held) {
  const place = order?.locationName ? spots.get(order.locationName) : undefined;
  disc.classList.toggle("go-here", Boolean(place));
  disc.classList.toggle("waiting", Boolean(order) && !place);
  disc.classList.toggle("paged", Boolean(order?.paged));
  disc.ariaLabel = aboutPuck(number, order);
  disc.ariaPressed = String(number === held);
  caption.textContent = order ? (order.paged ? "shakes" : TYPES[order.orderType]) : "";
  if (place && disc.parentElement !== place.discs && number !== held) place.discs.append(disc);
}

function showRacks(numbers, orders, held) {
  const waiting = [], resting = [];
  for (const number of numbers) {
    const order = orders.get(number);
    if (order?.locationName && spots.has(order.locationName)) continue;
    (order ? waiting : resting).push(number);
  }
  const shown = showsAll ? resting : resting.filter((number, index) => index < RESTING_SHOWN || number === held);
  fill(document.getElementById("waiting"), waiting, held);
  fill(document.getElementById("resting"), shown, held);
  document.getElementById("resting").classList.toggle("all", showsAll);
  document.getElementById("waiting-part").hidden = waiting.length === 0;
  more.textContent = showsAll ? "Fewer" : `All ${resting.length}`;
  more.ariaLabel = showsAll ? "Show fewer pucks at rest" : `Show all ${resting.length} pucks at rest`;
  document.getElementById("resting").parentElement.append(more);
  more.hidden = resting.length <= RESTING_SHOWN;
}

function fill(rack, numbers, held) {
  const items = numbers.map(number => {
    const {item, disc, caption} = pucks.get(number);
    if (disc.parentElement !== item && number !== held) item.prepend(disc);
    item.append(caption);
    return item;
  });
  const same = items.length === rack.children.length && items.every((item, index) => item === rack.children[index]);
  if (!same && held === null) rack.replaceChildren(...items);
}

function showNotes(orders) {
  const holds = new Map();
  for (const order of orders) {
    if (!order.locationName) continue;
    const what = pucks.has(order.name) ? `puck ${order.name}${order.paged ? " shakes" : ""}` : `order ${order.name}, no puck`;
    holds.set(order.locationName, [...(holds.get(order.locationName) ?? []), what]);
  }
  for (const [key, {table, seat, note, discs}] of spots) {
    const held = holds.get(key) ?? [];
    const said = held.filter(what => !/^puck \d+$/.test(what));
    note.textContent = said.length ? said.join(", ") : table.tag === null ? "no tag" : `tag ${table.tag}`;
    seat.setAttribute("aria-label", aboutTable(table, held));
    discs.hidden = discs.childElementCount === 0;
  }
}
