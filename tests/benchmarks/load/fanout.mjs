// One order to many boards of a venue: how long until the last of them has it. One order at a time.

import { addressOf } from "./options.mjs";
import { itemsOf, orderRequest, readBoardFrame } from "./frames.mjs";
import { cpuOf, ownCpu, round, spread } from "./figures.mjs";
import { Faults } from "./ledger.mjs";
import { dropSockets, openSockets } from "./sockets.mjs";

const WARM_UP_ORDERS = 20;
const REST_MS = 10; // between orders: what one leaves behind is not the next one's time

/** Times to the first and the last board of each order, and the faults. */
export async function runFanout(options) {
  const venue = options.venues[0];
  const faults = new Faults();
  let one = null; // the order on its way

  const hears = (data) => {
    const now = performance.now(); // `data` is the connection's own memory: valid for this call only
    if (!one) return faults.add("doubled", data.toString());
    if (!one.bytes) {
      const frame = readBoardFrame(data.toString());
      if (frame?.venue !== venue || frame.table !== one.table || frame.items !== one.items || frame.status !== "pending") {
        return faults.add("wrong", data.toString());
      }
      one.bytes = Buffer.from(data);
      one.first = now - one.sentAt;
    } else if (!one.bytes.equals(data)) {
      return faults.add("wrong", data.toString());
    }
    if (++one.boards === options.fanout) {
      one.last = now - one.sentAt;
      one.arrived();
    }
  };

  const onClose = (code) => faults.add("closed", `code ${code}`);
  const boards = await openSockets(
    Array.from({ length: options.fanout }, (_, i) => ({
      url: addressOf(options.boardUrls[i % options.boardUrls.length], venue),
      onFrame: hears,
      onClose,
    })),
  );
  const guests = await openSockets(
    Array.from({ length: options.tables }, (_, i) => ({
      url: addressOf(options.guestUrls[i % options.guestUrls.length], venue, String(i + 1)),
      onText: (text) => text.startsWith(`{"message":`) && faults.add("refused", text),
      onClose,
    })),
  );

  const firsts = [];
  const lasts = [];
  let cpu = 0;
  let own = 0;
  for (let n = 0; n < WARM_UP_ORDERS + options.orders; n++) {
    await rest(REST_MS);
    if (n === WARM_UP_ORDERS) [cpu, own] = [cpuOf(options.pids), ownCpu()];
    const table = String(1 + (n % options.tables));
    const items = itemsOf(n);
    const arrived = new Promise((resolve) => {
      one = { table, items, bytes: null, boards: 0, first: 0, last: 0, arrived: resolve, sentAt: performance.now() };
      guests[n % options.tables].send(orderRequest(venue, table, items));
    });
    const late = setTimeout(() => one.arrived(), options.patience * 1000);
    await arrived;
    clearTimeout(late);
    if (one.boards < options.fanout) {
      faults.add("lost", `${options.fanout - one.boards} of ${options.fanout} boards did not get order ${n + 1}`);
    } else if (n >= WARM_UP_ORDERS) {
      firsts.push(one.first);
      lasts.push(one.last);
    }
    one = null;
  }
  const result = {
    boards: options.fanout,
    orders: WARM_UP_ORDERS + options.orders,
    first_ms: spread(firsts),
    last_ms: spread(lasts),
    server_cpu_us: options.pids.length ? round((cpuOf(options.pids) - cpu) / options.orders) : null,
    generator_cpu_us: round((ownCpu() - own) / options.orders),
    faults: faults.counts,
    examples: faults.examples,
  };
  dropSockets([...boards, ...guests]);
  return result;
}

function rest(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
