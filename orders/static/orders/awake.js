// Keeps the tablet's screen on while the board is looked at. Browsers do that on https and localhost only.

let wanted = false;
let lock = null;

// Why it cannot be done here, in a sentence; "" where it can.
export function whyNotAwake() {
  if ("wakeLock" in navigator) return "";
  return isSecureContext
    ? "This browser cannot keep the screen on. Set the tablet's screen to stay on."
    : "Browsers keep a screen on over https only. Set the tablet's screen to stay on.";
}

export function keepAwake() {
  if (wanted || whyNotAwake()) return;
  wanted = true;
  // The browser lets go whenever the page is out of sight.
  document.addEventListener("visibilitychange", hold);
  hold();
}

async function hold() {
  if (document.hidden || (lock && !lock.released)) return;
  try {
    lock = await navigator.wakeLock.request("screen");
  } catch {
    lock = null; // battery saving: asked again when the page is next looked at
  }
}
