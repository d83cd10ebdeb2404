// Staff's order form, made quick: steppers, and the total as it grows.

import { el } from "./dom.js";

const WHOLE = /^\d{1,4}$/;
const pence = (text) => Math.round(Number(text) * 100);

export function liven(form) {
  const money = new Intl.NumberFormat("en-GB", { style: "currency", currency: form.dataset.currency });
  const fields = [...form.querySelectorAll("input[data-price]")];
  const quantity = (field) => (WHOLE.test(field.value.trim()) ? Number(field.value) : 0);
  const sum = () => fields.reduce((total, field) => total + quantity(field) * pence(field.dataset.price), 0);
  // The page's own total holds what was typed before, and what was chosen with options.
  const chosen = pence(form.dataset.chosen) - sum();

  function update() {
    form.querySelector("[data-total]").textContent = money.format((chosen + sum()) / 100);
    for (const field of fields) field.closest("li").classList.toggle("in", quantity(field) > 0);
  }

  for (const field of fields) {
    const step = (label, sign, by) =>
      el("button", { class: "btn", type: "button", "aria-label": `${label} ${field.dataset.name}`, onclick: () => change(field, by) }, sign);
    field.parentElement.classList.add("stepper");
    field.before(step("One less", "−", -1));
    field.after(step("One more", "+", 1));
  }

  function change(field, by) {
    const wanted = Math.min(Math.max(quantity(field) + by, 0), Number(field.dataset.most));
    field.value = wanted || "";
    update();
  }

  form.addEventListener("input", update);
  update();
}
