// What this phone keeps for a table: the basket, and orders that were sent but not acknowledged yet.
// The key of such an order never changes, so that however often it is sent there is one order.

const VISIT_MS = 4 * 3_600_000; // after so long without an order a table's session is another one

export class Kept {
  #key;
  #memory = {}; // a browser that keeps nothing still orders

  constructor(venueId, tableNumber) {
    this.#key = `ontap ${venueId} ${tableNumber}`;
  }

  get basket() {
    return this.#read("basket");
  }

  set basket(lines) {
    this.#write("basket", lines);
  }

  // Whether the guest takes it away: for this visit, not for the next one at the same table.
  get toGo() {
    const [{ chosen = false, at = 0 } = {}] = this.#read("to go");
    return chosen && Date.now() - at < VISIT_MS;
  }

  set toGo(chosen) {
    this.#write("to go", [{ chosen, at: Date.now() }]);
  }

  get orders() {
    return this.#read("orders");
  }

  add(order) {
    this.#write("orders", [...this.orders, order]);
  }

  drop(clientOrderId) {
    const orders = this.orders;
    this.#write("orders", orders.filter((order) => order.client_order_id !== clientOrderId));
    return orders.find((order) => order.client_order_id === clientOrderId) ?? null;
  }

  #read(what) {
    try {
      return JSON.parse(localStorage.getItem(`${this.#key} ${what}`)) ?? this.#memory[what] ?? [];
    } catch {
      return this.#memory[what] ?? [];
    }
  }

  #write(what, value) {
    this.#memory[what] = value;
    try {
      localStorage.setItem(`${this.#key} ${what}`, JSON.stringify(value));
    } catch {
      // private browsing, or full
    }
  }
}

// 128 random bits. Not crypto.randomUUID, which browsers give to https and localhost only, and a pub's box has neither.
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
