// "As Monday" copies at once what the day before says; without this script it is a tick that the server reads.

const form = document.querySelector("[data-hours]");

for (const label of form?.querySelectorAll("[data-same]") ?? []) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "ot-btn";
  button.textContent = `As ${label.dataset.same}`;
  const row = label.closest("tr");
  button.addEventListener("click", () => copyTo(row));
  label.replaceWith(button);
}

function copyTo(row) {
  const before = inputs(row.previousElementSibling);
  const here = inputs(row);
  here.forEach((input, at) => { input.value = before[at]?.value ?? ""; });
}

function inputs(row) {
  return [...row.querySelectorAll("input[type=time]")];
}
