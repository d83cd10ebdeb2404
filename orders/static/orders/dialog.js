// A sheet over the board with words of its own; closed by Escape, by its button, and gone then.

import { el } from "./dom.js";

// openDialog("Keys", (close) => [elements]); gives back the dialog, which is open.
export function openDialog(title, contents) {
  const close = () => dialog.close();
  const dialog = el(
    "dialog",
    { class: "sheet wide", "aria-labelledby": "h-dialog", onclose: () => dialog.remove() },
    el("header", { class: "row" }, el("h2", { id: "h-dialog" }, title), el("button", { class: "btn", type: "button", onclick: close }, "Close")),
    contents(close),
  );
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
