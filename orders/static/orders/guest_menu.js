// The menu on the page, as the server wrote it, with what a thumb needs: Add, a stepper, a sheet of options.

import { el, stepper } from "./dom.js";
import { chooseOptions } from "./guest_options.js";
import { apart, gettext, ngettext } from "./language.js";
import { tell } from "./said.js";
import { money } from "./words.js";

export function showButtons(basket) {
  for (const item of document.querySelectorAll("[data-product]")) {
    const product = basket.product(item.dataset.product);
    const act = item.querySelector(".act");
    const lines = basket.of(item.dataset.product);
    item.classList.toggle("in", lines.length > 0);
    const looks = !product || !product.on_sale ? "" : JSON.stringify([lines, product.option_groups.length]);
    if (act.dataset.print === looks) continue;
    act.dataset.print = looks;
    const held = act.contains(document.activeElement) ? act.querySelectorAll("button").length : 0;
    act.querySelectorAll("button, .stepper").forEach((old) => old.remove());
    if (!product || !product.on_sale) continue;
    const fresh = control(product, lines, basket);
    act.append(fresh);
    if (held) [fresh, ...fresh.querySelectorAll("button")].at(-1).focus();
  }
}

function control(product, lines, basket) {
  const name = apart(product.name);
  if (product.option_groups.length) {
    const chosen = lines.reduce((sum, line) => sum + line.quantity, 0);
    return el(
      "button",
      { class: "btn", type: "button", onclick: () => chooseOptions(product, basket, added) },
      chosen ? gettext("Choose, %(number)s in", { number: chosen }) : gettext("Choose"),
      el("span", { class: "vh" }, ` ${gettext("options for %(product)s", { product: name })}`),
    );
  }
  if (lines.length === 1) return stepper(product.name, lines[0].quantity, (by) => (basket.change(lines[0], by), added(product, basket)));
  const add = () => (basket.add(product.id, 1), added(product, basket));
  return el("button", { class: "btn", type: "button", onclick: add }, gettext("Add"), el("span", { class: "vh" }, ` ${name}`));
}

function added(product, basket) {
  const items = ngettext("%(number)s item", "%(number)s items", basket.count);
  const here = basket.of(product.id).reduce((sum, line) => sum + line.quantity, 0);
  const said = { number: here, product: apart(product.name), items, total: apart(money(basket.total)) };
  tell(gettext("%(number)s %(product)s in your order. Together %(items)s, %(total)s.", said));
}
