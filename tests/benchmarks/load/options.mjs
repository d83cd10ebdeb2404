// The command line of the load generator.

import { parseArgs } from "node:util";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);
const MOST_SOCKETS = 20_000;
const MOST_SECONDS = 600;

const KNOWN = {
  "url-guest": { type: "string", multiple: true }, // {venue} and {table} stand for their numbers
  "url-board": { type: "string", multiple: true }, // several addresses of either: processes to spread over
  "keep-venues": { type: "boolean", default: false }, // all sockets of a venue to one of the addresses
  venues: { type: "string", default: "1" }, // 1-20 or 1,2,5
  tables: { type: "string", default: "50" }, // per venue, numbered from 1, a guest at each
  boards: { type: "string", default: "1" }, // per venue
  seconds: { type: "string", default: "10" },
  warmup: { type: "string", default: "3" }, // seconds
  patience: { type: "string", default: "15" }, // seconds after which an order that has not come home is lost
  "in-flight": { type: "string", default: "200" }, // closed loop
  rate: { type: "string" }, // open loop: orders a second, whatever the server does
  fanout: { type: "string" }, // boards of one venue
  orders: { type: "string", default: "200" }, // of a fanout
  idle: { type: "string" }, // sockets that only wait
  "watch-pid": { type: "string", multiple: true, default: [] }, // processes whose CPU and memory to note
  "watch-tree": { type: "string" }, // a process (the database's) whose CPU to note with its children's
};

/** The options, as numbers and lists. Throws for what is out of bounds, and for any host but this machine. */
export function readOptions(argv) {
  const { values } = parseArgs({ args: argv, options: KNOWN });
  const options = {
    mode: values.fanout ? "fanout" : values.idle ? "idle" : "loops",
    guestUrls: readUrls(values["url-guest"], "--url-guest"),
    boardUrls: values.idle ? [] : readUrls(values["url-board"], "--url-board"),
    keepVenues: values["keep-venues"],
    venues: readVenues(values.venues),
    tables: whole(values.tables, "--tables", 1, 10_000),
    boards: whole(values.boards, "--boards", 1, 31),
    seconds: whole(values.seconds, "--seconds", 0, MOST_SECONDS),
    warmup: whole(values.warmup, "--warmup", 0, MOST_SECONDS),
    patience: whole(values.patience, "--patience", 1, MOST_SECONDS),
    inFlight: whole(values["in-flight"], "--in-flight", 1, 100_000),
    rate: values.rate === undefined ? null : whole(values.rate, "--rate", 1, 100_000),
    fanout: whole(values.fanout ?? "0", "--fanout", 0, MOST_SOCKETS),
    orders: whole(values.orders, "--orders", 1, 100_000),
    idle: whole(values.idle ?? "0", "--idle", 0, MOST_SOCKETS),
    tree: values["watch-tree"] === undefined ? null : whole(values["watch-tree"], "--watch-tree", 1, 2 ** 31),
    pids: values["watch-pid"].map((pid) => whole(pid, "--watch-pid", 1, 2 ** 31)),
  };
  const sockets = options.venues.length * (options.tables + options.boards);
  if (options.mode === "loops" && sockets > MOST_SOCKETS) {
    throw new Error(`${sockets} sockets are too many (${MOST_SOCKETS})`);
  }
  return options;
}

/** The address in a template, for one table or the board of a venue. */
export function addressOf(template, venue, table = "dashboard") {
  return template.replaceAll("{venue}", encodeURIComponent(venue)).replaceAll("{table}", encodeURIComponent(table));
}

function readUrls(templates, name) {
  if (!templates?.length) throw new Error(`${name} is missing`);
  for (const template of templates) {
    const { protocol, hostname } = new URL(addressOf(template, "1", "1"));
    if (protocol !== "ws:" || !LOOPBACK.has(hostname)) {
      throw new Error(`${name} must be ws:// and on this machine: load is for our own servers only`);
    }
  }
  return templates;
}

function readVenues(text) {
  return text.split(",").flatMap((part) => {
    const [first, last = first] = part.split("-").map((number) => whole(number, "--venues", 1, 1_000_000));
    return Array.from({ length: last - first + 1 }, (_, i) => String(first + i));
  });
}

function whole(text, name, least, most) {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most) throw new Error(`${name} takes ${least} to ${most}`);
  return number;
}
