// Short sounds for what must not be missed. Browsers make none before somebody has touched the page; that touch may be
// anywhere on it. "change": whether it is on has changed.

const [LOW, HIGH] = [660, 880]; // hertz
const GAP_S = 0.45;

class Sound extends EventTarget {
  #context = null;
  #off = false; // somebody wants none

  get on() {
    return this.#context?.state === "running";
  }

  // Nobody has touched the page yet, or the browser has stopped it.
  get waits() {
    return !this.on && !this.#off;
  }

  async start() {
    this.#off = false;
    if (!this.#context) {
      this.#context = new AudioContext();
      this.#context.addEventListener("statechange", () => this.dispatchEvent(new Event("change")));
    }
    if (!this.on) await this.#context.resume().catch(() => null);
    this.dispatchEvent(new Event("change"));
  }

  async stop() {
    this.#off = true;
    await this.#context?.suspend();
    this.dispatchEvent(new Event("change"));
  }

  ring(times = 1) {
    if (!this.on) return;
    for (let n = 0; n < times; n++) {
      this.#tone(LOW, this.#context.currentTime + n * GAP_S);
      this.#tone(HIGH, this.#context.currentTime + n * GAP_S + 0.14);
    }
  }

  #tone(hertz, at) {
    const [wave, loudness] = [this.#context.createOscillator(), this.#context.createGain()];
    wave.frequency.value = hertz;
    loudness.gain.setValueAtTime(0.0001, at);
    loudness.gain.exponentialRampToValueAtTime(0.3, at + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
    wave.connect(loudness).connect(this.#context.destination);
    wave.start(at);
    wave.stop(at + 0.32);
    wave.onended = () => loudness.disconnect();
  }
}

export const sound = new Sound();

// The first touch of the page starts it, wherever it is; so does coming back to a page that the browser had silenced.
export function startWithFirstTouch() {
  // Not by its own button: the click that follows would switch off what the key has just switched on.
  const start = (event) => sound.waits && !event.target.closest?.("#sound") && sound.start();
  for (const kind of ["pointerup", "keydown"]) addEventListener(kind, start, { capture: true });
}

export function soundButton(button) {
  const show = () => {
    button.setAttribute("aria-pressed", String(sound.on));
    button.textContent = sound.on ? "Sound on" : "Sound off";
  };
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (sound.on) await sound.stop();
    else {
      await sound.start();
      sound.ring();
    }
  });
  sound.addEventListener("change", show);
  show();
}
