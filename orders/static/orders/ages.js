// How long a ticket has been in its column: minutes always, then a word and a colour at the venue's two thresholds.

import { el } from "./dom.js";
import { minutesSince } from "./words.js";

const SLOW = Number(document.body.dataset.slow);
const LATE = Number(document.body.dataset.late);
const SINCE = { pending: "order_time", accepted: "accepted_at", ready: "ready_at" };

// When the order came into the state that it is in.
export const sinceOf = (order) => order[SINCE[order.state]];

// Called every second: touches the page only where a minute has gone by.
export class Age {
  #article;
  #shown = el("p", { class: "age" });
  #minutes = null;

  constructor(article) {
    this.#article = article;
  }

  get element() {
    return this.#shown;
  }

  // How many minutes it says now.
  show(order, at) {
    const minutes = minutesSince(sinceOf(order), at);
    if (minutes === this.#minutes) return minutes;
    this.#minutes = minutes;
    const word = minutes >= LATE ? "late" : minutes >= SLOW ? "slow" : "";
    if (word) this.#article.dataset.age = word;
    else delete this.#article.dataset.age;
    this.#article.dataset.fill = Math.max(1, Math.min(4, Math.ceil((minutes / LATE) * 4)));
    this.#shown.replaceChildren(`${minutes} min`, ...(word ? [el("b", {}, word)] : []));
    return minutes;
  }
}
