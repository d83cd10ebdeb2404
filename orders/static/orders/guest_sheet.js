// The bar at the bottom, and the sheet that shows what is about to be ordered.

import { el, keep, say, stepper } from "./dom.js";
import { money } from "./words.js";

const PUCKS = document.body.dataset.pucks; // "ask", "find" while nobody sees them, or nothing

export class OrderSheet {
  #basket;
  #refusal;
  #bar = el("div", { class: "bar", role: "region", "aria-label": "Your order", hidden: true });
  #lines = el("ul", { class: "lines" });
  #puck = el("input", { id: "puck", inputmode: "numeric", maxlength: "4", autocomplete: "off" });
  #total = el("span", {});
  #note = el("div", {});
  #eating = el("fieldset", { class: "eating", hidden: true });
  #found = el("p", { class: "quiet" });
  #send = el("button", { class: "btn main tall", type: "button" }, "Send to the bar");
  #dialog;

  // `refusal` gives one sentence on why nothing can be ordered now, or an empty text.
  constructor(table, basket, refusal, order) {
    this.#basket = basket;
    this.#refusal = refusal;
    this.#send.addEventListener("click", () => {
      this.#dialog.close();
      order(this.#puck.value.trim());
    });
    this.#found.textContent = `We cannot see the pucks at the moment: staff will find you at table ${table}.`;
    this.#eating.append(el("legend", {}, "Where will you have it?"), this.#choice("Eat here", false), this.#choice("Take away", true));
    const close = el("button", { class: "btn", type: "button", onclick: () => this.#dialog.close() }, "Close");
    this.#dialog = el(
      "dialog",
      { class: "sheet", "aria-labelledby": "h-order" },
      el("header", { class: "row" }, el("h2", { id: "h-order" }, `Your order for table ${table}`), close),
      this.#lines,
      this.#eating,
      PUCKS === "ask" && el("div", { class: "field" }, el("label", { for: "puck" }, "Number on your puck, if you have one"), this.#puck),
      PUCKS === "find" && this.#found,
      el("p", { class: "row total" }, el("span", {}, "Total"), this.#total),
      this.#note,
      this.#send,
    );
    document.body.append(this.#bar, this.#dialog);
  }

  show() {
    const basket = this.#basket;
    this.#bar.hidden = basket.count === 0;
    if (this.#bar.hidden) {
      if (this.#dialog.open) this.#dialog.close();
      return;
    }
    this.#showBar();
    const looks = (line) => JSON.stringify([line, basket.price(line), basket.onSale(line)]);
    keep(this.#lines, basket.lines, (line) => basket.key(line), looks, (line) => this.#row(line));
    this.#eating.hidden = !basket.takesToGo;
    for (const input of this.#eating.querySelectorAll("input")) input.checked = (input.value === "go") === basket.toGo;
    this.#found.hidden = basket.toGo; // nobody brings it
    this.#total.textContent = money(basket.total);
    const why = this.#refusal() || (basket.lines.every((line) => basket.onSale(line)) ? "" : "Something is sold out meanwhile: take it out to send the rest.");
    this.#send.disabled = why !== "";
    if (this.#note.textContent.trim() !== why) this.#note.replaceChildren(...(why ? [say("wait", "status", why, "")] : []));
  }

  #choice(words, toGo) {
    const input = el("input", { class: "tick", type: "radio", name: "eating", value: toGo ? "go" : "here", onchange: () => (this.#basket.toGo = toGo) });
    return el("label", { class: "pick" }, input, words);
  }

  #showBar() {
    const items = this.#basket.count === 1 ? "1 item" : `${this.#basket.count} items`;
    const words = [items, "See order", money(this.#basket.total)];
    if (this.#bar.dataset.print === words.join()) return;
    this.#bar.dataset.print = words.join();
    const open = () => this.#dialog.showModal();
    this.#bar.replaceChildren(el("button", { class: "btn main tall", type: "button", onclick: open }, words.map((word) => el("span", {}, word))));
  }

  #row(line) {
    const basket = this.#basket;
    const more = [...basket.options(line), line.note, basket.onSale(line) ? "" : "sold out"].filter(Boolean).join(", ");
    const name = basket.product(line.product_id)?.name ?? "No longer on the menu";
    return el(
      "li",
      {},
      stepper(name, line.quantity, (by) => basket.change(line, by)),
      el("span", {}, name, more && el("small", {}, more)),
      el("span", { class: "num" }, money(basket.price(line) * line.quantity)),
    );
  }
}
