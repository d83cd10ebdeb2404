// What the board knows: the orders that are open, those that left lately, and which wishes were refused. All of it is
// bounded: a shift has 1,500 orders.

export const STATES = ["pending", "accepted", "ready"];
const MOST_LATELY = 30;
const REFUSED_MS = 30_000; // how long a ticket says that something was not done

const DID = {
  accepted: "accepted",
  ready: "has ready",
  completed: "brought",
  rejected: "rejected",
  cancelled: "cancelled",
  undone: "undid the last step of",
};

export class OpenOrders {
  open = new Map(); // order id to order
  lately = []; // those that left, newest first
  refused = new Map(); // order id to {code, message, at}
  last = null; // {order, words}

  // All that is open now.
  replace(orders) {
    this.open = new Map(orders.map((order) => [order.order_id, order]));
  }

  take({ order, change }) {
    const id = order.order_id;
    const before = this.open.get(id);
    const refused = this.refused.get(id);
    if (refused && refused.code !== "order_moved" && before?.state !== order.state) this.refused.delete(id);
    const at = this.lately.findIndex((one) => one.order_id === id);
    if (at >= 0) this.lately.splice(at, 1);
    if (STATES.includes(order.state)) this.open.set(id, order);
    else {
      this.open.delete(id);
      this.lately.unshift(order);
      this.lately.length = Math.min(this.lately.length, MOST_LATELY);
    }
    if (change in DID) this.last = { order, words: didWords(order, change) };
  }

  // A wish of this board's was not granted.
  refuse({ order_id: id, code, message }, at) {
    this.refused.set(id, { code, message, at });
    const gone = code === "order_moved" && this.lately.find((one) => one.order_id === id);
    if (gone) this.last = { order: gone, words: `Not done here: ${didWords(gone, gone.state)} first` };
  }

  forgetRefused(at) {
    for (const [id, refused] of this.refused) if (at - refused.at > REFUSED_MS || !this.open.has(id)) this.refused.delete(id);
  }

  numberOf(id) {
    return (this.open.get(id) ?? this.lately.find((one) => one.order_id === id))?.order_number;
  }
}

// "SK accepted 52 on Bar tablet": who, where they say it, then which board.
export function didWords(order, change) {
  const [, who, board] = /^(\p{L}{1,4}) on (.+)$/u.exec(order.changed_by) ?? [null, order.changed_by, ""];
  const verb = change === "completed" && order.to_go ? "handed over" : (DID[change] ?? change);
  return `${who} ${verb} ${order.order_number}${board && ` on ${board}`}`;
}
