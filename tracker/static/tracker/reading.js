// Whatever is being read says how far it is, every two seconds; once all is read, the page is loaded anew to show it.

const EVERY_MS = 2000;

async function look(shown) {
  const answer = await fetch(shown.dataset.progress, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`answered with ${answer.status}`);
  const { words, busy } = await answer.json();
  if (shown.textContent !== words) shown.textContent = words;
  if (!busy) delete shown.dataset.progress;
}

async function lookAtAll() {
  const waiting = [...document.querySelectorAll("[data-progress]")];
  if (!document.hidden) await Promise.allSettled(waiting.map(look));
  if (document.querySelector("[data-progress]")) setTimeout(lookAtAll, EVERY_MS);
  else if (!document.querySelector("input.action-select:checked")) location.reload();
}

if (document.querySelector("[data-progress]")) setTimeout(lookAtAll, EVERY_MS);
