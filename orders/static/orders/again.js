// The page that stands where there is no connection: looks for one, and then goes where its reader wanted to.

import { gettext, language } from "./language.js";

const EVERY_MS = 5000;
const tried = document.getElementById("tried");
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

function failed() {
  tried.textContent = gettext("Last tried at %(time)s.", { time: clock.format(new Date()) });
}

async function look() {
  try {
    const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" });
    if (answer.status >= 500) throw new Error("The server is away."); // a proxy says so, on a page that looks for nothing
    if (location.pathname === "/offline") location.replace("/");
    else location.reload();
  } catch {
    failed();
  }
}

addEventListener("online", look);
setInterval(look, EVERY_MS);
failed();
