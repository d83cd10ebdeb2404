// Words for states, times and money, from the page's own settings.

const { timezone, currency } = document.body.dataset;
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: timezone });
const seconds = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: timezone });
const amounts = currency ? new Intl.NumberFormat("en-GB", { style: "currency", currency }) : null;

export const timeOf = (at) => clock.format(new Date(at));
export const secondOf = (at) => seconds.format(new Date(at));
export const minutesSince = (at, now = Date.now()) => Math.max(0, Math.floor((now - at) / 60_000));

// Money is counted in hundredths, so that 0.1 + 0.2 is 0.3.
export const pennies = (text) => Math.round(Number(text) * 100);
export const money = (hundredths) => amounts.format(hundredths / 100);

export function linesOf(order) {
  return order.lines.map((line) => ({
    quantity: line.quantity,
    name: line.name,
    more: [...line.options.map((option) => option.name.toLowerCase()), line.note].filter(Boolean).join(", "),
    sum: pennies(line.unit_price) * line.quantity,
  }));
}

export const PUCK_IS_THERE = ["started", "located", "paged"]; // at the gateway, which can make it shake

const where = (order) => order.located_table ?? order.table_number;
// Where it goes, once that is not only the table of the code.
const goesTo = (order) => (order.to_go ? null : (order.located_table ?? (order.moved_from ? order.table_number : null)));

// What a guest reads of an order: [mark, title, sentence].
export function guestWords(order) {
  return (order.to_go ? wordsToGo(order) : null) ?? wordsOf(order);
}

function wordsToGo(order) {
  const shakes = order.tracker_number && PUCK_IS_THERE.includes(order.tracker_state) ? " Your puck shakes." : "";
  if (order.state === "ready") return ["ready", "Ready", `Please come to the bar.${shakes}`];
  return order.state === "completed" ? ["done", "Collected", `At ${timeOf(order.finished_at)}.`] : null;
}

function wordsOf(order) {
  const reason = order.reason ? `“${order.reason}” ` : "";
  switch (order.state) {
    case "pending":
      return ["new", "Sent", "The bar has it. Waiting for somebody to accept it."];
    case "accepted":
      return ["accepted", "Being made", `Accepted at ${timeOf(order.accepted_at)}${goesTo(order) ? `, coming to table ${goesTo(order)}` : ""}.`];
    case "ready":
      return ["ready", "On its way", `Ready at ${timeOf(order.ready_at)}, coming to table ${where(order)}.`];
    case "completed":
      return ["done", `Brought to table ${where(order)}`, `At ${timeOf(order.finished_at)}.`];
    case "cancelled":
      return ["rejected", "Taken back", `${reason}Nothing of this order will be made.`];
    default:
      return ["rejected", "Not accepted", `${reason}Nothing of this order will be made.`];
  }
}
