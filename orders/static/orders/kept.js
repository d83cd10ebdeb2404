// What this phone keeps for a visit: the basket, orders that were sent but not acknowledged yet, choices.
// The key of such an order never changes, so that however often it is sent there is one order. Nothing of an earlier
// visit, or of another table's, is ever read again: it is removed, unsent.

const VISIT_MS = 4 * 3_600_000; // after so long without a touch a table's session is another one
const OURS = /^ontap (visit |\d+ .*(basket|to go|orders)$)/;

export class Kept {
  #key;
  #memory = {}; // a browser that keeps nothing still orders

  lasting = false; // whether this browser keeps anything at all
  unsent = false; // whether an order of an earlier visit was still waiting here

  constructor(visit) {
    this.#key = `ontap visit ${visit}`;
    try {
      this.#forgetOthers();
      this.#write({ ...this.#read() });
      this.lasting = localStorage.getItem(this.#key) !== null;
    } catch {
      // private browsing
    }
  }

  get basket() {
    return this.#read().basket ?? [];
  }

  set basket(basket) {
    this.#change({ basket });
  }

  // Whether the guest takes it away.
  get toGo() {
    return this.#read().toGo ?? false;
  }

  set toGo(toGo) {
    this.#change({ toGo });
  }

  // What the guest wants to see of the menu.
  get filter() {
    return this.#read().filter ?? null;
  }

  set filter(filter) {
    this.#change({ filter });
  }

  get orders() {
    return this.#read().orders ?? [];
  }

  add(order) {
    const { mine = [] } = this.#read();
    const orders = this.orders.filter((other) => other.client_order_id !== order.client_order_id);
    this.#change({ orders: [...orders, order], mine: [...new Set([...mine, order.client_order_id])] });
  }

  drop(clientOrderId) {
    const orders = this.orders;
    const found = orders.find((order) => order.client_order_id === clientOrderId) ?? null;
    if (found) this.#change({ orders: orders.filter((order) => order !== found) });
    return found;
  }

  // Whether this phone placed it, as far as it can know.
  isMine(clientOrderId) {
    return !this.lasting || (this.#read().mine ?? []).includes(clientOrderId);
  }

  // The visit is over.
  forget() {
    this.#memory = {};
    try {
      localStorage.removeItem(this.#key);
    } catch {
      // it was never kept
    }
  }

  #change(what) {
    this.#write({ ...this.#read(), ...what, at: Date.now() });
  }

  #read() {
    let found = this.#memory;
    try {
      // What another page of this phone removed, for a visit that came after this one, is gone here too.
      found = JSON.parse(localStorage.getItem(this.#key)) ?? (this.lasting ? {} : this.#memory);
    } catch {
      // private browsing, or not ours
    }
    return Date.now() - (found.at ?? 0) < VISIT_MS ? found : {};
  }

  #write(all) {
    this.#memory = all;
    try {
      localStorage.setItem(this.#key, JSON.stringify(all));
    } catch {
      // private browsing, or full
    }
  }

  #forgetOthers() {
    for (const key of Object.keys(localStorage)) {
      if (!OURS.test(key) || key === this.#key) continue;
      const left = JSON.parse(localStorage.getItem(key) || "null");
      this.unsent ||= (left?.orders ?? []).some((order) => !order.sent);
      localStorage.removeItem(key);
    }
  }
}

// 128 random bits. Not crypto.randomUUID, which browsers give to https and localhost only, and a pub's box has neither.
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
