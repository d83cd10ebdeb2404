// The page of the simulator: the state in, the hand's wishes out.
import {follow, send} from "./api.mjs";
import {showBox, showWindow} from "./box.mjs";
import {makeFaults, showFaults} from "./faults.mjs";
import {heldPuck, useHand} from "./hand.mjs";
import {discOf, showPlan, tableOf} from "./plan.mjs";
import {TYPES} from "./words.mjs";

const by = id => document.getElementById(id);
let state = null;

function say(text) {
  by("said").textContent = text;
  by("how").textContent = text;
}

function show(latest) {
  state = latest;
  by("lost").hidden = true;
  showPlan(state, heldPuck());
  showFaults(state);
  const news = showBox(state);
  if (news) say(news);
}

function lose(since) {
  const text = `No connection to the simulator since ${since.toTimeString().slice(0, 8)}. This is how things stood then. Trying again.`;
  if (by("lost").hidden) by("lost-text").textContent = text;
  by("lost").hidden = false;
}

/** Does it, and says `done`; or says why not. */
async function attempt(done, ...sends) {
  try {
    for (const [path, body, method] of sends) await send(path, body, method);
    say(done);
  } catch (error) {
    say(error.message);
  }
}

async function drop(number, target) {
  const order = state.orders.find(one => one.name === number);
  const verb = name => `/trackers/${number}/${name}`;
  const pad = target.dataset.pad;
  if (pad === "clear") await attempt(`Puck ${number} cleared, its order has ended.`, [verb("clear")]);
  else if (pad === "dock") await attempt(`Puck ${number} does not shake.`, [verb("dock")]);
  else if (pad) await attempt(`Puck ${number} started, ${TYPES[pad]}.`, [verb("start"), {type: pad}]);
  else await putOnTable(number, order, tableOf(target), verb);
  discOf(number)?.focus({preventScroll: true});
}

async function putOnTable(number, order, table, verb) {
  if (table.tag === null) return say(`Table ${table.name} has no tag: the gateway does not hear of puck ${number}.`);
  const place = [verb("locate"), {tag: table.tag}];
  // A cashier would not hand out a puck that was not started.
  if (order) await attempt(`Puck ${number} is on table ${table.name}.`, place);
  else await attempt(`Puck ${number} started, dine in, and is on table ${table.name}.`, [verb("start"), {type: "ON_PREMISE"}], place);
}

function askTwice(button, question, act) {
  const words = button.textContent;
  let asked = false;
  button.addEventListener("click", () => {
    if (asked) act();
    asked = !asked;
    button.textContent = asked ? question : words;
    if (asked) setTimeout(() => ((asked = false), (button.textContent = words)), 5000);
  });
}

useHand(drop, say);
by("press").addEventListener("click", () => attempt("Button pressed: two minutes to fetch one token.", ["/button"]));
by("power").addEventListener("click", () => attempt(state.power ? "The power is cut." : "The gateway is on again.", ["/power", {on: !state.power}]));
by("move").addEventListener("click", () => attempt("The gateway is at another port now.", ["/move", {port: 0}]));
by("no-faults").addEventListener("click", () => attempt("All faults are off.", ["/faults", {}, "DELETE"]));
askTwice(by("reset"), "Forget all tokens and orders?", () => attempt("Tokens, orders and settings are gone.", ["/reset"]));
for (const button of document.querySelectorAll("[data-advance]")) {
  button.addEventListener("click", () => attempt(`${button.textContent.replace("passes", "has passed")}.`, ["/clock", {advance_s: Number(button.dataset.advance)}]));
}
addEventListener("furnish", () => showPlan(state, heldPuck()));
setInterval(showWindow, 1000);
await makeFaults(say);
follow(show, lose);
