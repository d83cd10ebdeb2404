// Whether a finger is on the columns, or was a moment ago: meanwhile nothing on the board moves, so that a tap, and its
// involuntary twin, meets what was there when it began.

const AFTERWARDS_MS = 300;
const LONGEST_MS = 3000; // a wet cloth is no finger

export class Finger {
  #down = false;
  #timer = null;
  #left;

  // `left` is called when nothing is pressed any more.
  constructor(place, left) {
    this.#left = left;
    place.addEventListener("pointerdown", () => this.#wait(LONGEST_MS), { capture: true });
    for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, () => this.#down && this.#wait(AFTERWARDS_MS), { capture: true });
  }

  get down() {
    return this.#down;
  }

  #wait(milliseconds) {
    this.#down = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#down = false;
      this.#left();
    }, milliseconds);
  }
}
