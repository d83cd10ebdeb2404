// A button that does its work when it is held for a second, by finger, mouse or key: not by a slip. Who cannot hold a key
// (a bump bar lets go at once, a screen reader only clicks) presses it again.

import { el } from "./dom.js";

const HOLD_MS = 1000;
const AGAIN_MS = 3000;

export function holdButton(words, again, done, more = {}) {
  let timer = null;
  let forget = null;
  let asked = false;
  const label = el("span", {}, words);
  const button = el("button", { class: "btn hold", type: "button", ...more }, label);

  const say = (text) => {
    label.textContent = text;
    clearTimeout(forget);
    forget = setTimeout(() => {
      label.textContent = words;
      asked = false;
    }, AGAIN_MS);
  };
  const begin = () => {
    if (button.disabled || timer !== null) return;
    button.dataset.holding = "";
    timer = setTimeout(() => {
      end();
      done();
    }, HOLD_MS);
  };
  const end = () => {
    clearTimeout(timer);
    timer = null;
    delete button.dataset.holding;
  };
  const letGo = (text) => {
    if (timer === null) return false;
    end();
    say(text);
    return true;
  };
  const pressed = () => {
    if (asked) {
      asked = false;
      done();
    } else {
      say(again);
      asked = true;
    }
  };

  button.addEventListener("pointerdown", (event) => event.button === 0 && begin());
  for (const kind of ["pointerup", "pointerleave", "pointercancel"]) button.addEventListener(kind, () => letGo("Hold for a second"));
  button.addEventListener("contextmenu", (event) => event.preventDefault()); // what a long press means elsewhere
  button.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault(); // no click
    if (!event.repeat) begin();
  });
  button.addEventListener("keyup", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (letGo(again)) pressed();
  });
  button.addEventListener("blur", end);
  button.addEventListener("click", (event) => event.detail === 0 && pressed());
  return button;
}
