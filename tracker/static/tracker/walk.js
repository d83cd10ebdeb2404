// The guided walk goes on by itself: the form is sent once the puck was seen on a tag.

const LOOK_MS = 1000;
const form = document.getElementById("walk");

async function look() {
  const query = new URLSearchParams({ since: form.since.value, puck: form.puck.value });
  try {
    const answer = await fetch(`${form.dataset.seen}?${query}`, { headers: { accept: "application/json" } });
    if (answer.ok && (await answer.json()).seen) {
      form.requestSubmit();
      return;
    }
  } catch {
    // offline for a moment: the next look tells
  }
  setTimeout(look, LOOK_MS);
}

if (form) {
  document.getElementById("waiting").hidden = false;
  setTimeout(look, LOOK_MS);
}
