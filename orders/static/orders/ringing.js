// When the board rings: as a new order arrives, and again until somebody at this board has heard of it.

const AGAIN_MS = 8_000;
const URGENT_AFTER_MS = 60_000;
const URGENT_MS = 4_000;

export class Ringing {
  #sound;
  #unheard = new Map(); // order id to since when it rings
  #heard = new Set(); // of those that are still new
  #rangAt = 0;

  constructor(sound) {
    this.#sound = sound;
  }

  get count() {
    return this.#unheard.size;
  }

  // These orders are new and for this board, as things stand now.
  follow(ids, at) {
    for (const id of this.#unheard.keys()) if (!ids.has(id)) this.#unheard.delete(id);
    for (const id of this.#heard) if (!ids.has(id)) this.#heard.delete(id);
    let arrived = false;
    for (const id of ids) {
      if (this.#unheard.has(id) || this.#heard.has(id)) continue;
      this.#unheard.set(id, at);
      arrived = true;
    }
    if (arrived) this.#ring(at, 1);
  }

  // Somebody has their hands on this one.
  heard(id) {
    if (this.#unheard.delete(id)) this.#heard.add(id);
  }

  heardAll() {
    for (const id of this.#unheard.keys()) this.#heard.add(id);
    this.#unheard.clear();
  }

  // Nobody has answered it for as long as the venue waits: whoever heard it has forgotten it.
  insist(id, at) {
    this.#heard.delete(id);
    this.#unheard.set(id, at - URGENT_AFTER_MS);
    this.#ring(at, 3);
  }

  // Called as time goes by.
  goOn(at) {
    if (this.#unheard.size === 0) return;
    const urgent = at - Math.min(...this.#unheard.values()) >= URGENT_AFTER_MS;
    if (at - this.#rangAt >= (urgent ? URGENT_MS : AGAIN_MS)) this.#ring(at, urgent ? 2 : 1);
  }

  #ring(at, times) {
    this.#rangAt = at;
    this.#sound.ring(times);
  }
}
