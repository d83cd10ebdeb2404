// The docket's button: a page of paper that is as long as what is on it.

const MM = 96 / 25.4; // CSS pixels

function fit() {
  const height = Math.ceil(document.querySelector(".docket").getBoundingClientRect().height / MM) + 1;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`@page{size:80mm ${height}mm; margin:0}`);
  document.adoptedStyleSheets = [sheet];
}

const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => window.print());
window.addEventListener("beforeprint", fit);
fit();
if ("atOnce" in document.body.dataset) window.print();
