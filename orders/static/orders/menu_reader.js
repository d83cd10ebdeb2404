// The menu as it is now: data from the REST API, words from the page that the server writes.

const SPREAD_MS = 1800; // a change reaches every phone of a venue at once; they need not all ask at once
const LATER_MS = 5000;
const DAY_MS = 86_400_000;

export class MenuReader {
  #address;
  #learn;
  #asked = null;
  #next = null;

  menu = null;

  constructor(address, learn) {
    this.#address = address;
    this.#learn = learn;
  }

  async read(words = false) {
    try {
      const answer = await fetch(this.#address);
      if (!answer.ok) return;
      const menu = await answer.json();
      if (words) await this.#readWords();
      this.menu = menu;
      this.#learn(menu);
      this.#readWhenItChanges();
    } catch {
      setTimeout(() => this.read(words), LATER_MS); // offline
    }
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

  async #readWords() {
    const answer = await fetch(location.pathname);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["sections", "notes"]) document.getElementById(id).replaceChildren(...page.getElementById(id).childNodes);
  }
}
