// Sockets that are open and wait, and what each costs the server in memory.

import { addressOf } from "./options.mjs";
import { memoryOf, round } from "./figures.mjs";
import { Faults } from "./ledger.mjs";
import { dropSockets, openSockets } from "./sockets.mjs";

const WARM_UP_SOCKETS = 200; // what a server makes once, it has made before we look
const SETTLE_MS = 3_000;

/** Memory per socket (PSS), after a warm-up; then waits, so that others can look too. */
export async function runIdle(options) {
  const faults = new Faults();
  const guests = (count) =>
    Array.from({ length: count }, (_, i) => {
      const venue = options.venues[i % options.venues.length];
      const table = 1 + (Math.floor(i / options.venues.length) % options.tables);
      return {
        url: addressOf(options.guestUrls[i % options.guestUrls.length], venue, String(table)),
        onClose: (code) => faults.add("closed", `code ${code}`),
      };
    });

  dropSockets(await openSockets(guests(Math.min(WARM_UP_SOCKETS, options.idle))));
  await wait(SETTLE_MS);
  const before = memoryOf(options.pids);
  const sockets = await openSockets(guests(options.idle));
  await wait(SETTLE_MS);
  const after = memoryOf(options.pids);
  await wait(options.seconds * 1000);
  dropSockets(sockets);
  return {
    sockets: options.idle,
    pss_before_kb: before,
    pss_after_kb: after,
    pss_per_socket_kb: options.pids.length ? round((after - before) / options.idle) : null,
    faults: faults.counts,
    examples: faults.examples,
  };
}

function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
