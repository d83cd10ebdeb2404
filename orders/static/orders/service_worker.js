// Keeps one page, the guest's, for a reload without a connection. Never a board, a login, an answer about a session: of
// those it knows only the page that says there is no connection. What is kept goes when another page of a guest is
// shown, when the page says that its visit is over, and after KEPT_MS at the latest.

const GUEST = "guest"; // the menu's page under its address and under `data-here`, what it reads, the files it names
const OFFLINE = "offline"; // the page of that name, and the files it names
const KEPT_MS = 4 * 3_600_000; // as long as a table's session lasts without an order
const KEPT_AT = "x-kept-at";

const FILES = /^\/(?:static|look)\//; // each address always means the same
const GUESTS = /^\/(?:t\/[^/]+\/?|here\/[0-9]+\/)$/;
const MENUS = /^\/api\/v1\/venues\/[0-9]+\/menu$/;
const STAFFS = /^\/board\//;

let turn = Promise.resolve();
const inTurn = (work) => (turn = turn.then(work, work));

addEventListener("install", (event) => {
  event.waitUntil(inTurn(() => fetchAnd(keepOffline, "/offline")).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  event.waitUntil(inTurn(dropOld).then(() => clients.claim()));
});

addEventListener("message", (event) => {
  const { pathname } = new URL(event.source.url);
  if (event.data === "keep" && GUESTS.test(pathname)) event.waitUntil(inTurn(() => fetchAnd(keepGuest, pathname)));
  if (event.data === "forget") event.waitUntil(inTurn(() => caches.delete(GUEST)));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (FILES.test(pathname)) event.respondWith(caches.match(request).then((file) => file ?? fetch(request)));
  else if (GUESTS.test(pathname)) event.respondWith(guest(event, pathname));
  else if (MENUS.test(pathname)) event.respondWith(menu(event, pathname + search));
  else if (STAFFS.test(pathname) && request.mode === "navigate") event.respondWith(fetch(request).catch(offline));
});

async function guest(event, pathname) {
  try {
    const answer = await fetch(event.request);
    const copy = answer.clone();
    // With a question in the address it is not the whole page; and an open page that reads itself again may be one whose
    // visit is over.
    const whole = !new URL(event.request.url).search && !event.request.headers.has("x-open-page");
    if (answer.ok && whole) event.waitUntil(inTurn(() => keepGuest(pathname, copy)));
    else if (answer.status === 404) event.waitUntil(inTurn(() => caches.delete(GUEST))); // a dead code, or no table's phone
    return answer;
  } catch (lost) {
    await dropOld();
    const page = await caches.match(pathname, { cacheName: GUEST });
    if (page) return page;
    if (event.request.mode !== "navigate") throw lost;
    return offline();
  }
}

async function menu(event, address) {
  try {
    const answer = await fetch(event.request);
    const copy = answer.clone();
    if (answer.ok) event.waitUntil(inTurn(() => replace(address, copy)));
    return answer;
  } catch (lost) {
    await dropOld();
    const kept = await caches.match(address, { cacheName: GUEST });
    if (kept) return kept;
    throw lost;
  }
}

const offline = async () => (await caches.match("/offline", { cacheName: OFFLINE })) ?? Response.error();

async function fetchAnd(keep, pathname) {
  // Nobody has scanned anything: a phone whose visit is over gets no new one by this.
  const answer = await fetch(pathname, { cache: "no-store", headers: { "X-Open-Page": "1" } });
  if (answer.ok) await keep(pathname, answer);
}

async function keepOffline(pathname, answer) {
  const text = await answer.text();
  await keepAll(OFFLINE, { [pathname]: copyOf(answer, text) }, filesIn(text), []);
}

async function keepGuest(pathname, answer) {
  const text = await answer.text();
  const here = text.match(/ data-here="([^"]+)"/)?.[1];
  const menuAddress = text.match(/ data-menu="([^"]+)"/)?.[1];
  if (!here || !menuAddress) return;
  const addresses = new Set([pathname, here, ...(await othersOf(text))]);
  const pages = Object.fromEntries([...addresses].map((address) => [address, copyOf(answer, text)]));
  await keepAll(GUEST, pages, filesIn(text), [menuAddress]);
}

// Under which addresses this table's page is kept already: its code's, where it was asked for by `data-here` now.
async function othersOf(text) {
  const cache = await caches.open(GUEST);
  const found = [];
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    if (GUESTS.test(pathname) && tableIn(await (await cache.match(request)).text()) === tableIn(text)) found.push(pathname);
  }
  return found;
}

// All that the page needs is there before the page is, and only then goes what it does not need: whatever fails on the
// way, the page that was kept before is still whole.
async function keepAll(name, pages, files, read) {
  const cache = await caches.open(name);
  for (const address of [...files, ...read]) if (!(await cache.match(address))) await cache.add(address);
  for (const [address, page] of Object.entries(pages)) await cache.put(address, page);
  const needed = [...Object.keys(pages), ...files, ...read];
  for (const old of await cache.keys()) {
    const { pathname, search } = new URL(old.url);
    if (!needed.includes(pathname + search)) await cache.delete(old);
  }
}

async function replace(address, answer) {
  if (!(await caches.has(GUEST))) return;
  const cache = await caches.open(GUEST);
  if (await cache.match(address)) await cache.put(address, copyOf(answer, await answer.blob()));
}

async function dropOld() {
  const cache = await caches.open(GUEST);
  for (const request of await cache.keys()) {
    const keptAt = (await cache.match(request))?.headers.get(KEPT_AT);
    if (keptAt && Date.now() - keptAt > KEPT_MS) return caches.delete(GUEST);
  }
}

const tableIn = (text) => text.match(/ data-venue="[^"]+" data-table="[^"]+"/)?.[0];
const filesIn = (text) => [...new Set([...text.matchAll(/"(\/(?:static|look)\/[^"]+)"/g)].map(([, address]) => address))];

// With its headers, the content policy among them; cookies are not visible here, and so in no copy.
function copyOf(answer, body) {
  const headers = new Headers(answer.headers);
  for (const name of ["content-encoding", "content-length"]) headers.delete(name);
  headers.set(KEPT_AT, String(Date.now()));
  return new Response(body, { headers });
}
