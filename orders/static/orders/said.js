// What a screen reader is told of what changes by itself: one polite place, one sentence at a time.

import { el } from "./dom.js";

const AT_ONCE_MS = 400; // what comes together is said together

const place = el("div", { class: "vh", role: "status" });
document.body.append(place);
let waiting = [];
let timer = null;

export function tell(sentence) {
  waiting.push(sentence);
  timer ??= setTimeout(() => {
    place.textContent = [...new Set(waiting)].join(" ");
    waiting = [];
    timer = null;
  }, AT_ONCE_MS);
}
