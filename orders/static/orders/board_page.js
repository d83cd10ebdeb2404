// A page of the board on its own: it looks like the board, says whose hand it is, and has its parts.

import { initials } from "./initials.js";
import { liven } from "./parts.js";

try {
  if (localStorage.getItem("ontap theme") === "light") document.documentElement.dataset.theme = "light";
} catch {
  // no storage: dark
}

document.addEventListener("formdata", ({ target, formData }) => {
  if (target.method === "post" && initials()) formData.set("initials", initials());
});
liven(document);
