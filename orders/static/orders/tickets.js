// One order on the board. Each of its parts is built anew only when what that part shows has changed: what a finger is on,
// or what somebody is typing, does not go away because of something else.

import { Age } from "./ages.js";
import { el } from "./dom.js";
import { place } from "./places.js";
import { acts, actsPrint, progress } from "./ticket_acts.js";
import { idTick, linesOf } from "./ticket_lines.js";
import { notes, tags, under } from "./ticket_notes.js";

const ANSWERED_WITHIN_MS = 5000;

export class Ticket {
  #board;
  #parts;
  #prints = new Map();
  #age;
  #asked = null; // {element, fits}: the question in the place of the buttons
  #busy = null; // the timer of a wish that is not answered yet
  #ticked = new Map(); // position to what was ticked here, until the server has answered

  // `board` is what a ticket needs of it: {live, station, send, tickAll, numberOf, addressOf, refusedOf, now}.
  constructor(order, board) {
    this.#board = board;
    const name = `t${order.order_id}`;
    const article = el("article", { class: "ticket new", "aria-labelledby": name, tabindex: "-1" });
    this.#age = new Age(article);
    const part = (kind) => el("div", { class: kind });
    this.#parts = { head: part("head"), notes: part("notes"), lines: part("making"), id: part("checks"), acts: part("both") };
    const { head, notes: noted, lines, id, acts: buttons } = this.#parts;
    article.append(el("header", {}, head, this.#age.element), noted, lines, id, buttons);
    article.dataset.order = order.order_id;
    this.article = article;
    this.show(order);
  }

  show(order) {
    this.order = order;
    const refused = this.#board.refusedOf(order.order_id);
    const made = this.#made();
    const { station } = this.#board;
    const send = (action, more = {}) => this.#send(action, more);
    this.#build("head", [order.table_number, order.moved_from, order.located_table, order.location_mismatch, order.to_go, under(order)], () => this.#head());
    const twin = order.possible_duplicate_of && this.#board.numberOf(order.possible_duplicate_of);
    const { state, test, changed_by: by, tracker_state: puck, tracker_type: type, tracker_number: number } = order;
    const print = [state, test, order.to_go, puck, type, number, order.table_number, order.located_table, order.moved_from, twin, refused, refused && by, made];
    this.#build("notes", print, () => [...tags(order), ...notes(order, refused, this.#board, send), ...this.#madeNote(made)]);
    this.#build("lines", [state, station.chosen], () => linesOf(order, station, (line, done) => this.tick(line, done)));
    this.#build("id", [order.id_checked, station.chosen], () => [idTick(order, station, (seen) => this.#board.send({ action: "tickorder", order_id: order.order_id, id_checked: seen }))].filter(Boolean));
    if (this.#asked && !this.#asked.fits(order)) this.#drop();
    if (!this.#asked) this.#build("acts", actsPrint(order, made), () => acts(order, made, this.#board, send, (question, fits) => this.#ask(question, fits)));
    this.#showTicks();
    this.#age.show(order, this.#board.now());
    this.enable();
  }

  // The minutes that it says; called every second.
  grow(at) {
    return this.#age.show(this.order, at);
  }

  // What it asked for was answered, or never will be.
  answered() {
    clearTimeout(this.#busy);
    this.#busy = null;
    this.#ticked.delete(this.#ticked.keys().next().value); // the oldest one that waits
    this.enable();
  }

  // Nothing that was asked for will be answered.
  cutOff() {
    this.#ticked.clear();
    this.answered();
  }

  enable() {
    const off = !this.#board.live || this.#busy !== null;
    for (const one of this.article.querySelectorAll("[data-acts]")) one.disabled = off;
  }

  // A line is made, or not after all.
  tick(line, done) {
    this.#ticked.delete(line);
    if (this.#board.send({ action: "tickorder", order_id: this.order.order_id, line, done })) this.#ticked.set(line, done);
    this.#showTicks();
  }

  tickOwn() {
    for (const line of progress(this.order, (one) => this.#board.station.owns(one)).own) this.tick(line, true);
  }

  #made() {
    if (this.order.state !== "accepted") return "";
    const found = progress(this.order, (line) => this.#board.station.owns(line));
    if (found.all) return "all";
    if (!this.#board.station.chosen) return found.begun ? "begun" : "";
    if (found.own.length === 0) return this.#sharesOpen() ? "begun" : "waits"; // for another station
    return this.order.lines.every((line) => this.#board.station.owns(line)) ? "" : "here";
  }

  // Whether this station makes parts of lines that are another's to tick, and are not: nobody can say that it is done.
  #sharesOpen() {
    const done = new Set(this.order.lines_done);
    return this.order.lines.some((line, position) => !done.has(position) && this.#board.station.partsOf(line).length > 0);
  }

  #madeNote(made) {
    if (made === "all") return [el("p", { class: "note done" }, el("b", {}, "All made."), " Ready to go.")];
    if (made === "waits") return [el("p", { class: "note done" }, el("b", {}, "Made here."), " Others are still at it.")];
    return [];
  }

  #head() {
    const { order } = this;
    const address = this.#board.addressOf(order.order_id);
    const words = `Order ${order.order_number}`;
    const title = address ? el("a", { href: address, "data-sheet": true }, words) : words;
    return [...place(order).filter(Boolean), el("h3", { id: `t${order.order_id}` }, title, el("small", {}, under(order)))];
  }

  #showTicks() {
    const done = new Set(this.order.lines_done);
    for (const tick of this.#parts.lines.querySelectorAll("[data-line]")) {
      const line = Number(tick.dataset.line);
      tick.checked = this.#ticked.get(line) ?? done.has(line);
    }
  }

  #send(action, more) {
    if (!this.#board.send({ action, order_id: this.order.order_id, ...more })) return;
    this.#busy = setTimeout(() => {
      this.#busy = null;
      this.enable();
    }, ANSWERED_WITHIN_MS);
    this.enable();
  }

  #ask(question, fits) {
    const element = question(() => {
      this.#drop();
      this.show(this.order);
      this.article.querySelector(".both .main")?.focus();
    });
    this.#asked = { element, fits };
    this.#parts.acts.replaceChildren(element);
    this.enable();
    element.scrollIntoView({ block: "nearest" });
    element.querySelector("input[inputmode], button").focus({ preventScroll: true });
  }

  #drop() {
    this.#asked = null;
    this.#prints.delete("acts");
  }

  #build(name, print, build) {
    const text = JSON.stringify(print);
    if (this.#prints.get(name) === text) return;
    this.#prints.set(name, text);
    const part = this.#parts[name];
    const held = part.contains(document.activeElement) ? document.activeElement : null;
    const label = held?.textContent;
    part.replaceChildren(...build().filter(Boolean));
    if (!held) return;
    const same = [...part.querySelectorAll("button, input, a")].find((one) => one.tagName === held.tagName && one.textContent === label);
    (same ?? this.article).focus({ preventScroll: true });
  }
}
