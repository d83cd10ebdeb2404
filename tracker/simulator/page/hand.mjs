// The hand: one puck at a time, by dragging, by tap and tap, or by keyboard.

const SLOP = 6; // pixels that a finger may tremble
const EDGE = 72; // pixels from the border where the page begins to move
const STEP = 12;

let held = null; // {disc, number, drag}
let listener = null;

export const heldPuck = () => held?.number ?? null;

/** Calls `drop(number, target)` when a puck is put down, and `say(text)` for what happens on the way. */
export function useHand(drop, say) {
  listener = {drop, say};
  addEventListener("pointerdown", press);
  addEventListener("pointermove", move);
  addEventListener("pointerup", release);
  addEventListener("pointercancel", () => held?.drag && letGo("Puck put back."));
  addEventListener("click", click);
  addEventListener("keydown", event => event.key === "Escape" && held && letGo(`Puck ${held.number} put back.`));
}

const targetOf = element => element?.closest?.(".spot, .pad-spot") ?? null;

function press(event) {
  const disc = event.target.closest?.(".disc");
  if (!disc || event.button !== 0) return;
  held?.disc !== disc && held && letGo();
  const begun = held?.disc === disc;
  held = {disc, number: disc.dataset.puck, begun, drag: {x: event.clientX, y: event.clientY, id: event.pointerId, far: false}};
}

function move(event) {
  const drag = held?.drag;
  if (!drag || event.pointerId !== drag.id) return;
  const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
  if (!drag.far && Math.hypot(x, y) < SLOP) return;
  if (!drag.far) {
    drag.far = true;
    held.ghost = held.disc.cloneNode(true);
    held.ghost.classList.add("ghost");
    held.ghost.setAttribute("aria-hidden", "true");
    held.ghost.tabIndex = -1;
    document.body.append(held.ghost);
    document.body.classList.add("dragging");
    pickUp();
    requestAnimationFrame(scrollAtEdge);
  }
  drag.now = {x: event.clientX, y: event.clientY};
  held.ghost.style.setProperty("translate", `${event.clientX - 28}px ${event.clientY - 36}px`);
  mark(targetOf(document.elementFromPoint(event.clientX, event.clientY)));
}

function release(event) {
  const drag = held?.drag;
  if (!drag || event.pointerId !== drag.id) return;
  if (!drag.far) {
    held.drag = null; // a tap: the click that follows decides
    if (!held.begun) held.fresh = true;
    return;
  }
  const target = targetOf(document.elementFromPoint(event.clientX, event.clientY));
  swallowClick = true;
  setTimeout(() => (swallowClick = false));
  target ? putDown(target) : letGo(`Puck ${held.number} put back.`);
}

let swallowClick = false;

function click(event) {
  if (swallowClick) return;
  const disc = event.target.closest?.(".disc");
  const target = targetOf(event.target);
  if (disc) {
    if (held && held.disc === disc && !held.fresh) return letGo(`Puck ${held.number} put back.`);
    if (held && held.disc !== disc) letGo();
    held = {disc, number: disc.dataset.puck, drag: null};
    pickUp();
  } else if (target && held) {
    putDown(target);
  } else if (target) {
    listener.say("Pick up a puck first.");
  }
}

function pickUp() {
  held.fresh = false;
  held.disc.setAttribute("aria-pressed", "true");
  document.body.classList.add("holding");
  listener.say(`Puck ${held.number} picked up. Choose a table, a starter, the dock or the clearer; Escape puts it back.`);
}

function putDown(target) {
  const {number} = held;
  letGo();
  listener.drop(number, target);
}

function letGo(text) {
  held.disc.setAttribute("aria-pressed", "false");
  held.ghost?.remove();
  mark(null);
  held = null;
  document.body.classList.remove("holding", "dragging");
  if (text) listener.say(text);
}

function mark(target) {
  for (const other of document.querySelectorAll(".over")) if (other !== target) other.classList.remove("over");
  target?.classList.add("over");
}

function scrollAtEdge() {
  const at = held?.drag?.now;
  if (!held?.drag?.far) return;
  if (at) {
    const room = document.getElementById("room");
    const inner = room.scrollHeight > room.clientHeight + 1 && getComputedStyle(room).overflowY !== "visible";
    const box = inner ? room.getBoundingClientRect() : {top: 0, bottom: document.getElementById("bar").getBoundingClientRect().top};
    const step = at.y < box.top + EDGE ? -STEP : at.y > box.bottom - EDGE && at.y < box.bottom ? STEP : 0;
    if (step) (inner ? room : document.scrollingElement).scrollBy(0, step);
  }
  requestAnimationFrame(scrollAtEdge);
}
