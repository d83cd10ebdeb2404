// What the board says above its columns and in its foot: the connection, a pause, who waits.

import { el, say } from "./dom.js";
import { secondOf, timeOf } from "./words.js";

const $ = (id) => document.getElementById(id);

// `state`: {ended, paused, unanswered: orders, waiting: table numbers, troubles: as in `health` notices, openTables}.
export function showAlerts(line, state) {
  const said = [];
  if (state.ended) said.push(ended(state.ended));
  else if (!line.live && line.heardAt !== null) said.push(lost(line));
  for (const order of state.unanswered) {
    said.push(say("bad", "alert", `Order ${order.order_number}, table ${order.table_number}:`, "nobody has answered it yet."));
  }
  for (const number of state.waiting) {
    const button = el("button", { class: "btn", type: "button", onclick: state.openTables }, "Tables");
    said.push(say("wait", "status", `Open table ${number}?`, "Guests wait there.", button));
  }
  for (const trouble of state.troubles) {
    const words = trouble.part === "command" || trouble.state === "contested" ? "Table Tracker:" : `Pucks are not seen since ${timeOf(trouble.since)}.`;
    said.push(say("wait", "status", words, trouble.what_to_do));
  }
  if (state.paused && new Date(state.paused.until) > Date.now()) {
    said.push(say("wait", "status", `Orders are paused until ${timeOf(state.paused.until)}.`, state.paused.reason));
  }
  const place = $("alerts");
  const print = said.map((one) => one.textContent).join("\n");
  if (place.dataset.print !== print) {
    place.dataset.print = print;
    place.replaceChildren(...said);
  }
}

function ended(why) {
  const login = el("a", { class: "btn", href: `/login/?next=${encodeURIComponent(location.pathname)}` }, "Log in");
  return say("bad", "alert", why.message, "This board shows nothing new.", login);
}

function lost(line) {
  const ago = Math.max(0, Math.round((Date.now() - line.since) / 1000));
  const wait = line.retryAt ? Math.max(0, Math.ceil((line.retryAt - Date.now()) / 1000)) : 0;
  const button = el("button", { class: "btn", type: "button", onclick: () => line.tryNow() }, "Try now");
  const said = say("bad", null, "", "", button);
  // Read aloud once, when it happens; counted every second for the eye only.
  const words = `You see the board of ${secondOf(line.heardAt)}. New orders are kept for you. ${wait ? `Trying again in ${wait} s.` : "Trying now."}`;
  said.querySelector("p").replaceChildren(
    el("strong", { "aria-hidden": "true" }, `Connection lost ${ago} s ago.`),
    el("span", { "aria-hidden": "true" }, ` ${words}`),
  );
  return said;
}

export function showHealth(line) {
  document.body.dataset.live = line.live ? "yes" : "no";
  const health = $("health");
  health.classList.toggle("trouble", !line.live);
  health.querySelector(".mark").dataset.is = line.live ? "live" : "silent";
  health.querySelector("b").textContent = line.live ? "This board is live" : "This board is not live";
  health.querySelector(".when").textContent = line.heardAt ? `last word ${secondOf(line.heardAt)}` : "not connected yet";
  // The alert for who listens rather than looks.
  const heard = line.live || line.heardAt === null ? "" : "Connection lost. New orders are kept for you.";
  if ($("heard").textContent !== heard) $("heard").textContent = heard;
}
