// The menu as it is now: data from the REST API, words from the page that the server writes.

const SPREAD_MS = 1800; // a change reaches every phone of a venue at once; they need not all ask at once
const LATER_MS = 5000;
const DAY_MS = 86_400_000;

export class MenuReader {
  #address;
  #learn;
  #asked = null;
  #next = null;
  #later = null;
  #again = null;
  #written = new Map(); // product id to what the server wrote of it
  #frame = "";

  menu = null;

  constructor(address, learn) {
    this.#address = address;
    this.#learn = learn;
    this.#remember(document);
    this.#askAgain();
    document.addEventListener("visibilitychange", () => document.hidden || this.#askAgain());
  }

  async read(words = false) {
    try {
      const answer = await fetch(this.#address);
      if (answer.status >= 500) throw new Error("The server is away.");
      if (!answer.ok) return;
      const menu = await answer.json();
      const renewed = words && (await this.#readWords());
      this.menu = menu;
      this.#learn(menu, renewed);
      this.#readWhenItChanges();
    } catch {
      // Offline. One more try at a time, however many have failed: they would all come back together.
      clearTimeout(this.#later);
      this.#later = setTimeout(() => this.read(words), LATER_MS);
      return;
    }
    this.#askAgain();
  }

  readSoon() {
    this.#asked ??= setTimeout(() => {
      this.#asked = null;
      this.read(true);
    }, 200 + Math.random() * SPREAD_MS);
  }

  // Opening, closing and the end of a pause are no events: the clock brings them.
  #readWhenItChanges() {
    clearTimeout(this.#next);
    const at = this.menu.paused?.until ?? this.menu.changes_at;
    const wait = at ? new Date(at) - Date.now() : Infinity;
    if (wait < DAY_MS) this.#next = setTimeout(() => this.readSoon(), Math.max(1000, wait));
  }

  // Nor does anything tell of a board that comes back, or of a table that staff open: asked while somebody looks.
  #askAgain() {
    const note = document.querySelector("#notes [data-again]");
    clearTimeout(this.#again);
    if (note && !document.hidden) this.#again = setTimeout(() => note.isConnected && !document.hidden && this.readSoon(), note.dataset.again * 1000);
  }

  // Only what is otherwise: a finger, a focus or a picture may be on the rest. Whether anything was.
  async #readWords() {
    const answer = await fetch(location.pathname, { headers: { "X-Open-Page": "1" } });
    if (!answer.ok) return false;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const take = (id) => document.getElementById(id)?.replaceChildren(...page.getElementById(id).childNodes);
    if (notesOf(page) !== notesOf(document)) take("notes");
    const [frame, written] = [this.#frame, this.#written];
    this.#remember(page);
    if (frame !== this.#frame) {
      ["cats", "dishes"].forEach(take);
      return true;
    }
    let renewed = false;
    for (const item of page.querySelectorAll("#dishes [data-product]")) {
      const id = item.dataset.product;
      if (written.get(id) === this.#written.get(id)) continue;
      document.querySelector(`#dishes [data-product="${id}"]`).replaceWith(item);
      renewed = true;
    }
    return renewed;
  }

  #remember(page) {
    this.#written = new Map([...page.querySelectorAll("#dishes [data-product]")].map((item) => [item.dataset.product, item.outerHTML]));
    // No clones: a picture that is cloned is fetched, however far down it stands.
    const frame = [...page.querySelectorAll("#dishes > section")].map((section) => [
      section.id,
      ...[...section.querySelectorAll(":scope > h2, :scope > p")].map((one) => one.textContent),
      ...[...section.querySelectorAll("[data-product]")].map((item) => item.dataset.product),
    ]);
    this.#frame = JSON.stringify(frame);
  }
}

const notesOf = (page) => page.getElementById("notes").outerHTML;
