// Search, allergens and diets over the menu on the page. “Not confirmed” hides nothing and is never free of it: what a
// guest asked about and nobody has confirmed stays, with a tag of that very allergen.

import { el } from "./dom.js";
import { apart, english, gettext, listed, ngettext } from "./language.js";

const SAID_AFTER_MS = 300; // typing is not interrupted by every letter's count
const $ = (id) => document.getElementById(id);

export class Filter {
  #kept;
  #form = $("find");
  #saying = null;

  constructor(kept) {
    this.#kept = kept;
    if (!this.#form) return; // no menu
    this.#take(kept.filter);
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("input", () => this.#chosen());
    this.apply();
  }

  // Over the menu as it is on the page now.
  apply() {
    if (!this.#form) return;
    const words = plain($("q").value).split(/\s+/).filter(Boolean);
    const { hide, diets } = asked();
    let [found, hidden] = [0, 0];
    for (const item of document.querySelectorAll("#dishes [data-product]")) {
      const text = plain(`${item.querySelector("h3").textContent} ${item.querySelector(".about")?.textContent ?? ""}`);
      const meant = words.every((word) => text.includes(word));
      const fits = suits(item, { hide, diets }) && choosable(item, { hide, diets });
      set(item, meant && fits);
      found += meant && fits;
      hidden += meant && !fits;
      this.#warn(item, hide);
    }
    for (const section of document.querySelectorAll("#dishes > section")) {
      const shown = section.querySelector("[data-product]:not([hidden])") !== null;
      set(section, shown);
      set(document.querySelector(`#cats [href="#${section.id}"]`).parentElement, shown);
    }
    this.#summarise(hide, diets);
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => this.#say(found, hidden, words.length > 0), words.length ? SAID_AFTER_MS : 0);
  }

  #chosen() {
    const { hide, diets } = asked();
    this.#kept.filter = { hide, diet: diets };
    this.apply();
  }

  #take(filter) {
    for (const name of ["hide", "diet"]) {
      for (const value of filter?.[name] ?? []) {
        const box = [...this.#form.elements].find((one) => one.name === name && one.value === value);
        if (box) box.checked = true;
      }
    }
  }

  #labels(name) {
    const labels = [...this.#form.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.parentElement.textContent.trim());
    return english ? labels.map((label) => label.toLowerCase()) : labels;
  }

  // A tag for each allergen that the guest asked about and nobody has confirmed here, where the server wrote none.
  #warn(item, hide) {
    for (const tag of item.querySelectorAll(".asked")) tag.remove();
    const asked = hide.filter((one) => among(item.dataset.unsure, one) && !item.querySelector(`[data-of="${one}"]`));
    if (!asked.length) return;
    let tags = item.querySelector(".tags");
    if (!tags) item.querySelector(".text").append((tags = el("p", { class: "tags" })));
    const labels = new Map([...this.#form.querySelectorAll("[name=hide]")].map((box) => [box.value, box.parentElement.textContent.trim()]));
    tags.append(...asked.map((one) => el("span", { class: "tag unknown asked" }, gettext("%(allergen)s: not confirmed", { allergen: labels.get(one) }))));
  }

  #summarise(hide, diets) {
    const said = [];
    if (hide.length) said.push(gettext("hiding %(allergens)s", { allergens: listed(this.#labels("hide")) }));
    if (diets.length) said.push(gettext("only %(diets)s", { diets: listed(this.#labels("diet")) }));
    $("hiding").textContent = said.length ? `: ${said.join("; ")}` : "";
  }

  #say(found, hidden, searching) {
    const said = [];
    if (searching && found) said.push(ngettext("%(number)s found.", "%(number)s found.", found));
    if (searching && !found && !hidden) said.push(gettext("Nothing on the menu goes by “%(words)s”.", { words: apart($("q").value.trim()) }));
    if (!found && hidden) said.push(gettext("Nothing is left to show."));
    if (hidden) said.push(ngettext("%(number)s item is hidden by your allergens and diets.", "%(number)s items are hidden by your allergens and diets.", hidden));
    const all = said.join(" ");
    const place = $("found");
    if (place.dataset.print === all) return;
    place.dataset.print = all;
    place.replaceChildren(el("span", {}, all));
    if (hidden) place.append(this.#button(gettext("Show them"), () => this.#form.querySelectorAll(":checked").forEach((box) => (box.checked = false))));
    else if (searching && !found) place.append(this.#button(gettext("Show the whole menu"), () => ($("q").value = "")));
  }

  #button(words, act) {
    const tapped = () => {
      act();
      this.#chosen();
      $("q").focus({ preventScroll: true });
    };
    return el("button", { class: "btn", type: "button", onclick: tapped }, words);
  }
}

// What the guest asks for now: allergens that may not be in it, and diets.
export function asked() {
  const values = (name) => [...document.querySelectorAll(`#find [name=${name}]:checked`)].map((box) => box.value);
  return { hide: values("hide"), diets: values("diet") };
}

// Whether a product on the page, or an option of a combo, is right in everything that was asked.
export function suits(element, { hide, diets }) {
  return !hide.some((one) => among(element.dataset.holds, one)) && diets.every((one) => among(element.dataset.diets, one));
}

// Whether enough of each choice that a combo asks for is left and right.
function choosable(item, wanted) {
  if (!wanted.hide.length && !wanted.diets.length) return true;
  const right = (group) => [...group.querySelectorAll("[data-left]")].filter((one) => suits(one, wanted));
  return [...item.querySelectorAll("[data-least]")].every((group) => right(group).length >= Number(group.dataset.least));
}

const among = (names, name) => names.split(" ").includes(name);
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function set(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}
