// What is true of this page as a whole, said above everything: the connection, the session, what went wrong.

import { el, say } from "./dom.js";
import { refusalWords } from "./guest_words.js";
import { gettext } from "./language.js";
import { timeOf } from "./words.js";
import { keepsPages } from "./worker.js";

export function showConnection(place, { line, ended, away, trouble, writtenAt }) {
  const said = [];
  if (ended) {
    said.push(say("bad", "status", refusalWords(ended), left(ended)));
  } else if (!line.live && line.heardAt !== null) {
    said.push(lost(gettext("No connection since %(time)s.", { time: timeOf(line.heardAt) }), howItStood()));
  } else if (!line.live && line.retryAt !== null) {
    const menu = gettext("This is the menu as it was at %(time)s.", { time: timeOf(writtenAt) });
    said.push(lost(gettext("No connection."), `${menu} ${gettext("What you order is kept, and sent once you are back.")}`));
  }
  if (away && !ended) said.push(say("bad", "status", gettext("Orders cannot be taken at the moment."), gettext("Please order at the bar.")));
  if (trouble) said.push(say("bad", "alert", trouble.strong, trouble.text));
  const looks = said.map((one) => one.textContent).join("\n");
  if (place.dataset.print === looks) return;
  place.dataset.print = looks;
  place.replaceChildren(...said);
}

// What became of what this phone still kept when its visit ended.
function left({ unsent, unsure }) {
  const said = [];
  if (unsent) said.push(gettext("What was not sent yet was not ordered."));
  if (unsure) said.push(gettext("Ask at the bar about the order that was on its way."));
  return said.join(" ");
}

function howItStood() {
  const then = gettext("This is how things stood then. Your orders are safe with the bar.");
  return keepsPages ? then : `${then} ${gettext("Leave this page open: here, a phone cannot load it again without a connection.")}`;
}

function lost(strong, text) {
  const one = say("lost", "status", strong, text);
  one.prepend(el("span", { class: "mark", "data-is": "silent" }));
  return one;
}
