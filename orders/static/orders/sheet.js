// The tables page in a sheet over the board's edge: the same forms, sent without leaving the board.

import { el } from "./dom.js";

export function openSheet(address) {
  const dialog = el("dialog", { class: "sheet wide", "aria-labelledby": "h-sheet", onclose: () => dialog.remove(), onsubmit: send, onclick: close });
  document.body.append(dialog);
  load(fetch(address)).then(() => dialog.showModal());

  async function load(asked) {
    const answer = await asked.catch(() => null);
    if (!answer?.ok || !answer.url.startsWith(new URL(address, location).href)) {
      location.assign(address); // offline, logged out, refused: the page itself says so
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    dialog.replaceChildren(...page.getElementById("sheet").childNodes);
    dialog.scrollTop = 0;
  }

  function send(event) {
    event.preventDefault();
    load(fetch(event.target.action, { method: "POST", body: new URLSearchParams(new FormData(event.target)) }));
  }

  function close(event) {
    if (!event.target.closest("#close")) return;
    event.preventDefault();
    dialog.close();
  }
}
