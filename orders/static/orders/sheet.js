// The board's pages in a sheet over its edge: the same forms and links, without leaving the board.

import { el } from "./dom.js";
import { initials } from "./initials.js";
import { liven } from "./parts.js";

// The sheet's looks, of the release that this board runs, however long it is open.
const looks = new URL("sheets.css", import.meta.url).href;
if (![...document.styleSheets].some((sheet) => sheet.href === looks)) document.head.append(el("link", { rel: "stylesheet", href: looks }));

export function openSheet(address) {
  const page = el("div", { class: "board-page" });
  const told = el("p", { class: "vh", role: "status" });
  const dialog = el("dialog", { class: "sheet wide", "aria-labelledby": "h-sheet", onclose: () => dialog.remove(), onsubmit: send, onclick: follow }, page, told);
  document.body.append(dialog);
  load(fetch(address), address);

  // What is no page of ours (logged out, not there) is shown by the browser. Where nothing answers, or something was
  // sent, we stay: the board goes on, and what was typed is still there.
  async function load(asked, elsewhere, pressed = null) {
    const answer = await asked.catch(() => null);
    const fresh = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = fresh?.getElementById("sheet");
    if (!main) {
      if (elsewhere && answer && answer.status < 500) location.assign(elsewhere);
      else sayNotDone(answer, elsewhere === null);
      return;
    }
    page.replaceChildren(...main.childNodes);
    told.textContent = [...page.querySelectorAll(".said")].map((said) => said.textContent.trim()).join(" ");
    liven(page);
    if (!dialog.open) dialog.showModal();
    settle(pressed);
  }

  // Where a finger was, it stays; a new page begins at its top.
  function settle(pressed) {
    const wrong = page.querySelector("[role=alert]");
    const same = pressed && [...page.querySelectorAll("button")].find((button) => nameOf(button) === pressed);
    if (wrong) wrong.scrollIntoView({ block: "nearest" });
    else if (!pressed) dialog.scrollTop = 0;
    (page.querySelector("[aria-invalid]") ?? same ?? page.querySelector("#h-sheet")).focus({ preventScroll: true });
  }

  function send(event) {
    const { target: form, submitter } = event;
    const data = new FormData(form);
    if (submitter?.name) data.append(submitter.name, submitter.value);
    event.preventDefault();
    if (form.method !== "post") {
      const asked = `${form.action}?${new URLSearchParams(data)}`;
      load(fetch(asked), asked);
      return;
    }
    if (form.dataset.sent) return; // pressed twice
    form.dataset.sent = "yes";
    if (initials()) data.set("initials", initials());
    const sent = fetch(form.action, { method: "POST", body: new URLSearchParams(data) });
    load(sent.finally(() => delete form.dataset.sent), null, submitter && nameOf(submitter));
  }

  function follow(event) {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.id !== "close" && !("sheet" in link.dataset)) return;
    event.preventDefault();
    event.stopPropagation(); // the board would open another sheet
    if (link.id === "close") dialog.close();
    else load(fetch(link.href), link.href);
  }

  function sayNotDone(answer, sent) {
    const why = !answer ? "There is no connection." : answer.status < 500 ? `The server refused it (${answer.status}).` : "The server did not answer.";
    const words = el("p", {}, el("strong", {}, sent ? "Not done." : "Not here."), ` ${why} ${sent ? "What you typed is still here." : ""} Try again in a moment.`);
    const said = el("div", { class: "say bad not-done said", role: "alert" }, words);
    page.querySelector(".not-done")?.remove();
    if (page.firstElementChild) page.firstElementChild.after(said);
    else page.append(el("header", { class: "row" }, el("h1", { id: "h-sheet", tabindex: "-1" }, "The board's pages"), el("button", { class: "btn", type: "button", onclick: () => dialog.close() }, "Close")), said);
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
  }
}

const nameOf = (button) => button.textContent.trim();
