// What the board says above its columns: the start of a shift, a lost connection, a pause, who waits.

import { el, keep, say } from "./dom.js";
import { secondOf, timeOf } from "./words.js";

const place = document.getElementById("alerts");
const button = (words, onclick, kind = "") => el("button", { class: `btn ${kind}`, type: "button", onclick }, words);

// `state`: {ended, paused, unanswered: orders, waiting: table numbers, troubles, databaseAway, silent, sleepy, openTables,
// startSound, knowSleepy}. Each is said once, and stays the same element while it says the same.
export function showAlerts(line, state, at) {
  const said = [];
  const add = (key, print, build) => said.push({ key, print: String(print), build });
  if (state.ended) add("ended", state.ended.message, () => ended(state.ended));
  else if (!line.live && line.heardAt !== null) add("lost", "", () => lost(line));
  if (state.databaseAway && line.live) {
    add("database", "", () => say("bad", "alert", "The server cannot reach its database.", "Orders are refused meanwhile, and what you tap here is not done. It goes on by itself."));
  }
  if (state.unanswered.length > 0) {
    const orders = state.unanswered.map((order) => `${order.order_number} (table ${order.table_number})`).join(", ");
    add("unanswered", orders, () => say("bad", "alert", `${state.unanswered.length > 1 ? "Orders" : "Order"} ${orders}:`, "not answered yet."));
  }
  if (state.silent) {
    add("silent", "", () => say("wait", "status", "This tablet makes no sound until you tap once.", "New orders ring then, until somebody takes them.", button("Sound on, keep the screen awake", state.startSound, "main")));
  }
  if (state.sleepy) add("sleepy", state.sleepy, () => say("wait", "status", "The screen may go dark.", state.sleepy, button("Understood", state.knowSleepy)));
  for (const number of state.waiting) {
    add(`waiting ${number}`, "", () => say("wait", "status", `Open table ${number}?`, "Guests wait there.", button("Tables", state.openTables)));
  }
  for (const trouble of state.troubles) {
    const words = trouble.part === "command" || trouble.state === "contested" ? "Table Tracker:" : `Pucks are not seen since ${timeOf(trouble.since)}.`;
    add(trouble.part === "command" ? "command" : `trouble ${trouble.part === "agent" ? "agent" : "gateway"}`, words + trouble.what_to_do, () => say("wait", "status", words, trouble.what_to_do));
  }
  if (state.paused && new Date(state.paused.until) > at) {
    const words = `Orders are paused until ${timeOf(state.paused.until)}.`;
    add("paused", words + state.paused.reason, () => say("wait", "status", words, state.paused.reason));
  }
  keep(place, said, ({ key }) => key, ({ print }) => print, ({ build }) => build());
  if (!line.live) count(line, at);
}

function ended(why) {
  const login = el("a", { class: "btn", href: `/login/?next=${encodeURIComponent(location.pathname)}` }, "Log in");
  return say("bad", "alert", why.message, "This board shows nothing new.", login);
}

// Read aloud once, by the foot's alert; counted every second for the eye only.
function lost(line) {
  const said = say("bad", null, "", "", button("Try now", () => line.tryNow()));
  said.querySelector("p").replaceChildren(el("strong", { "aria-hidden": "true", "data-ago": true }), " ", el("span", { "aria-hidden": "true", "data-next": true }));
  return said;
}

function count(line, at) {
  const ago = place.querySelector("[data-ago]");
  if (!ago) return;
  ago.textContent = `Connection lost ${Math.max(0, Math.round((at - line.since) / 1000))} s ago.`;
  const wait = line.retryAt ? Math.max(0, Math.ceil((line.retryAt - at) / 1000)) : 0;
  const next = wait ? `Trying again in ${wait} s.` : "Trying now.";
  place.querySelector("[data-next]").textContent = `You see the board of ${secondOf(line.heardAt)}. New orders are kept for you. ${next}`;
}
