// A table's orders as its guests see them.

import { el, keep } from "./dom.js";
import { guestWords, linesOf, money, pennies, timeOf } from "./words.js";

const REACHED = [
  ["pending", "accepted", "ready", "completed"],
  ["accepted", "ready", "completed"],
  ["ready", "completed"],
  ["completed"],
];
const STEPS = ["Sent", "Being made", "On its way", "Brought"];
const STEPS_TO_GO = ["Sent", "Being made", "Ready", "Collected"];

// `orders` newest first; `waiting` are those that this phone still keeps.
export function showOrders(section, orders, waiting, actions) {
  const items = [
    ...waiting.map((order) => ({ key: order.client_order_id, waiting: order, print: JSON.stringify([order, actions.live]) })),
    ...orders.map((order, at) => ({ key: order.order_id, order, now: at === 0, print: JSON.stringify([order, at === 0, actions.live]) })),
  ];
  keep(section, items, (item) => item.key, (item) => item.print, (item) => (item.waiting ? unsent(item.waiting, actions) : card(item, actions)));
}

function card({ order, now }, actions) {
  const [mark, title, sentence] = guestWords(order);
  const open = ["pending", "accepted", "ready"].includes(order.state);
  const id = `o${order.order_id}`;
  const number = `Order ${order.order_number}, ${timeOf(order.order_time)}`;
  const article = el("article", { class: now && open ? "order now" : "order", "aria-labelledby": id });
  if (now && open) {
    const words = el("div", { role: "status" }, el("p", { class: "quiet" }, number, away(order.to_go)), el("h2", { id }, title), el("p", {}, sentence));
    article.append(el("header", {}, words), steps(order));
  } else {
    const colour = { ready: "mark ok", rejected: "mark bad" }[mark] ?? "mark";
    const head = [el("span", { class: colour, "data-is": mark }), el("h2", { id }, title), el("span", { class: "quiet num" }, number)];
    article.append(el("header", {}, head), el("p", { role: "status" }, sentence, away(order.to_go)));
  }
  if (order.state === "completed") article.append(el("p", { class: "quiet small" }, inShort(order)));
  else article.append(list(linesOf(order), pennies(order.total)));
  if (order.state === "pending") {
    article.append(el("button", { class: "btn no", type: "button", disabled: !actions.live, onclick: () => actions.takeBack(order) }, "Take it back"));
  }
  return article;
}

const away = (toGo) => toGo && [" ", el("span", { class: "tag" }, "To take away")];

const inShort = (order) =>
  `${linesOf(order).map((line) => `${line.quantity} ${line.name}`).join(", ")}. ${money(pennies(order.total))}`;

function unsent(order, actions) {
  const flying = actions.live && order.sent;
  const words = flying
    ? "Sending it to the bar."
    : "There is no connection. We keep this order and send it once, when you are back.";
  return el(
    "article",
    { class: "order" },
    el("header", {}, el("span", { class: "mark", "data-is": "silent" }), el("h2", {}, flying ? "On its way to the bar" : "Not sent yet")),
    el("p", { role: "status" }, words, away(order.toGo)),
    list(order.shown, order.total),
    !flying &&
      el(
        "div",
        { class: "acts" },
        el("button", { class: "btn main", type: "button", onclick: () => actions.sendNow(order) }, "Send now"),
        !order.sent && el("button", { class: "btn no", type: "button", onclick: () => actions.drop(order) }, "Drop it"),
      ),
  );
}

function steps({ state, to_go: toGo }) {
  const marks = ["done", "accepted", "ready", "done"];
  return el(
    "ol",
    { class: "steps" },
    (toGo ? STEPS_TO_GO : STEPS).map((word, at) => {
      const past = REACHED[at].includes(state);
      const here = past && !REACHED[at + 1]?.includes(state);
      return el("li", { class: past ? "past" : null, "aria-current": here ? "step" : null }, el("span", { class: "mark", "data-is": past ? marks[at] : "new" }), word);
    }),
  );
}

function list(lines, total) {
  return el(
    "ul",
    { class: "lines" },
    lines.map((line) =>
      el("li", {}, el("b", {}, String(line.quantity)), el("span", {}, line.name, line.more && el("small", {}, line.more)), el("span", { class: "num" }, money(line.sum))),
    ),
    lines.length > 1 && el("li", { class: "total" }, el("span", {}, "Total"), el("span", { class: "num" }, money(total))),
  );
}
