// Small ways to make and keep elements. Text is always text: nothing here parses HTML.

import { apart, gettext } from "./language.js";

// el("button", { class: "btn", onclick }, "Send"); true sets a bare attribute; null, false and undefined set nothing.
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// Put `fresh` in the place of `old`; a keyboard that was on a button in it stays on that button.
function swap(old, fresh) {
  const held = old.contains(document.activeElement) ? labelOf(document.activeElement) : null;
  old.replaceWith(fresh);
  if (held !== null) [...fresh.querySelectorAll("button, input")].find((one) => labelOf(one) === held)?.focus();
}

const labelOf = (element) => element.getAttribute("aria-label") ?? element.textContent;

// Make the children of `parent` one element for each of `items`, in their order. What did not change is not touched: a
// finger may be on it. `key` names an item, `print` says when two of the same name look the same.
export function keep(parent, items, key, print, build) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let before = null;
  for (const item of items) {
    const [name, looks] = [String(key(item)), print(item)];
    let child = known.get(name);
    known.delete(name);
    if (!child || child.dataset.print !== looks) {
      const fresh = build(item, child ?? null);
      fresh.dataset.key = name;
      fresh.dataset.print = looks;
      if (child) swap(child, fresh);
      child = fresh;
    }
    const place = before === null ? parent.firstElementChild : before.nextElementSibling;
    if (place !== child) parent.insertBefore(child, place);
    before = child;
  }
  for (const gone of known.values()) gone.remove();
}

export function say(kind, role, strong, text, ...more) {
  return el("div", { class: `say ${kind}`, role }, el("p", {}, el("strong", {}, strong), " ", text), ...more);
}

export function stepper(name, quantity, change) {
  const button = (label, sign, by) => el("button", { class: "btn", type: "button", "aria-label": label, onclick: () => change(by) }, sign);
  return el(
    "div",
    { class: "stepper", role: "group", "aria-label": gettext("%(product)s in your order", { product: apart(name) }) },
    button(gettext("One less, %(product)s", { product: apart(name) }), "−", -1),
    el("output", {}, String(quantity)),
    button(gettext("One more, %(product)s", { product: apart(name) }), "+", 1),
  );
}
