// No database: what the generator itself can do, and orders that go wrong on purpose, which it must notice.

import { hashOfKey, Product, Table, Venue } from "./house.mjs";

const EVERY = 97; // so many orders for one that goes wrong

/** A house like the one that tests/benchmarks/seed.py makes. */
export function inventHouse(venues = 20, tables = 50) {
  const house = new Map();
  for (let id = 1; id <= venues; id++) {
    const venue = new Venue({ ...VENUE, id });
    for (let t = 1; t <= tables; t++) {
      const session = id * 10_000 + t;
      venue.tables.set(String(t), new Table(venue, { id: session, number: String(t), session_id: session, has_orders: false }));
    }
    for (const product of [13, 18]) venue.menu.set(String(product), new Product({ ...PRODUCT, id: product }));
    venue.keys.add(hashOfKey(`the-board-of-venue-${id}-under-load`));
    house.set(venue.name, venue);
  }
  return house;
}

const VENUE = {
  timezone: "Europe/London",
  day_starts: 18_000,
  open_tables: true,
  max_quantity: 50,
  max_items: 200,
  max_open_per_table: 1_000_000,
  seq: 0,
};

const PRODUCT = { name: "Drink", price: "3.20", tax_rate: "20.00", station: "bar", age_restricted: false, allergens: [] };

export class InMemory {
  #orders = 0;
  #numbers = new Map(); // venue: {seq, number}

  constructor(fault = "") {
    this.fault = fault;
  }

  place(order, done) {
    const feed = this.#numbers.get(order.venue) ?? { seq: order.venue.delivered, number: 0 };
    this.#numbers.set(order.venue, feed);
    const bad = this.fault && ++this.#orders % EVERY === 0;
    if (bad && this.fault === "refuse") return done(new Error("Refused on purpose"));
    if (bad && this.fault === "lose") return;
    if (bad && this.fault === "wrong") order.items = order.items.replace(/:(\d+)/, (_, n) => `:${Number(n) + 1}`);
    if (bad && this.fault === "swap") swapNextFrames(order.venue);
    order.number = ++feed.number;
    order.seq = ++feed.seq;
    setImmediate(() => {
      done(null);
      if (bad && this.fault === "double") {
        order.seq = ++feed.seq;
        done(null);
      }
    });
  }

  move({ order }, done) {
    const seq = ++this.#numbers.get(order.venue).seq;
    setImmediate(() => done(null, seq));
  }
}

/** The first board of the venue gets its next two order frames in the wrong order. */
function swapNextFrames(venue) {
  const [board] = venue.boards;
  const connection = board._socket;
  const held = [];
  connection.write = (frame) => {
    held.unshift(frame);
    if (held.length === 2) {
      delete connection.write;
      for (const one of held) connection.write(one);
    }
  };
}
