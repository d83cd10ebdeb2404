// The basket: lines of product, options and note, priced from the menu as it is now.

import { apart, gettext } from "./language.js";
import { money, pennies } from "./words.js";

let lastLine = 0;

export class Basket {
  #kept;
  #changed;
  #products = new Map();

  caps = null;
  takesToGo = false;
  lines = [];

  constructor(kept, changed) {
    this.#kept = kept;
    this.#changed = changed;
    this.#read();
  }

  // As it is kept now: another page of this phone may have changed it, or hours have passed.
  readAgain() {
    const looks = (lines) => JSON.stringify(lines.map((line) => [this.#content(line), line.quantity]));
    if (looks(this.lines) === looks(this.#kept.basket)) return;
    this.#read();
    this.#changed();
  }

  // The menu as the REST API gives it. A line that is no longer sold stays, and says so: the guest chose it.
  learn(menu) {
    this.caps = menu.caps;
    this.takesToGo = menu.venue.takes_to_go;
    this.#products = new Map(menu.categories.flatMap((category) => category.products).map((product) => [product.id, product]));
    this.#tell();
  }

  get toGo() {
    return this.takesToGo && this.#kept.toGo;
  }

  set toGo(chosen) {
    this.#kept.toGo = chosen;
    this.#changed();
  }

  product(id) {
    return this.#products.get(String(id)) ?? null;
  }

  get count() {
    return this.lines.reduce((sum, line) => sum + line.quantity, 0);
  }

  get total() {
    return this.lines.reduce((sum, line) => sum + this.price(line) * line.quantity, 0);
  }

  // Hundredths, with options.
  price(line) {
    const product = this.product(line.product_id);
    if (!product) return 0;
    const options = this.#optionsOf(product);
    return line.options.reduce(
      (sum, id) => sum + pennies(options.find((option) => option.id === id)?.price ?? 0),
      pennies(product.price),
    );
  }

  options(line) {
    const product = this.product(line.product_id);
    const all = product ? this.#optionsOf(product) : [];
    return line.options.map((id) => all.find((option) => option.id === id)?.name.toLowerCase()).filter(Boolean);
  }

  // Whether whoever brings it looks at an ID: for the product, or for a part of it.
  aged(line) {
    const product = this.product(line.product_id);
    return Boolean(product) && (product.age_restricted || this.#optionsOf(product).some((option) => line.options.includes(option.id) && option.product?.age_restricted));
  }

  // Why a line cannot be ordered as it is, in one sentence; empty where it can.
  wrong(line) {
    const product = this.product(line.product_id);
    if (!product) return gettext("No longer on the menu. Take it out to send the rest.");
    if (!product.on_sale) return gettext("Sold out. Take it out to send the rest.");
    const options = this.#optionsOf(product);
    const gone = line.options.map((id) => options.find((option) => option.id === id)).find((option) => !option?.available);
    if (gone) return gettext("“%(option)s” is sold out. Take this out and choose again.", { option: apart(gone.name) });
    const whole = product.option_groups.every((group) => {
      const taken = group.options.filter((option) => line.options.includes(option.id)).length;
      return taken >= group.minimum && taken <= group.maximum;
    });
    return whole && line.options.every((id) => options.some((option) => option.id === id))
      ? ""
      : gettext("The choices have changed. Take this out and choose again.");
  }

  // That it costs otherwise than when the guest chose it, in one sentence; empty where it does not.
  repriced(line) {
    const now = this.price(line);
    if (line.was === undefined || line.was === now || !this.product(line.product_id)) return "";
    return gettext("The price has changed: it was %(before)s, now it is %(now)s each.", { before: apart(money(line.was)), now: apart(money(now)) });
  }

  of(productId) {
    return this.lines.filter((line) => line.product_id === String(productId));
  }

  add(productId, quantity, options = [], note = "") {
    const line = { product_id: String(productId), options: [...options].sort(), note };
    const same = this.lines.find((other) => this.#content(other) === this.#content(line));
    if (same) {
      this.change(same, quantity);
      return;
    }
    this.lines.push({ ...line, id: ++lastLine, quantity: this.#most(quantity), was: this.price(line) });
    this.#tell();
  }

  change(line, by) {
    line.quantity = this.#most(line.quantity + by);
    line.was = this.price(line);
    this.lines = this.lines.filter((other) => other.quantity > 0);
    this.#tell();
  }

  note(line, note) {
    line.note = note;
    this.#tell();
  }

  takeOut(line) {
    this.lines = this.lines.filter((other) => other !== line);
    this.#tell();
  }

  put(lines) {
    for (const line of lines) this.add(line.product_id, line.quantity, line.options, line.note);
  }

  // What was in it, as an order names it.
  empty() {
    const lines = this.lines.map(({ product_id, options, note, quantity }) => ({ product_id, options, note, quantity }));
    this.lines = [];
    this.#tell();
    return lines;
  }

  #read() {
    this.lines = this.#kept.basket.map((line) => ({ ...line, id: ++lastLine }));
  }

  #most(quantity) {
    return Math.min(quantity, this.caps?.max_quantity ?? quantity);
  }

  #optionsOf(product) {
    return product.option_groups.flatMap((group) => group.options);
  }

  #content({ product_id, options, note }) {
    return JSON.stringify([product_id, options, note]);
  }

  #tell() {
    this.#kept.basket = this.lines;
    this.#changed();
  }
}
