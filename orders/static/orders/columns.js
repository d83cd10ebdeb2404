// The three columns: a ticket for each open order, the longest there first. What did not change is not touched, and the
// work for one order is the same however many there are.

import { sinceOf } from "./ages.js";
import { STATES } from "./open_orders.js";
import { Ticket } from "./tickets.js";

export class Columns {
  #known;
  #board;
  #tickets = new Map();
  #columns = new Map();
  #changed = new Set(); // order ids whose tickets are not as the orders are

  // `known` are the open orders; `board` is what tickets need.
  constructor(known, board) {
    this.#known = known;
    this.#board = board;
    for (const state of STATES) {
      const place = document.querySelector(`[data-state="${state}"]`);
      const head = place.parentElement.querySelector("h2");
      this.#columns.set(state, { place, count: head.querySelector(".count"), oldest: head.querySelector(".quiet") });
      place.replaceChildren(); // what the server wrote is not live
    }
  }

  change(id) {
    this.#changed.add(id);
  }

  changeAll() {
    for (const id of [...this.#tickets.keys(), ...this.#known.open.keys()]) this.#changed.add(id);
  }

  answered(id) {
    this.#tickets.get(id)?.answered();
  }

  // The connection has come or gone.
  connect(live) {
    for (const ticket of this.#tickets.values()) live ? ticket.enable() : ticket.cutOff();
  }

  ticketOf(id) {
    return this.#tickets.get(id);
  }

  // Bring the tickets up to date.
  flush() {
    if (this.#changed.size === 0) return;
    const held = this.#held();
    for (const id of this.#changed) this.#flushOne(id);
    this.#changed.clear();
    this.#holdOn(held);
  }

  // As time goes by: minutes, and how old the oldest of each column is.
  grow(at) {
    for (const { place, count, oldest } of this.#columns.values()) {
      let [shown, most] = [0, 0];
      for (const article of place.children) {
        const minutes = this.#tickets.get(article.dataset.order).grow(at);
        if (article.hidden) continue;
        shown += 1;
        most = Math.max(most, minutes);
      }
      say(count, String(shown));
      say(oldest, most ? `oldest ${most} min` : "");
    }
  }

  #flushOne(id) {
    const order = this.#known.open.get(id);
    let ticket = this.#tickets.get(id);
    if (!order) {
      ticket?.answered();
      ticket?.article.remove();
      this.#tickets.delete(id);
      return;
    }
    if (ticket) ticket.show(order);
    else this.#tickets.set(id, (ticket = new Ticket(order, this.#board)));
    ticket.article.hidden = !this.#board.station.has(order);
    this.#settle(ticket);
  }

  // Into its column, before the first that came there later.
  #settle({ article, order }) {
    const { place } = this.#columns.get(order.state);
    const later = (one) => {
      const other = this.#tickets.get(one.dataset.order).order;
      return sinceOf(other) - sinceOf(order) || other.order_number - order.order_number;
    };
    let after = place.lastElementChild;
    while (after && (after === article || later(after) > 0)) after = after.previousElementSibling;
    const before = after ? after.nextElementSibling : place.firstElementChild;
    if (article.parentElement !== place || (before !== article && article.nextElementSibling !== before)) place.insertBefore(article, before);
  }

  // Where the keyboard is, as a place that outlives the ticket.
  #held() {
    const element = document.activeElement;
    const article = element?.closest?.(".ticket");
    if (!article) return null;
    const column = article.parentElement;
    return { element, article, column, at: shownIn(column).indexOf(article) };
  }

  // A ticket that left takes no keyboard with it, unless somebody is typing in it: the next one has it.
  #holdOn(held) {
    if (!held || document.activeElement === held.element) return;
    const { element, article, column, at } = held;
    if (element.isConnected && element.matches("input:not([type=checkbox])")) {
      element.focus({ preventScroll: true });
    } else if (article.parentElement === column && !article.hidden) {
      if (!article.contains(document.activeElement)) article.focus({ preventScroll: true });
    } else {
      const left = shownIn(column);
      (left[Math.min(at, left.length - 1)] ?? column).focus({ preventScroll: true });
    }
  }
}

export const shownIn = (column) => [...column.children].filter((article) => !article.hidden);

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
