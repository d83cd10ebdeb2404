// What became of every order: lost, doubled, wrong, out of order.

import { createHash } from "node:crypto";

const MOST_EXAMPLES = 5;
const MOST_FAULTS = 1_000;

/** The faults of a run by kind, with some examples. */
export class Faults {
  counts = {};
  examples = [];

  add(kind, what) {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    if (this.examples.length < MOST_EXAMPLES) this.examples.push(`${kind}: ${what}`);
    if (this.counts[kind] > MOST_FAULTS) throw new Error(`Too many faults; ${this.examples.join("\n")}`);
  }
}

/** The orders of one venue as each of its boards saw them. */
export class VenueLedger {
  constructor(venue, boards) {
    this.venue = venue;
    this.seen = Array.from({ length: boards }, () => []);
  }

  /** Say where a board saw another sequence than the first one; returns a hash of that first one. */
  check(faults) {
    const [first, ...others] = this.seen;
    for (const [i, other] of others.entries()) {
      if (other.length !== first.length) {
        faults.add("lost", `board ${i + 2} of venue ${this.venue} saw ${other.length} of ${first.length} orders`);
      } else {
        const at = other.findIndex((id, n) => id !== first[n]);
        if (at >= 0) faults.add("out_of_order", `board ${i + 2} of venue ${this.venue}, its order number ${at + 1}`);
      }
    }
    return createHash("sha256").update(first.join(",")).digest("hex");
  }
}
