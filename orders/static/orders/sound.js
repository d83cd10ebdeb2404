// A short sound for what must not be missed. Browsers make none before somebody has touched the page.

let context = null;

export function soundButton(button) {
  const show = () => {
    const on = context?.state === "running";
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "Sound on" : "Sound off: tap for it";
  };
  button.hidden = false;
  button.addEventListener("click", async () => {
    context ??= new AudioContext();
    await (context.state === "running" ? context.suspend() : context.resume());
    show();
    ring();
  });
  show();
}

export function ring(times = 1) {
  if (context?.state !== "running") return;
  for (let n = 0; n < times; n++) tone(context.currentTime + n * 0.35);
}

function tone(at) {
  const [wave, loudness] = [context.createOscillator(), context.createGain()];
  wave.frequency.value = 880;
  loudness.gain.setValueAtTime(0.3, at);
  loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
  wave.connect(loudness).connect(context.destination);
  wave.start(at);
  wave.stop(at + 0.3);
}
