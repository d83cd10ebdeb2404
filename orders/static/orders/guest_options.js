// The sheet in which the options of a product are chosen. It follows the menu while it is open, and keeps what was chosen.

import { el, say } from "./dom.js";
import { asked, suits } from "./guest_filter.js";
import { apart, gettext } from "./language.js";
import { money, pennies } from "./words.js";

const MOST_LETTERS = 140;
let opened = null;

export function chooseOptions(product, basket, added) {
  opened?.dialog.close();
  opened = new OptionsSheet(product, basket, added);
}

// The menu may be another one now.
export function refreshOptions(basket) {
  opened?.learn(basket.product(opened.product.id));
}

class OptionsSheet {
  #basket;
  #added;
  #groups = el("div", { class: "stack" });
  #wrong = el("div", {});
  #note = el("input", { id: "note", maxlength: String(MOST_LETTERS), autocomplete: "off", dir: "auto" });
  #add = el("button", { class: "btn main tall", type: "submit" });
  #print = "";

  constructor(product, basket, added) {
    this.#basket = basket;
    this.#added = added;
    this.product = product;
    const close = el("button", { class: "btn", type: "button", onclick: () => this.dialog.close() }, gettext("Close"));
    const form = el(
      "form",
      { class: "stack", onsubmit: (event) => this.#submit(event), onchange: () => this.#update() },
      this.#groups,
      el("div", { class: "field" }, el("label", { for: "note" }, gettext("A note, if you like")), this.#note),
      this.#wrong,
      this.#add,
    );
    this.dialog = el(
      "dialog",
      { class: "sheet", "aria-labelledby": "choose", onclose: () => this.#closed() },
      el("header", { class: "row" }, el("h2", { id: "choose", dir: "auto" }, product.name), close),
      form,
    );
    document.body.append(this.dialog);
    this.learn(product);
    this.dialog.showModal();
  }

  learn(product) {
    const looks = JSON.stringify([product, product && onPage(product).map((one) => one.textContent)]);
    if (looks === this.#print) return;
    const first = this.#print === "";
    this.#print = looks;
    if (product) {
      const taken = first ? null : this.#taken();
      const held = this.#groups.contains(document.activeElement) ? document.activeElement.value : null;
      this.product = product;
      const written = new Map(onPage(product).map((one) => [one.dataset.option, one]));
      this.#groups.replaceChildren(...product.option_groups.map((group) => fields(group, taken, written)));
      if (held !== null) [...this.#groups.querySelectorAll("input")].find((input) => input.value === held)?.focus();
    }
    this.#update();
  }

  #taken() {
    return [...this.#groups.querySelectorAll("input:checked")].map((input) => input.value).filter(Boolean);
  }

  #update() {
    const { product } = this;
    const prices = product.option_groups.flatMap((group) => group.options);
    const priceOf = (id) => pennies(prices.find((option) => option.id === id).price);
    const price = money(this.#taken().reduce((all, id) => all + priceOf(id), pennies(product.price)));
    this.#add.textContent = gettext("Add for %(price)s", { price: apart(price) });
    for (const group of product.option_groups) this.#bound(group);
    const why = this.#refusal();
    this.#add.disabled = why !== "";
    this.#wrong.replaceChildren(...(why ? [say("wait", "status", why, "")] : []));
  }

  #refusal() {
    const now = this.#basket.product(this.product.id);
    if (!now?.on_sale) return gettext("Sold out meanwhile.");
    const short = now.option_groups.find((group) => group.options.filter((option) => option.available).length < group.minimum);
    return short ? gettext("Too little of “%(group)s” is left to choose from.", { group: apart(short.name) }) : "";
  }

  // At least the group's minimum, at most its maximum: the browser says the first, and the second cannot be done.
  #bound(group) {
    const boxes = [...this.#groups.querySelectorAll(`input[type=checkbox][name="g${group.id}"]`)];
    const chosen = boxes.filter((box) => box.checked).length;
    const few = gettext("%(group)s: choose at least %(number)s.", { group: apart(group.name), number: group.minimum });
    for (const box of boxes) {
      box.disabled = box.dataset.gone === "yes" || (chosen >= group.maximum && !box.checked);
      box.setCustomValidity(chosen < group.minimum ? few : "");
    }
  }

  #submit(event) {
    event.preventDefault();
    if (this.#add.disabled || this !== opened) return; // pressed twice
    const [taken, note] = [this.#taken(), this.#note.value.trim()];
    this.dialog.close(); // first: the keyboard goes back to a button that the basket makes anew
    this.#basket.add(this.product.id, 1, taken, note);
    this.#added(this.product, this.#basket);
  }

  #closed() {
    this.dialog.remove();
    if (opened === this) opened = null;
  }
}

// The parts of a combo as the server wrote them on the page: what is in each, in the guest's language.
const onPage = (product) => [...document.querySelectorAll(`#dishes [data-product="${product.id}"] [data-option]`)];

// One of a group is a radio button, more are boxes. What is sold out is there, and cannot be taken. `taken` are the ids
// chosen so far, null before the first choice; the first choice is ours only of what suits whoever asked for something.
function fields(group, taken, written) {
  const one = group.maximum === 1;
  const optional = one && group.minimum === 0;
  const options = group.options.filter((option) => option.available);
  const kept = options.filter((option) => taken?.includes(option.id));
  const wanted = asked();
  // What the page does not tell of yet may be anything: whoever asked for something takes it themselves.
  const fits = (item) => item?.dataset.holds !== undefined && suits(item, wanted);
  const right = options.filter(({ id, product }) => !product || !(wanted.hide.length || wanted.diets.length) || fits(written.get(id)));
  const chosen = one && !optional && kept.length === 0 ? right.slice(0, 1) : kept;
  const pick = (label, price, attributes, more = null) =>
    el("label", { class: "pick" }, el("input", { class: "tick", name: `g${group.id}`, type: one ? "radio" : "checkbox", ...attributes }), el("bdi", {}, label), price && el("span", { class: "num" }, el("bdi", {}, price)), more);
  return el(
    "fieldset",
    {},
    el("legend", {}, el("bdi", {}, group.name), " ", el("span", { class: "quiet small" }, howMany(group))),
    optional && pick(gettext("Without"), null, { value: "", checked: chosen.length === 0 }),
    group.options.map((option) =>
      pick(option.name, option.available ? pennies(option.price) > 0 && `\u200e+ ${money(pennies(option.price))}` : gettext("sold out"), {
        value: option.id,
        disabled: !option.available,
        required: one && !optional,
        "data-gone": option.available ? null : "yes",
        checked: chosen.includes(option),
      }, written.get(option.id)?.querySelector(".more")?.cloneNode(true)),
    ),
  );
}

function howMany({ minimum, maximum }) {
  if (minimum === maximum) return minimum === 1 ? gettext("choose one") : gettext("choose %(number)s", { number: minimum });
  if (minimum === 0) return gettext("up to %(number)s", { number: maximum });
  return gettext("choose %(least)s to %(most)s", { least: minimum, most: maximum });
}
