// A button that copies a field. Where the page came by plain http browsers have no clipboard to write to: then the text
// is selected, and the page says so.

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    let words = "Copied.";
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      words = "The link is selected: copy it as you copy any text.";
    }
    document.getElementById("copied").textContent = words;
  });
}
