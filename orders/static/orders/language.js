// The page's language. English is in the scripts themselves; of any other the page brings the texts.

const texts = JSON.parse(document.getElementById("texts")?.textContent ?? "{}");
const PLURALS = ["zero", "one", "two", "few", "many", "other"]; // CLDR's order, which catalogues keep

// Arabic with the figures of the menu's prices, which the server writes.
export const language = document.documentElement.lang === "ar" ? "ar-u-nu-latn" : document.documentElement.lang;
export const english = document.documentElement.lang.startsWith("en");

const rules = new Intl.PluralRules(language);
const forms = PLURALS.filter((form) => rules.resolvedOptions().pluralCategories.includes(form));

// gettext("Order %(number)s", { number: 5 })
export function gettext(text, values = {}) {
  return fill(texts[text] || text, values);
}

// ngettext("%(number)s item", "%(number)s items", 3)
export function ngettext(one, many, number, values = {}) {
  const known = texts[one]?.[forms.indexOf(rules.select(number))];
  return fill(known || (number === 1 ? one : many), { number, ...values });
}

function fill(text, values) {
  return text.replace(/%\((\w+)\)s/g, (whole, name) => values[name] ?? whole);
}

// Text of somebody's own (a table's name, a product's) in a sentence that may run the other way: kept in one piece.
const rightToLeft = document.documentElement.dir === "rtl";
const isolates = rightToLeft ? ["\u2068", "\u2069"] : ["", ""];
export const apart = (text) => `${isolates[0]}${text}${isolates[1]}`;

export const listed = (words) => words.join(rightToLeft ? "، " : ", ");
