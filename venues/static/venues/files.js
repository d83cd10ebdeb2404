// What takes longer than two seconds says so, and for how long already: reading 10,000 rows is a while.
const WAIT = 2000;
const words = document.getElementById("working");

for (const form of document.querySelectorAll("form[data-long]")) {
  form.addEventListener("submit", () => {
    const began = Date.now();
    const tell = () => {
      const seconds = Math.round((Date.now() - began) / 1000);
      words.textContent = `${form.dataset.long}, for ${seconds} seconds now. A menu of 10,000 rows takes about half a minute.`;
      words.hidden = false;
      words.scrollIntoView({ block: "nearest" });
    };
    const first = setTimeout(() => {
      tell();
      const every = setInterval(tell, 1000);
      addEventListener("pagehide", () => clearInterval(every), { once: true });
    }, WAIT);
    addEventListener("pagehide", () => clearTimeout(first), { once: true });
  });
}

const file = document.getElementById("id_file");
file.addEventListener("change", () => {
  const large = file.files[0]?.size > Number(file.dataset.most);
  file.setCustomValidity(large ? file.dataset.tooLarge : "");
  file.reportValidity();
});

// The browser may bring this page back as it was left.
addEventListener("pageshow", () => (words.hidden = true));
