// A table's orders as its guests see them.

import { el, keep } from "./dom.js";
import { glass } from "./glass.js";
import { guestWords, reasonOf } from "./guest_words.js";
import { apart, gettext, listed, ngettext } from "./language.js";
import { linesOf, money, pennies, timeOf } from "./words.js";

const OPEN = ["pending", "accepted", "ready"];
const REACHED = [
  ["pending", "accepted", "ready", "completed"],
  ["accepted", "ready", "completed"],
  ["ready", "completed"],
  ["completed"],
];

const NEWS = 2; // what is over and older than the newest few is folded away: the menu comes after it

// `orders` newest first; `waiting` are those that this phone still keeps.
export function showOrders(section, orders, waiting, actions) {
  const isNews = (order, at) => at < NEWS || OPEN.includes(order.state);
  const earlier = orders.filter((order, at) => !isNews(order, at));
  const items = [
    ...waiting.map((order) => ({ key: order.client_order_id, print: [order, actions.live], build: () => unsent(order, actions) })),
    ...orders.filter(isNews).map((order, at) => ({ key: order.order_id, print: [order, at === 0, actions.live, actions.words], build: () => card({ order, now: at === 0 }, actions) })),
  ];
  if (earlier.length) items.push({ key: "earlier", print: [earlier, actions.words], build: (old) => folded(earlier, old?.open, actions) });
  keep(section, items, (item) => item.key, (item) => JSON.stringify(item.print), (item, old) => item.build(old));
}

function folded(orders, open, actions) {
  const words = ngettext("%(number)s earlier order", "%(number)s earlier orders", orders.length);
  return el("details", { class: "earlier", open }, el("summary", {}, words), orders.map((order) => card({ order, now: false }, actions)));
}

function card({ order, now }, actions) {
  const [mark, title, sentence] = guestWords(order, actions.words);
  const newest = now && OPEN.includes(order.state);
  const id = `o${order.order_id}`;
  const number = gettext("Order %(number)s, %(time)s", { number: order.order_number, time: timeOf(order.order_time) });
  const tags = [order.to_go && tag(gettext("To take away")), order.paid_at && tag(gettext("Paid"))];
  const article = el("article", { class: newest ? "order now" : "order", "aria-labelledby": id });
  if (newest) {
    const words = el("div", {}, el("p", { class: "quiet" }, number, tags), el("h2", { id }, title), el("p", { dir: "auto" }, sentence));
    article.append(el("header", {}, words, glass(order)), steps(order));
  } else {
    const colour = { ready: "mark ok", rejected: "mark bad" }[mark] ?? "mark";
    const head = [el("span", { class: colour, "data-is": mark }), el("h2", { id }, title), el("span", { class: "quiet num" }, number)];
    article.append(el("header", {}, head), mark === "rejected" ? refused(order, sentence) : el("p", { dir: "auto" }, sentence));
    if (tags.some(Boolean)) article.append(el("p", {}, tags));
  }
  if (order.state === "completed") article.append(el("p", { class: "quiet small" }, inShort(order)));
  else article.append(list(linesOf(order), pennies(order.total)));
  if (newest && order.located_table && !order.to_go) article.append(place(order));
  if (!actions.isMine(order)) article.append(el("p", { class: "quiet small" }, gettext("Ordered at your table, not from this phone.")));
  if (order.state === "pending") {
    const id = `take-${order.order_id}`;
    article.append(el("button", { class: "btn no", type: "button", id, disabled: !actions.live, onclick: () => actions.takeBack(order) }, gettext("Take it back")));
    if (!actions.live) article.append(el("p", { class: "quiet small" }, gettext("To take it back, the phone needs a connection.")));
  }
  return article;
}

const tag = (words) => [" ", el("span", { class: "tag" }, words)];

const inShort = (order) =>
  `${listed(linesOf(order).map((line) => `${line.quantity} ${apart(line.name)}`))}. ${apart(money(pennies(order.total)))}`;

function refused(order, sentence) {
  const reason = reasonOf(order);
  return el("div", { class: "say bad" }, el("p", {}, reason && el("strong", { dir: "auto" }, reason), " ", el("span", { dir: "auto" }, sentence)));
}

// The plate is the table of the code, the filled disc the one where the puck is.
function place(order) {
  const moved = order.located_table !== order.table_number;
  return el(
    "p",
    { class: "place" },
    moved && el("span", { class: "plate" }, el("span", { class: "vh" }, `${gettext("Ordered at table")} `), el("bdi", {}, order.table_number)),
    moved && el("span", { class: "arrow", "aria-hidden": "true" }, "→"),
    el("span", { class: "puck go-here" }, el("span", { class: "vh" }, `${gettext("The puck is at table")} `), el("bdi", {}, order.located_table)),
    el("span", {}, gettext("Your puck is at table %(table)s. We bring it there.", { table: apart(order.located_table) })),
  );
}

function unsent(order, actions) {
  const flying = actions.live && order.sent;
  const words = flying
    ? gettext("Sending it to the bar.")
    : actions.live
      ? gettext("It waited here since %(time)s. Send it now, or drop it.", { time: timeOf(order.at) })
      : gettext("There is no connection. We keep this order and send it once, when you are back.");
  const id = `u${order.client_order_id}`;
  return el(
    "article",
    { class: "order", "aria-labelledby": id },
    el("header", {}, el("span", { class: "mark", "data-is": "silent" }), el("h2", { id }, flying ? gettext("On its way to the bar") : gettext("Not sent yet"))),
    el("p", {}, words, order.toGo && tag(gettext("To take away"))),
    list(order.shown, order.total),
    !flying &&
      el(
        "div",
        { class: "acts" },
        el("button", { class: "btn main", type: "button", onclick: () => actions.sendNow(order) }, gettext("Send now")),
        !order.sent && el("button", { class: "btn no", type: "button", onclick: () => actions.drop(order) }, gettext("Drop it")),
      ),
  );
}

function steps({ state, to_go: toGo }) {
  const marks = ["done", "accepted", "ready", "done"];
  const words = [gettext("Sent"), gettext("Being made"), ...(toGo ? [gettext("Ready"), gettext("Collected")] : [gettext("On its way"), gettext("Brought")])];
  return el(
    "ol",
    { class: "steps" },
    words.map((word, at) => {
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
      el(
        "li",
        {},
        el("b", {}, String(line.quantity)),
        el("span", {}, el("bdi", {}, line.name), line.more && el("small", { dir: "auto" }, line.more)),
        el("span", { class: "num" }, el("bdi", {}, money(line.sum))),
      ),
    ),
    lines.length > 1 && el("li", { class: "total" }, el("span", {}, gettext("Total")), el("span", { class: "num" }, el("bdi", {}, money(total)))),
  );
}
