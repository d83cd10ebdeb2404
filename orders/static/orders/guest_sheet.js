// The bar at the bottom, and the sheet that shows what is about to be ordered.

import { el, keep, say, stepper } from "./dom.js";
import { apart, gettext, ngettext } from "./language.js";
import { money } from "./words.js";

const PUCKS = document.body.dataset.pucks; // "ask", "find" while nobody sees them, or nothing
const MOST_LETTERS = 140;

export class OrderSheet {
  #basket;
  #standing;
  #bar = el("div", { class: "bar", role: "region", "aria-label": gettext("Your order"), hidden: true });
  #lines = el("ul", { class: "lines" });
  #puck = el("input", { id: "puck", inputmode: "numeric", maxlength: "4", autocomplete: "off" });
  #total = el("bdi", {});
  #note = el("div", {});
  #eating = el("fieldset", { class: "eating", hidden: true });
  #found = el("p", { class: "quiet" });
  #aged = el("p", { class: "quiet" }, gettext("18 or over. We may ask for proof of age."));
  #paying = el("p", { class: "quiet", dir: "auto" });
  #send = el("button", { class: "btn main tall", type: "button" });
  #dialog;

  // `standing` gives how things are: `{refusal: [what is true, what to do] or null, over, live, paying}`.
  constructor(table, basket, standing, order) {
    this.#basket = basket;
    this.#standing = standing;
    this.#send.addEventListener("click", (event) => {
      if (!this.#dialog.open || this.#why()) return; // pressed twice, or things have changed under the finger
      this.#dialog.close();
      order(this.#puck.value.trim(), event);
      this.#puck.value = "";
    });
    this.#found.textContent = gettext("We cannot see the pucks at the moment: staff will find you at table %(table)s.", { table: apart(table) });
    this.#eating.append(el("legend", {}, gettext("Where will you have it?")), this.#choice(gettext("Eat here"), false), this.#choice(gettext("Take away"), true));
    const close = el("button", { class: "btn", type: "button", onclick: () => this.#dialog.close() }, gettext("Close"));
    const puck = el("div", { class: "field" }, el("label", { for: "puck" }, gettext("Number on your puck, if you have one")), this.#puck, el("p", { class: "small quiet", id: "puck-why" }, gettext("Keep the puck on your table, it shows us where you sit.")));
    this.#puck.setAttribute("aria-describedby", "puck-why");
    this.#dialog = el(
      "dialog",
      { class: "sheet", "aria-labelledby": "h-order" },
      el("header", { class: "row" }, el("h2", { id: "h-order" }, gettext("Your order for table %(table)s", { table: apart(table) })), close),
      this.#lines,
      this.#eating,
      PUCKS === "ask" && puck,
      PUCKS === "find" && this.#found,
      this.#aged,
      this.#paying,
      el("div", { class: "foot stack" }, this.#note, el("p", { class: "row total" }, el("span", {}, gettext("Total")), this.#total), this.#send),
    );
    document.body.append(this.#bar, this.#dialog);
  }

  show() {
    const basket = this.#basket;
    const empty = basket.count === 0 || !basket.caps; // or the menu is not there yet
    const { over } = this.#standing();
    if (this.#bar.hidden !== (empty && !over)) this.#bar.hidden = empty && !over;
    if (empty) {
      if (this.#dialog.open) this.#dialog.close();
      this.#showOver(over);
      return;
    }
    this.#showBar();
    const looks = (line) => JSON.stringify([line.quantity, line.options, basket.product(line.product_id)?.name, basket.price(line), basket.wrong(line), basket.repriced(line)]);
    keep(this.#lines, basket.lines, (line) => line.id, looks, (line) => this.#row(line));
    this.#eating.hidden = !basket.takesToGo;
    for (const input of this.#eating.querySelectorAll("input")) input.checked = (input.value === "go") === basket.toGo;
    this.#found.hidden = basket.toGo; // nobody brings it
    this.#aged.hidden = !basket.lines.some((line) => basket.aged(line));
    this.#total.textContent = money(basket.total);
    this.#paying.textContent = this.#standing().paying;
    this.#showWhy();
  }

  // Said here too: who has scrolled down to the puddings does not see the head of the page.
  #showOver(over) {
    if (!over || this.#bar.dataset.print === over) return;
    this.#bar.dataset.print = over;
    this.#bar.replaceChildren(el("p", { class: "over" }, over));
  }

  // Why it cannot be sent as it is, [what is true, what to do]; null where it can.
  #why() {
    const { refusal } = this.#standing();
    if (refusal) return refusal;
    const wrong = this.#basket.lines.some((line) => this.#basket.wrong(line));
    return wrong ? [gettext("Something here cannot be ordered now."), gettext("It says so above: take it out to send the rest.")] : null;
  }

  #showWhy() {
    const why = this.#why();
    const said = why ?? (this.#standing().live ? null : [gettext("There is no connection."), gettext("We keep your order and send it once, when you are back.")]);
    this.#send.disabled = why !== null;
    this.#send.textContent = why ? why[0] : gettext("Send to the bar");
    const looks = said?.join(" ") ?? "";
    if (this.#note.dataset.print === looks) return;
    this.#note.dataset.print = looks;
    this.#note.replaceChildren(...(said ? [say(why ? "wait" : "lost", "status", ...said)] : []));
  }

  #choice(words, toGo) {
    const input = el("input", { class: "tick", type: "radio", name: "eating", value: toGo ? "go" : "here", onchange: () => (this.#basket.toGo = toGo) });
    return el("label", { class: "pick" }, input, words);
  }

  #showBar() {
    const words = [ngettext("%(number)s item", "%(number)s items", this.#basket.count), gettext("See order"), money(this.#basket.total)];
    if (this.#bar.dataset.print === words.join()) return;
    this.#bar.dataset.print = words.join();
    const button = this.#bar.querySelector("button") ?? el("button", { class: "btn main tall", type: "button", onclick: () => this.#dialog.showModal() });
    button.replaceChildren(...words.flatMap((word) => [el("bdi", {}, word), " "]));
    if (!button.isConnected) this.#bar.append(button);
  }

  #row(line) {
    const basket = this.#basket;
    const name = basket.product(line.product_id)?.name ?? gettext("No longer on the menu");
    const wrong = basket.wrong(line);
    const repriced = basket.repriced(line);
    return el(
      "li",
      { class: "line" },
      wrong
        ? el("button", { class: "btn no", type: "button", onclick: () => basket.takeOut(line) }, gettext("Take out"), el("span", { class: "vh" }, ` ${apart(name)}`))
        : stepper(name, line.quantity, (by) => basket.change(line, by)),
      el("span", { class: "what" }, el("bdi", {}, name), line.options.length > 0 && el("small", { dir: "auto" }, basket.options(line).join(", "))),
      el("span", { class: "num" }, el("bdi", {}, money(basket.price(line) * line.quantity))),
      wrong && el("p", { class: "bad small whole" }, wrong),
      repriced && el("p", { class: "small whole changed" }, repriced),
      !wrong && this.#noteOf(line, name),
    );
  }

  // A word to whoever makes it, on any line: a button until there is one.
  #noteOf(line, name) {
    const id = `note-${line.id}`;
    const input = el("input", { id, maxlength: String(MOST_LETTERS), autocomplete: "off", dir: "auto", value: line.note, oninput: () => this.#basket.note(line, input.value.trim()) });
    const field = el("div", { class: "field" }, el("label", { for: id, class: "small" }, gettext("Note"), el("span", { class: "vh" }, ` ${apart(name)}`)), input);
    const place = el("div", { class: "whole" }, field);
    if (line.note) return place;
    const open = () => {
      place.replaceChildren(field);
      input.focus();
    };
    place.replaceChildren(el("button", { class: "btn link", type: "button", onclick: open }, gettext("Add a note"), el("span", { class: "vh" }, ` ${apart(name)}`)));
    return place;
  }
}
