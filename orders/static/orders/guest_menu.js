// The menu on the page, as the server wrote it, with what a thumb needs: Add, a stepper, a sheet of options.

import { el, stepper } from "./dom.js";
import { money, pennies } from "./words.js";

export function showButtons(basket) {
  for (const item of document.querySelectorAll("[data-product]")) {
    const product = basket.product(item.dataset.product);
    const act = item.querySelector(".act");
    const lines = basket.of(item.dataset.product);
    item.classList.toggle("in", lines.length > 0);
    const looks = !product || !product.on_sale ? "" : JSON.stringify([lines, product.option_groups.length]);
    if (act.dataset.print === looks) continue;
    act.dataset.print = looks;
    act.querySelectorAll("button, .stepper").forEach((old) => old.remove());
    if (!product || !product.on_sale) continue;
    act.append(control(product, lines, basket));
  }
}

function control(product, lines, basket) {
  if (product.option_groups.length) {
    const chosen = lines.reduce((sum, line) => sum + line.quantity, 0);
    return el(
      "button",
      { class: "btn", type: "button", onclick: () => choose(product, basket) },
      chosen ? `Choose, ${chosen} in` : "Choose",
      el("span", { class: "vh" }, ` options for ${product.name}`),
    );
  }
  if (lines.length === 1) return stepper(product.name, lines[0].quantity, (by) => basket.change(lines[0], by));
  return el(
    "button",
    { class: "btn", type: "button", onclick: () => basket.add(product.id, 1) },
    "Add",
    el("span", { class: "vh" }, ` ${product.name}`),
  );
}

function choose(product, basket) {
  const sum = el("span", {});
  const note = el("input", { id: "note", maxlength: "140", autocomplete: "off" });
  const close = el("button", { class: "btn", type: "button", onclick: () => dialog.close() }, "Close");
  const add = el("button", { class: "btn main tall", type: "submit" }, "Add for ", sum);
  const form = el(
    "form",
    { class: "stack", onsubmit: submit, onchange: update },
    product.option_groups.map(fields),
    el("div", { class: "field" }, el("label", { for: "note" }, "Note for the kitchen"), note),
    add,
  );
  const dialog = el(
    "dialog",
    { class: "sheet", "aria-labelledby": "choose", onclose: () => dialog.remove() },
    el("header", { class: "row" }, el("h2", { id: "choose" }, product.name), close),
    form,
  );

  function taken() {
    return [...form.querySelectorAll("input:checked")].map((input) => input.value).filter(Boolean);
  }

  function update() {
    const prices = product.option_groups.flatMap((group) => group.options);
    const total = taken().reduce((all, id) => all + pennies(prices.find((option) => option.id === id).price), pennies(product.price));
    sum.textContent = money(total);
    for (const group of product.option_groups) {
      const boxes = [...form.querySelectorAll(`input[type=checkbox][name="g${group.id}"]`)];
      const full = boxes.filter((box) => box.checked).length >= group.maximum;
      for (const box of boxes) {
        const few = boxes.filter((other) => other.checked).length < group.minimum;
        box.disabled = box.dataset.gone === "yes" || (full && !box.checked);
        box.setCustomValidity(few ? `${group.name}: take at least ${group.minimum}.` : "");
      }
    }
  }

  function submit(event) {
    event.preventDefault();
    basket.add(product.id, 1, taken(), note.value.trim());
    dialog.close();
  }

  document.body.append(dialog);
  update();
  dialog.showModal();
}

// One of a group is a radio button, more are boxes. What is sold out is there, and cannot be taken.
function fields(group) {
  const one = group.maximum === 1;
  const first = group.options.find((option) => option.available);
  const none = one && group.minimum === 0;
  const pick = (label, price, attributes) =>
    el("label", { class: "pick" }, el("input", { class: "tick", name: `g${group.id}`, type: one ? "radio" : "checkbox", ...attributes }), label, price && el("span", { class: "num" }, price));
  return el(
    "fieldset",
    {},
    el("legend", {}, group.name, el("span", { class: "quiet small" }, ` ${howMany(group)}`)),
    none && pick("Without", null, { value: "", checked: true }),
    group.options.map((option) =>
      pick(option.name, option.available ? pennies(option.price) > 0 && `+ ${money(pennies(option.price))}` : "sold out", {
        value: option.id,
        disabled: !option.available,
        "data-gone": option.available ? null : "yes",
        checked: one && !none && option === first,
      }),
    ),
  );
}

function howMany({ minimum, maximum }) {
  if (minimum === maximum) return minimum === 1 ? "choose one" : `choose ${minimum}`;
  return minimum === 0 ? `up to ${maximum}` : `choose ${minimum} to ${maximum}`;
}
