// The gateway's box: button, window, orders, frames.
import {TYPES, clock, count, make} from "./words.mjs";

const by = id => document.getElementById(id);
const WINDOW = 120; // seconds
const ARROWS = {in: "←", out: "→", lost: "×"};
let closesAt = 0;
let tokens = null;
let newest = 0;

/** Shows the state; gives a sentence where a person should hear of a change. */
export function showBox(state) {
  by("name").textContent = state.name;
  by("address").textContent = `on port ${state.port}`;
  by("power-mark").dataset.is = state.power ? "live" : "silent";
  by("clients").textContent = state.power ? `On, ${count(state.clients, "client")}` : "No power";
  by("press").disabled = !state.power;
  by("power").textContent = state.power ? "Cut the power" : "Switch it on";
  by("power").classList.toggle("no", state.power);
  for (const id of ["move", "reset"]) by(id).disabled = !state.power;
  by("clock").textContent = `, ${state.time.slice(11, 16)} ${state.timezone}`;
  closesAt = state.button.open ? performance.now() + state.button.seconds_left * 1000 : 0;
  showOrders(state.orders);
  showFrames(state.frames);
  const fetched = tokens !== null && state.tokens.length > tokens;
  tokens = state.tokens.length;
  showWindow();
  return fetched ? "A token was fetched; the window is closed." : null;
}

/** The countdown; called every second. */
export function showWindow() {
  const left = Math.max(0, (closesAt - performance.now()) / 1000);
  by("left").style.setProperty("--fill", `${Math.round((left / WINDOW) * 100)}%`);
  by("window").replaceChildren(
    ...(left > 0
      ? ["Window open: ", make("strong", {textContent: clock(left)}), " left to fetch a token."]
      : [tokens ? `The window is closed. ${count(tokens, "token")} given out.` : "The window for a token is closed."]),
  );
}

function showOrders(orders) {
  by("orders-count").textContent = `, ${orders.length} active`;
  by("orders").replaceChildren(
    ...(orders.length
      ? orders.map(order => make("li", {}, make("b", {textContent: order.name}), ` ${aboutOrder(order)}`))
      : [make("li", {className: "quiet", textContent: "None. Put a puck on a starter or a table."})]),
  );
}

function aboutOrder(order) {
  const place = order.locationName ? `at tag ${order.locationName}` : order.state;
  return `${place}, ${TYPES[order.orderType]}, since ${order.created.slice(11, 16)}${order.paged ? ", paged" : ""}`;
}

function showFrames(frames) {
  if (frames.length && frames[0].number === newest) return;
  newest = frames[0]?.number ?? 0;
  by("log").replaceChildren(
    ...frames.map(frame => {
      const extra = frame.seq !== null ? `seq ${frame.seq}` : frame.status !== null ? String(frame.status) : "";
      const head = make("b", {}, `${ARROWS[frame.direction]} ${frame.what} `, make("span", {className: "quiet", textContent: extra}));
      return make("li", {}, head, `${frame.detail} `, make("span", {className: "quiet", textContent: frame.time}));
    }),
  );
}
