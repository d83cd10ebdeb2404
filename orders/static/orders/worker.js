// The worker that keeps the guest's page for a reload without a connection (service_worker.js). Browsers have none on
// plain http, but for this machine's own address: everything else works there too.

const AFTER_MS = 1000; // first the page that is looked at

export const keepsPages = isSecureContext && "serviceWorker" in navigator;

async function tell(what) {
  if (!keepsPages) return;
  try {
    const { active } = await navigator.serviceWorker.ready;
    active.postMessage(what);
  } catch {
    // a browser that allows it and cannot
  }
}

export function startWorker() {
  if (!keepsPages) return;
  setTimeout(() => navigator.serviceWorker.register("/service-worker.js").catch(() => {}), AFTER_MS);
}

// A worker that served this page has kept it already.
export function keepPage() {
  startWorker();
  if (keepsPages && !navigator.serviceWorker.controller) tell("keep");
}

export const forgetPage = () => tell("forget");
