// Full loops: guest orders, board gets it, board accepts, guest hears it. Closed (N in flight) or open (a given rate).
//
// Version 1 has no id of the client's own, so each table has one order at a time; what a board gets for a table is
// that order or a fault. Orders differ in their items, so that a late copy of an earlier one is no match.

import { addressOf } from "./options.mjs";
import { acceptRequest, itemsOf, orderRequest, readBoardFrame, statusFrame } from "./frames.mjs";
import { cpuOf, ownCpu, round, spread, treeCpu } from "./figures.mjs";
import { Faults, VenueLedger } from "./ledger.mjs";
import { dropSockets, openSockets } from "./sockets.mjs";

const SETTLE_MS = 300; // a table's earlier orders are told on connect: not ours to judge

/** Run for warm-up and measured seconds; the figures, the faults, and what the boards saw. */
export async function runLoops(options) {
  const run = new Loops(options);
  await run.open();
  await run.go();
  await run.drain();
  return run.result();
}

class Loops {
  constructor(options) {
    this.options = options;
    this.faults = new Faults();
    this.ledgers = new Map(options.venues.map((venue) => [venue, new VenueLedger(venue, options.boards)]));
    this.tables = new Map(); // "venue/table"
    this.boards = new Map(); // venue: sockets
    this.orders = new Map(); // id: order
    this.free = []; // tables without an order, oldest first
    this.due = []; // open loop: intended times of orders that found no free table
    this.placed = 0;
    this.flying = 0;
    this.home = 0;
    this.loopTimes = [];
    this.boardTimes = [];
    this.begins = Infinity;
    this.ends = -Infinity;
    this.sending = false;
    this.mostDue = 0;
  }

  async open() {
    const { options } = this;
    const wanted = [];
    const address = (urls, venueIndex, i) => urls[(options.keepVenues ? venueIndex : venueIndex + i) % urls.length];
    for (const [v, venue] of options.venues.entries()) {
      for (let i = 0; i < options.boards; i++) {
        wanted.push({
          url: addressOf(address(options.boardUrls, v, i), venue),
          onText: (text) => this.boardHears(venue, i, text),
          onClose: (code) => this.faults.add("closed", `a board of venue ${venue}, code ${code}`),
        });
      }
    }
    for (let t = 1; t <= options.tables; t++) {
      for (const [v, venue] of options.venues.entries()) {
        const table = { venue, number: String(t), order: null, socket: null };
        this.tables.set(`${venue}/${t}`, table);
        wanted.push({
          url: addressOf(address(options.guestUrls, v, t), venue, table.number),
          onText: (text) => this.guestHears(table, text),
          onClose: (code) => this.faults.add("closed", `table ${table.number} of venue ${venue}, code ${code}`),
        });
      }
    }
    this.sockets = await openSockets(wanted);
    const boards = options.venues.length * options.boards;
    for (const [v, venue] of options.venues.entries()) {
      this.boards.set(venue, this.sockets.slice(v * options.boards, (v + 1) * options.boards));
    }
    for (const [i, table] of [...this.tables.values()].entries()) {
      table.socket = this.sockets[boards + i];
      this.free.push(table);
    }
  }

