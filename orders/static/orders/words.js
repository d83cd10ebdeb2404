// Times and money as the page's language writes them, and an order's lines, from the page's own settings.

import { language } from "./language.js";

const { timezone, currency } = document.body.dataset;
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: timezone });
const seconds = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: timezone });
// Like the server's prices: as in English but where a language has its own way that the venue's currency follows too.
const amounts = currency ? new Intl.NumberFormat(language === "de" ? "de" : "en-GB", { style: "currency", currency, currencyDisplay: "narrowSymbol" }) : null;

export const timeOf = (at) => clock.format(new Date(at));
export const secondOf = (at) => seconds.format(new Date(at));
export const minutesSince = (at, now = Date.now()) => Math.max(0, Math.floor((now - at) / 60_000));

// Money is counted in hundredths, so that 0.1 + 0.2 is 0.3.
export const pennies = (text) => Math.round(Number(text) * 100);
export const money = (hundredths) => amounts.format(hundredths / 100);

export function linesOf(order) {
  return order.lines.map((line) => ({
    quantity: line.quantity,
    name: line.name,
    more: [...line.options.map((option) => option.name.toLowerCase()), line.note].filter(Boolean).join(", "),
    sum: pennies(line.unit_price) * line.quantity,
  }));
}

export const PUCK_IS_THERE = ["started", "located", "paged"]; // at the gateway, which can make it shake
