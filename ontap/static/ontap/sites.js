// The page of the sites, read again every few seconds: the server words it, this only puts it in place.

const EVERY_MS = 5000;
const place = document.getElementById("sites");
const asOf = document.getElementById("as-of");
const heard = document.getElementById("heard");

async function read() {
  try {
    const answer = await fetch(location.href);
    if (answer.status >= 500) throw new Error("The server is away."); // a page of that on a wall would never look again
    if (!answer.ok || answer.redirected) return location.reload(); // logged out, or no right any more: the server says it
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    const lost = "No connection: this is how things stood then.";
    if (heard.textContent !== lost) {
      heard.textContent = lost;
      asOf.append(`. ${lost}`);
    }
  }
}

function show(page) {
  const held = place.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  place.replaceChildren(...page.getElementById("sites").childNodes);
  if (held !== null) place.querySelector(`a[href="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  asOf.textContent = page.getElementById("as-of").textContent;
  heard.textContent = "";
}

setInterval(() => document.hidden || read(), EVERY_MS);
document.addEventListener("visibilitychange", () => document.hidden || read());