  async go() {
    const { options } = this;
    await until(performance.now() + SETTLE_MS);
    this.sending = true;
    const started = performance.now();
    this.begins = started + options.warmup * 1000;
    this.ends = this.begins + options.seconds * 1000;
    const running = options.rate ? this.sendAtRate(started) : this.sendInFlight();
    await until(this.begins);
    const before = this.look();
    await until(this.ends);
    const after = this.look();
    this.measured = Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - before[name]]));
    this.sending = false;
    await running;
  }

  look() {
    const { pids, tree } = this.options;
    const seconds = performance.now() / 1000;
    return { cpu: cpuOf(pids), tree: tree ? treeCpu(tree) : 0, own: ownCpu(), seconds, loops: this.home };
  }

  async sendInFlight() {
    for (let i = 0; i < Math.min(this.options.inFlight, this.tables.size); i++) this.order(performance.now());
  }

  async sendAtRate(started) {
    // What is due is sent, however late this loop wakes up; each order keeps the time it was meant for.
    const gap = 1000 / this.options.rate;
    for (let n = 0; ; ) {
      const now = performance.now();
      for (; started + n * gap <= now; n++) {
        if (started + n * gap >= this.ends) return;
        this.order(started + n * gap);
      }
      await until(started + n * gap);
    }
  }

  order(meantAt) {
    const table = this.free.shift();
    if (!table) {
      this.due.push(meantAt);
      this.mostDue = Math.max(this.mostDue, this.due.length);
      return;
    }
    const items = itemsOf(this.placed++);
    const { venue, number } = table;
    table.order = { id: null, time: null, venue, table: number, items, meantAt, boards: 0, accepted: false, home: false };
    this.flying++;
    table.socket.send(orderRequest(venue, number, items));
  }

  boardHears(venue, board, text) {
    const frame = readBoardFrame(text);
    const known = frame && this.orders.get(frame.id);
    const order = known ?? (frame && this.tables.get(`${frame.venue}/${frame.table}`)?.order);
    if (!order || frame.venue !== venue || frame.status !== "pending" || frame.items !== order.items) {
      return this.faults.add(frame ? "wrong" : "refused", `board of venue ${venue}: ${text}`);
    }
    if (!known) {
      if (order.id) return this.faults.add("doubled", `a second order from one request: ${text}`);
      order.id = frame.id;
      order.time = frame.time;
      this.orders.set(order.id, order);
      this.note(this.boardTimes, order);
    } else if (order.time !== frame.time || order.table !== frame.table) {
      return this.faults.add("wrong", `board of venue ${venue}: ${text}`);
    }
    if (order.boards & (1 << board)) return this.faults.add("doubled", `board of venue ${venue}: ${text}`);
    order.boards |= 1 << board;
    this.ledgers.get(venue).seen[board].push(order.id);
    if (!order.accepted) {
      order.accepted = true;
      this.boards.get(venue)[board].send(acceptRequest(order));
    }
  }

  guestHears(table, text) {
    if (this.begins === Infinity) return;
    const { order } = table;
    if (!order?.accepted || order.home || text !== statusFrame("accepted", order)) {
      const again = [...this.orders.values()].some((one) => one.home && text === statusFrame("accepted", one));
      const kind = again ? "doubled" : text.startsWith('{"message":') ? "refused" : "wrong";
      this.faults.add(kind, `table ${table.number} of venue ${table.venue}: ${text}`);
      if (kind === "refused") this.end(table); // the loop goes on: one refusal is one fault
      return;
    }
    order.home = true;
    this.home++;
    this.note(this.loopTimes, order);
    this.end(table);
  }

  note(times, order) {
    // At a given rate every order that was meant to be sent in the window counts, whenever it came home.
    const now = performance.now();
    const moment = this.options.rate ? order.meantAt : now;
    if (moment >= this.begins && moment < this.ends) times.push(now - order.meantAt);
  }

  end(table) {
    table.order = null;
    this.flying--;
    this.free.push(table);
    if (this.due.length) this.order(this.due.shift());
    else if (this.sending && !this.options.rate) this.order(performance.now());
  }

  async drain() {
    const deadline = performance.now() + this.options.patience * 1000;
    const late = () => [...this.orders.values()].some((order) => bits(order.boards) < this.options.boards);
    while ((this.flying || this.due.length || late()) && performance.now() < deadline) await until(performance.now() + 20);
    await until(performance.now() + 100); // a second copy of the last one would come about now
  }

  result() {
    const { options, measured } = this;
    for (const table of this.tables.values()) {
      const { order } = table;
      if (order) this.faults.add("lost", `table ${table.number} of venue ${table.venue}, ${order.id ?? order.items}`);
    }
    const ledgers = [...this.ledgers].map(([venue, ledger]) => [venue, ledger.check(this.faults)]);
    dropSockets(this.sockets);
    return {
      per_second: round(measured.loops / measured.seconds),
      loops: measured.loops,
      ms: spread(this.loopTimes),
      to_board_ms: spread(this.boardTimes),
      server_cpu_us: options.pids.length ? round(measured.cpu / measured.loops) : null,
      database_cpu_us: options.tree ? round(measured.tree / measured.loops) : null,
      generator_cpu_us: round(measured.own / measured.loops),
      generator_cpu_share: round(measured.own / 1e6 / measured.seconds),
      most_due: this.mostDue,
      orders: this.placed,
      sockets: this.sockets.length,
      faults: this.faults.counts,
      examples: this.faults.examples,
      sequences: Object.fromEntries(ledgers),
    };
  }
}

function bits(mask) {
  let count = 0;
  for (; mask; mask &= mask - 1) count++;
  return count;
}

function until(moment) {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, moment - performance.now())));
}
