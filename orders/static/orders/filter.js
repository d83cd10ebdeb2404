// A search field that narrows the list below as somebody types; without it the form does the same.

export function liven(field) {
  const list = document.getElementById(field.dataset.filters);
  if (!list) return;

  function narrow() {
    const words = plain(field.value);
    let any = false;
    for (const group of list.querySelectorAll("[data-group]")) {
      let shown = false;
      for (const row of group.querySelectorAll("[data-words]")) {
        row.hidden = !plain(row.dataset.words).includes(words);
        shown ||= !row.hidden;
      }
      group.hidden = !shown;
      any ||= shown;
    }
    const nothing = list.querySelector("[data-nothing]");
    if (nothing) nothing.hidden = any || !list.querySelector("[data-group]");
  }

  field.addEventListener("input", narrow);
  narrow(); // somebody was quicker than this module
  // Enter has nothing to add to what is narrowed already.
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}

const plain = (text) => text.trim().toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
