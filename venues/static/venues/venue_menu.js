// The menu of a venue, livened: what has been typed is counted, and only that is sent; the list narrows while somebody
// types; a way back to shared waits for Save like any other change. Without this module the forms do the same.

const form = document.getElementById("menu");
const bulk = document.getElementById("bulk");

if (form) {
  const rows = [...form.querySelectorAll("[data-row]")];
  const count = document.getElementById("vm-count");
  const look = bulk.querySelector("button");
  const first = document.getElementById("vm-first");
  const usual = first.textContent;
  let sending = false;

  const fields = (row) => [...row.querySelectorAll("input:not([type=hidden], [type=checkbox]), select")];
  const seenOf = (field) => (field.tagName === "SELECT" ? [...field.options].find((one) => one.defaultSelected)?.value : field.defaultValue) ?? "";
  // A field that came back with a fault, or overtaken by others, is not saved: what stands in it is still to be sent.
  const changed = (field) => field.value !== seenOf(field) || field.hasAttribute("aria-invalid");

  function reckon() {
    let many = 0;
    for (const row of rows) {
      const is = fields(row).some(changed);
      row.toggleAttribute("data-changed", is);
      many += is;
    }
    count.textContent = many ? `${many} changed, not saved yet.` : "";
    look.disabled = many > 0;
    first.textContent = many ? "Save first what you have typed below: then several can be changed at once." : usual;
    return many;
  }

  form.addEventListener("input", reckon);
  form.addEventListener("change", reckon);

  // What is as shared: empty, and on sale. The server knows which of an own product's values stay.
  form.addEventListener("click", (event) => {
    const back = event.target.closest("[data-reset]");
    if (!back) return;
    event.preventDefault();
    const row = back.closest("[data-row]");
    for (const field of fields(row)) {
      const own = row.hasAttribute("data-own") && /-(price|position)$/.test(field.name);
      if (own || (field.name !== back.value && !field.name.startsWith(`${back.value}-`))) continue;
      field.value = field.tagName === "SELECT" ? field.options[0].value : "";
    }
    reckon();
  });

  form.addEventListener("submit", () => {
    sending = true;
    for (const row of rows) {
      if (!row.hasAttribute("data-changed")) for (const field of row.querySelectorAll("input:not([type=checkbox]), select")) field.disabled = true;
    }
  });
  addEventListener("pageshow", () => {
    sending = false; // the way back from the answer: all is there again
    for (const row of rows) for (const field of row.querySelectorAll(":disabled")) field.disabled = false;
    reckon();
  });
  addEventListener("beforeunload", (event) => {
    if (!sending && reckon()) event.preventDefault();
  });

  narrowBy(document.getElementById("vm-q"));
  tickTogether();
  askForPrices();
}

function narrowBy(field) {
  const nothing = document.getElementById("vm-nothing");
  const found = document.getElementById("vm-found");
  const all = [...form.querySelectorAll("[data-words]")];
  const said = found.cloneNode(true).childNodes;

  function narrow() {
    const words = plain(field.value).split(/\s+/);
    let shown = 0;
    for (const row of all) {
      row.hidden = !words.every((word) => plain(row.dataset.words).includes(word));
      shown += !row.hidden;
    }
    for (const section of form.querySelectorAll("[data-section]")) {
      const own = [...section.querySelectorAll("[data-words]")];
      section.hidden = field.value.trim() !== "" && own.every((row) => row.hidden);
    }
    nothing.hidden = shown > 0 || all.length === 0;
    if (field.value === field.defaultValue) found.replaceChildren(...[...said].map((node) => node.cloneNode(true)));
    else found.textContent = `${shown} of ${all.length} listed.`;
    for (const hidden of document.querySelectorAll("#bulk [name=q]")) hidden.value = field.value;
  }

  field.addEventListener("input", narrow);
  if (field.value !== field.defaultValue) narrow(); // somebody was quicker than this module
}

// A tick in each section's head for all of it that is listed.
function tickTogether() {
  for (const section of form.querySelectorAll("[data-section]")) {
    const boxes = [...section.querySelectorAll("[name=chosen]")];
    const head = section.querySelector(".vm-names span");
    if (!boxes.length || !head) continue;
    const all = document.createElement("input");
    all.type = "checkbox";
    const label = document.createElement("label");
    label.className = "vm-tick";
    const words = document.createElement("span");
    words.className = "vm-hidden";
    words.textContent = `Tick all of ${section.querySelector("h3").textContent} that is listed`;
    label.append(all, words);
    head.replaceWith(label);
    label.parentElement.removeAttribute("aria-hidden");
    all.addEventListener("change", () => {
      for (const box of boxes) if (!box.closest("[data-words]").hidden) box.checked = all.checked;
      if (all.checked) document.querySelector(".vm-bulk").open = true;
    });
  }
}

// By how much is asked only where a price is to change.
function askForPrices() {
  const what = bulk.elements.what;
  const show = () => {
    for (const part of bulk.querySelectorAll("[data-price]")) part.hidden = !["up", "down"].includes(what.value);
  };
  what.addEventListener("change", show);
  show();
}

function plain(text) {
  return text.trim().toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
}
