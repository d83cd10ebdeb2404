// What a guest reads of an order, and of a request that was refused.

import { apart, english, gettext } from "./language.js";
import { PUCK_IS_THERE, timeOf } from "./words.js";

const where = (order) => apart(order.located_table ?? order.table_number);
// Where it goes, once that is not only the table of the code.
const goesTo = (order) => (order.to_go ? null : (order.located_table ?? (order.moved_from ? order.table_number : null)));

// [mark, title, sentence]; where the venue has a sentence of its own, `own` by state, that one.
export function guestWords(order, own = {}) {
  const [mark, title, ours] = (order.to_go ? wordsToGo(order) : null) ?? wordsOf(order);
  const said = own[order.to_go && order.state === "ready" ? "ready_to_go" : order.state];
  return [mark, title, said ? fill(said, order) : ours];
}

function fill(text, order) {
  const at = { pending: order.order_time, accepted: order.accepted_at, ready: order.ready_at }[order.state] ?? order.finished_at;
  return text.replace(/\{(time|table)\}/g, (_, name) => (name === "time" ? timeOf(at) : where(order)));
}

function wordsToGo(order) {
  const shakes = order.tracker_number && PUCK_IS_THERE.includes(order.tracker_state);
  if (order.state === "ready") return ["ready", gettext("Ready"), shakes ? gettext("Please come to the bar. Your puck shakes.") : gettext("Please come to the bar.")];
  return order.state === "completed" ? ["done", gettext("Collected"), gettext("At %(time)s.", { time: timeOf(order.finished_at) })] : null;
}

function wordsOf(order) {
  const table = goesTo(order);
  switch (order.state) {
    case "pending":
      return ["new", gettext("Sent"), gettext("The bar has it. Waiting for somebody to accept it.")];
    case "accepted": {
      const time = timeOf(order.accepted_at);
      const sentence = table ? gettext("Accepted at %(time)s, coming to table %(table)s.", { time, table: apart(table) }) : gettext("Accepted at %(time)s.", { time });
      return ["accepted", gettext("Being made"), sentence];
    }
    case "ready":
      return ["ready", gettext("On its way"), gettext("Ready at %(time)s, coming to table %(table)s.", { time: timeOf(order.ready_at), table: where(order) })];
    case "completed":
      return ["done", gettext("Brought to table %(table)s", { table: where(order) }), gettext("At %(time)s.", { time: timeOf(order.finished_at) })];
    case "cancelled":
      return ["rejected", order.reason ? gettext("Taken back by the bar") : gettext("Taken back"), gettext("Nothing of this order will be made.")];
    default:
      return ["rejected", gettext("Not accepted"), gettext("Nothing of this order will be made.")];
  }
}

// In the bar's own words; what the platform says for a bar that did not answer is said in the guest's.
export function reasonOf(order) {
  const unanswered = /^Nobody answered for (\d+) minutes?\. Please order at the bar\.$/.exec(order.reason);
  if (unanswered) return gettext("Nobody answered for %(number)s min. Please order at the bar.", { number: unanswered[1] });
  return order.reason ? `“${apart(order.reason)}”` : "";
}

// By the code of an error or of a session that ended; English says it with the names and numbers that the server gives.
export function refusalWords({ code, message }) {
  const known = {
    unavailable: gettext("Orders cannot be taken at the moment. Please order at the bar."),
    sold_out: gettext("Something in it is sold out meanwhile. Take it out and send the rest."),
    paused: gettext("Orders are paused at the moment. You can order at the bar."),
    closed: gettext("The venue takes no orders at the moment."),
    no_board: gettext("Nobody at the bar would see your order at the moment. Please order at the bar."),
    table_not_open: gettext("Staff have not opened this table yet. They have been asked."),
    table_stopped: gettext("Staff have stopped orders from this table. Please ask them."),
    session_ended: gettext("This table was cleared. Scan the code on the table again."),
    code_rotated: gettext("The code on this table has changed. Scan the new one."),
    no_credential: gettext("Scan the code on your table again."),
    puck_taken: gettext("This puck is with another order already. Look at its number again, or ask staff."),
    too_many_orders: gettext("That is a lot of orders. Wait a moment, or ask staff."),
    too_many: gettext("That is more than one order may hold here. Take something out, or ask staff."),
    wrong_quantity: gettext("That is more of one thing than an order may hold here. Take some out, or ask staff."),
    wrong_options: gettext("The choices of something in it have changed. Take it out and choose it again."),
    unknown_product: gettext("Something in it is no longer on the menu. Take it out and send the rest."),
    no_to_go: gettext("This venue takes no orders to take away."),
    order_moved: gettext("The bar was quicker: the order has moved on."),
  }[code];
  const ours = ["unavailable", "no_credential", "order_moved"];
  return english && !ours.includes(code) ? message : (known ?? message);
}
