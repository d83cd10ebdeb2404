// Who of several people has this tablet in hand: asked for nowhere, said with every change where somebody says it.

import { openDialog } from "./dialog.js";
import { el } from "./dom.js";
import { store, stored } from "./stored.js";

const MOST_USED = 6;
const LETTERS = /^\p{L}{1,4}$/u;

// 1 to 4 letters, or "".
export const initials = () => stored("initials");

const used = () => stored("initials used").split(" ").filter(Boolean);

function take(letters) {
  store("initials", letters);
  if (letters) store("initials used", [letters, ...used().filter((one) => one !== letters)].slice(0, MOST_USED).join(" "));
}

// A button that names them, and asks.
export function initialsButton(button) {
  const show = () => {
    button.replaceChildren(el("span", { class: "vh" }, initials() ? "In hand of " : "Who has this tablet: "), initials() || "Who?");
  };
  button.hidden = false;
  button.addEventListener("click", () =>
    openDialog("Who has this tablet?", (close) => {
      const choose = (letters) => {
        take(letters);
        show();
        close();
        button.focus();
      };
      return question(choose);
    }),
  );
  show();
}

function question(choose) {
  const field = el("input", { id: "initials", maxlength: "4", autocomplete: "off", autocapitalize: "characters", "aria-describedby": "why-initials" });
  const wrong = el("p", { class: "bad", role: "alert" });
  const send = (event) => {
    event.preventDefault();
    const letters = field.value.trim().toUpperCase();
    if (LETTERS.test(letters)) choose(letters);
    else wrong.textContent = "One to four letters, such as SK.";
  };
  const pick = (letters) => el("button", { class: "btn tall", type: "button", "aria-pressed": String(letters === initials()), onclick: () => choose(letters) }, letters);
  return [
    el("p", { id: "why-initials" }, "The history of an order says who had this tablet in hand. It stays until somebody says otherwise."),
    used().length > 0 && el("div", { class: "acts", role: "group", "aria-label": "Used lately" }, used().map(pick)),
    el(
      "form",
      { class: "asked", onsubmit: send },
      el("div", { class: "field" }, el("label", { for: "initials" }, "Initials"), field),
      el("button", { class: "btn main", type: "submit" }, "Use"),
      initials() && el("button", { class: "btn", type: "button", onclick: () => choose("") }, "Nobody"),
    ),
    wrong,
  ];
}
