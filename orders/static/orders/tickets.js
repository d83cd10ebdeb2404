// One order on the board: how it looks, and what may be done with it.

import { el } from "./dom.js";
import { movedNote, place } from "./places.js";
import { puckButtons } from "./pucks.js";
import { linesOf, minutesSince, timeOf } from "./words.js";

const REASONS = ["Sold out, sorry.", "The kitchen is closed.", "We are too busy now.", "Please come to the bar."];
// Minutes until slow and late; for new orders the venue says it.
const { slow, late, tracker } = document.body.dataset;
const SCREENS = tracker === "tables"; // no pucks: a number is the one on the runners' screens
const PATIENCE = { pending: [slow / 60, late / 60], accepted: [10, 20], ready: [3, 6] };
const STARTED_AS = { TO_GO: "to go", ON_PREMISE: "eat in" }; // the words of a gateway
const SINCE = { pending: "order_time", accepted: "accepted_at", ready: "ready_at" };

// When the order came into the state that it is in.
export const sinceOf = (order) => order[SINCE[order.state]];

export function ticket(order, actions) {
  const id = `t${order.order_id}`;
  const send = (action, more = {}) => {
    article.querySelectorAll("button, input").forEach((one) => (one.disabled = true));
    actions.send({ action, order_id: order.order_id, ...more });
  };
  const article = el(
    "article",
    { class: "ticket new", "aria-labelledby": id },
    el("header", {}, place(order), el("h3", { id }, `Order ${order.order_number}`, el("small", {}, under(order))), el("p", { class: "age" })),
    order.to_go && el("p", { class: "to-go" }, "TO GO"),
    notes(order, id, actions, send),
    el(
      "ul",
      { class: "made" },
      linesOf(order).map((line) => el("li", {}, el("b", {}, String(line.quantity)), " ", el("span", {}, line.name), line.more && el("small", {}, line.more))),
    ),
  );
  article.append(buttons(order, id, actions, send));
  showAge(article, order);
  return article;
}

// Called again as time goes by: nothing else of the ticket is touched.
export function showAge(article, order) {
  const minutes = minutesSince(sinceOf(order));
  const [slowAt, lateAt] = PATIENCE[order.state];
  const age = minutes >= lateAt ? "late" : minutes >= slowAt ? "slow" : null;
  if (age) article.dataset.age = age;
  else delete article.dataset.age;
  article.dataset.fill = Math.max(1, Math.min(4, Math.ceil((minutes / lateAt) * 4)));
  const shown = article.querySelector(".age");
  const looks = `${minutes} min ${age ?? ""}`;
  if (shown.dataset.print === looks) return;
  shown.dataset.print = looks;
  shown.replaceChildren(`${minutes} min`, ...(age ? [el("b", {}, age)] : []));
}

function under(order) {
  return `${timeOf(order.order_time)}${puckOf(order)}${order.placed_by === "staff" ? ", by staff" : ""}`;
}

function puckOf(order) {
  if (!order.tracker_number) return "";
  if (SCREENS) return `, ${order.tracker_number} on the runners' screens`;
  const lost = order.tracker_state === "located" ? " on a tag of no table" : " not on a table yet";
  return `, puck ${order.tracker_number}${order.located_table || order.to_go ? "" : lost}`;
}

function notes(order, id, actions, send) {
  const twin = order.possible_duplicate_of && actions.numberOf(order.possible_duplicate_of);
  const note = (strong, text) => el("p", { class: "note" }, el("b", {}, strong), ` ${text}`);
  return [
    order.possible_duplicate_of && note(`Possible duplicate${twin ? ` of ${twin}` : ""}:`, "same table, same items, seconds apart. Ask them."),
    order.tracker_state === "returned" && note(SCREENS ? "Cleared on a screen:" : "Puck is back:", order.state === "pending" ? "before anybody accepted this. Ask at the bar." : `is it ${ending(order).toLowerCase()}?`),
    movedNote(order, id, actions, send),
    startedOtherwise(order) && note(`Puck ${order.tracker_number} was started as ${STARTED_AS[order.tracker_type]}.`, `The order is to ${order.to_go ? "go" : "eat in"}.`),
    order.state === "pending" && order.first_of_session && note("First order", "since this table was cleared."),
    order.state === "pending" && !order.verified && note("No code scanned:", "anybody could have sent this."),
  ];
}

// The gateway's word decides nothing: what is done when it is ready follows the order.
function startedOtherwise({ tracker_number: puck, tracker_type: type, to_go: toGo }) {
  return puck && type in STARTED_AS && (type === "TO_GO") !== toGo;
}

const ending = (order) => (order.to_go ? "Collected" : "Brought");

function buttons(order, id, actions, send) {
  const button = (kind, words, onclick) => el("button", { class: `btn ${kind}`, type: "button", "aria-describedby": id, disabled: !actions.live, onclick }, words);
  const ask = (question) => {
    const asked = question(() => asked.replaceWith(both));
    both.replaceWith(asked);
    asked.scrollIntoView({ block: "nearest" });
  };
  const refuse = (words, action, more) => button("no", `${words}…`, () => ask((back) => reasons(words, (reason) => send(action, { reason, ...more }), back, id)));
  const undo = order.undo && button("", "Undo", () => send("undoorder", { seq: order.undo.seq, reason: "Undone on the board" }));
  const over = button("main", ending(order), () => send("completeorder"));
  const rejected = { order_status: "rejected" };
  const acts = el(
    "div",
    { class: "acts" },
    {
      pending: () => [button("main", "Accept", () => send("acceptorder")), refuse("Reject", "acceptorder", rejected), undo],
      accepted: () => [order.tracker_state === "returned" ? over : button("main", "Ready", () => send("readyorder")), undo, refuse("Cancel", "cancelorder")],
      ready: () => [over, undo, refuse("Cancel", "cancelorder")],
    }[order.state]().filter(Boolean),
  );
  const pucks = puckButtons(order, id, actions, ask);
  const both = el("div", { class: "both" }, acts, pucks.length > 0 && el("div", { class: "acts pucks" }, pucks));
  return both;
}

// The reason is asked on the ticket itself: nothing lies over other tickets.
function reasons(words, send, back, id) {
  const own = el("input", { class: "own", maxlength: "140", "aria-label": "Your own words", autocomplete: "off" });
  const button = (kind, text, onclick) => el("button", { class: `btn ${kind}`, type: "button", "aria-describedby": id, onclick }, text);
  const field = el(
    "fieldset",
    {},
    el("legend", {}, `${words} it? The guest reads why.`),
    el("div", { class: "acts" }, REASONS.map((reason) => button("no", reason, () => send(reason)))),
    el("div", { class: "field" }, own),
    el(
      "div",
      { class: "acts" },
      button("no", "Send own words", () => (own.value.trim() ? send(own.value.trim()) : own.focus())),
      button("main", "Keep the order", back),
    ),
  );
  return field;
}
