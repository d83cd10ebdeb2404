// Which station this board stands at: bar, kitchen, ... It shows the orders that have lines of it, or parts of
// a line; "" shows all.
// Kept in the address, so that a link may name it, and on the tablet.

import { store, stored } from "./stored.js";

export class Stations extends EventTarget {
  #links;
  #kept;
  chosen = "";

  // `nav` holds a link for each station of the venue's menu, and one for all.
  constructor(nav, venue) {
    super();
    this.#kept = `station ${venue}`;
    this.#links = [...(nav?.querySelectorAll("[data-station]") ?? [])];
    nav?.addEventListener("click", (event) => {
      const link = event.target.closest("[data-station]");
      if (!link || event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      this.#choose(link.dataset.station);
      this.dispatchEvent(new Event("change"));
    });
    this.#choose(new URLSearchParams(location.search).get("station") ?? stored(this.#kept));
  }

  owns(line) {
    return !this.chosen || line.station === this.chosen;
  }

  // What this station makes of a line that another one makes and ticks: the pint of a meal.
  partsOf(line) {
    return this.owns(line) ? [] : line.options.filter((option) => option.station === this.chosen);
  }

  has(order) {
    return order.lines.some((line) => this.owns(line) || this.partsOf(line).length > 0);
  }

  // Whether this station hands over what needs an ID: of a combo, the part that needs it.
  needsId(line) {
    const aged = line.options.filter((option) => option.age_restricted);
    if (!this.chosen || aged.length === 0) return line.age_restricted && this.owns(line);
    return aged.some((option) => option.station === this.chosen);
  }

  // How many of these open orders each station has lines in.
  count(orders) {
    if (this.#links.length === 0) return;
    const counts = new Map([["", orders.size]]);
    for (const order of orders.values()) {
      const makers = order.lines.flatMap((line) => [line.station, ...line.options.map((option) => option.station ?? line.station)]);
      for (const station of new Set(makers)) counts.set(station, (counts.get(station) ?? 0) + 1);
    }
    for (const link of this.#links) {
      const [shown, count] = [link.querySelector(".count"), String(counts.get(link.dataset.station) ?? 0)];
      if (shown.textContent !== count) shown.textContent = count;
    }
  }

  #choose(station) {
    this.chosen = this.#links.some((link) => link.dataset.station === station) ? station : "";
    store(this.#kept, this.chosen);
    for (const link of this.#links) {
      if (link.dataset.station === this.chosen) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    const address = new URL(location.href);
    if (this.chosen) address.searchParams.set("station", this.chosen);
    else address.searchParams.delete("station");
    history.replaceState(null, "", address);
  }
}
