// The plan by hand: choose a table, then its place; by tap, by keys, or by dragging. What counts is in the form's fields.

const form = document.querySelector("[data-plan]");
if (form) begin(form);

function begin(form) {
  const grid = form.querySelector(".ot-plan");
  const tray = form.querySelector("[data-tray]");
  const said = form.querySelector("[data-said]");
  const off = form.querySelector("[data-off]");
  const rows = new Map([...form.querySelectorAll("[data-row]")].map((row) => [row.dataset.row, row]));
  const plates = new Map([...rows].map(([id, row]) => [id, plateOf(id, row)]));
  let chosen = null;

  const numberOf = (id) => rows.get(id).dataset.number;
  const fields = (id) => ["x", "y"].map((axis) => form.elements[`${axis}-${id}`]);
  const cellAt = (x, y) => grid.querySelector(`td[data-x="${x}"][data-y="${y}"]`);
  const isOn = (id) => plates.get(id).closest("td") !== null;
  const say = (words) => { said.textContent = words; };

  function choose(id) {
    chosen = chosen === id ? null : id;
    for (const [one, plate] of plates) plate.setAttribute("aria-pressed", String(one === chosen));
    off.disabled = chosen === null || !isOn(chosen);
    grid.toggleAttribute("data-choosing", chosen !== null);
    say(chosen ? `Table ${numberOf(chosen)} is chosen. Now its place.` : "Choose a table, then its place.");
  }

  function put(id, cell) {
    const there = cell?.querySelector("[data-table]");
    if (there && there.dataset.table !== id) {
      say(`Table ${numberOf(there.dataset.table)} stands there.`);
      return;
    }
    const plate = plates.get(id);
    const [x, y] = fields(id);
    (cell ?? tray).append(plate);
    plate.tabIndex = cell ? -1 : 0;
    x.value = cell ? Number(cell.dataset.x) + 1 : "";
    y.value = cell ? Number(cell.dataset.y) + 1 : "";
    if (chosen === id) choose(id);
    say(cell ? `Table ${numberOf(id)} is in column ${x.value}, row ${y.value}. Not saved yet.`
      : `Table ${numberOf(id)} is off the plan. Not saved yet.`);
  }

  function plateOf(id, row) {
    const plate = document.createElement("button");
    plate.type = "button";
    plate.className = "ot-plate";
    plate.dataset.table = id;
    if (row.querySelector(".ot-plate").dataset.is) plate.dataset.is = "stopped";
    plate.textContent = row.dataset.number;
    plate.draggable = true;
    plate.setAttribute("aria-pressed", "false");
    plate.addEventListener("dragstart", (event) => {
      event.dataTransfer.setData("text/plain", id);
      event.dataTransfer.effectAllowed = "move";
    });
    return plate;
  }

  function focusOn(cell) {
    grid.querySelector('td[tabindex="0"]').tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
  }

  function act(cell) {
    const there = cell.querySelector("[data-table]");
    if (chosen && there?.dataset.table !== chosen) put(chosen, cell);
    else if (there) choose(there.dataset.table);
    else say("Choose a table first.");
  }

  grid.setAttribute("role", "grid");
  for (const cell of grid.querySelectorAll("td")) {
    cell.setAttribute("role", "gridcell");
    cell.setAttribute("aria-description", `column ${Number(cell.dataset.x) + 1}, row ${Number(cell.dataset.y) + 1}`);
    cell.tabIndex = -1;
  }
  grid.querySelector("td").tabIndex = 0;
  for (const [id, plate] of plates) {
    const drawn = grid.querySelector(`span[data-table="${id}"]`);
    plate.tabIndex = drawn ? -1 : 0;
    if (drawn) drawn.replaceWith(plate);
    else tray.append(plate);
    for (const field of fields(id)) {
      field.addEventListener("change", () => {
        const typed = fields(id).map((one) => one.value);
        const cell = typed.every(Boolean) ? cellAt(typed[0] - 1, typed[1] - 1) : null;
        if (cell || !typed.some(Boolean)) put(id, cell);
      });
    }
  }
  tray.addEventListener("click", (event) => {
    const plate = event.target.closest("[data-table]");
    if (plate) choose(plate.dataset.table);
  });

  grid.addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    if (!cell) return;
    focusOn(cell);
    act(cell);
  });
  grid.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td");
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step) {
      const next = cellAt(Number(cell.dataset.x) + step[0], Number(cell.dataset.y) + step[1]);
      if (next) focusOn(next);
    } else if (event.key === "Enter" || event.key === " ") act(cell);
    else if (event.key === "Escape" && chosen) choose(chosen);
    else if (event.key === "Delete" && cell.querySelector("[data-table]")) {
      put(cell.querySelector("[data-table]").dataset.table, null);
    }
    else return;
    event.preventDefault();
  });
  for (const target of [grid, tray]) {
    target.addEventListener("dragover", (event) => event.preventDefault());
    target.addEventListener("drop", (event) => {
      event.preventDefault();
      const id = event.dataTransfer.getData("text/plain");
      const cell = event.target.closest("td");
      if (rows.has(id) && (cell || target === tray)) put(id, cell);
    });
  }

  off.hidden = tray.hidden = false;
  off.addEventListener("click", () => put(chosen, null));
  say("Choose a table, then its place; or drag it there.");
}
