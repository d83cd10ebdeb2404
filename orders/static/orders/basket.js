// The basket: lines of product, options and note, priced from the menu as it is now.

import { pennies } from "./words.js";

export class Basket {
  #kept;
  #changed;
  #products = new Map();

  takesToGo = false;

  constructor(kept, changed) {
    this.#kept = kept;
    this.#changed = changed;
    this.lines = kept.basket;
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
    const options = product.option_groups.flatMap((group) => group.options);
    return line.options.reduce(
      (sum, id) => sum + pennies(options.find((option) => option.id === id)?.price ?? 0),
      pennies(product.price),
    );
  }

  options(line) {
    const product = this.product(line.product_id);
    const all = product ? product.option_groups.flatMap((group) => group.options) : [];
    return line.options.map((id) => all.find((option) => option.id === id)?.name.toLowerCase()).filter(Boolean);
  }

  onSale(line) {
    return this.product(line.product_id)?.on_sale ?? false;
  }

  of(productId) {
    return this.lines.filter((line) => line.product_id === String(productId));
  }

  add(productId, quantity, options = [], note = "") {
    const line = { product_id: String(productId), options: [...options].sort(), note };
    const same = this.lines.find((other) => this.key(other) === this.key(line));
    if (same) this.change(same, quantity);
    else {
      this.lines.push({ ...line, quantity: Math.min(quantity, this.caps.max_quantity) });
      this.#tell();
    }
  }

  change(line, by) {
    line.quantity = Math.min(line.quantity + by, this.caps.max_quantity);
    this.lines = this.lines.filter((other) => other.quantity > 0);
    this.#tell();
  }

  put(lines) {
    for (const line of lines) this.add(line.product_id, line.quantity, line.options, line.note);
  }

  empty() {
    const lines = this.lines;
    this.lines = [];
    this.#tell();
    return lines;
  }

  // What makes two lines the same.
  key({ product_id, options, note }) {
    return JSON.stringify([product_id, options, note]);
  }

  #tell() {
    this.#kept.basket = this.lines;
    this.#changed();
  }
}

