// The board's foot: this board's connection, and where the venue has a gateway its agent and the gateway. Never one light
// for all; each part says how it is, since when, and what to do.

import { now } from "./clock.js";
import { secondOf, timeOf } from "./words.js";

const COMMAND_MS = 300_000; // one that did not reach the gateway is news for so long
const $ = (id) => document.getElementById(id);

export class Health {
  #agent = null; // each is the trouble as a `health` notice tells it, or null
  #gateway = null;
  #command = null;
  #has = document.body.dataset.gateway === "yes";
  #since = { agent: null, gateway: null }; // of what is live, where we heard it come
  databaseAway = false;

  constructor() {
    this.#read(document);
  }

  // What is to be said above the columns, oldest first.
  get troubles() {
    return [this.#agent, this.#agent ? null : this.#gateway, this.#command].filter(Boolean);
  }

  hear(notice) {
    if (notice.part === "command") {
      this.#command = notice.what_to_do ? { ...notice, at: now() } : null;
      return;
    }
    this.#has = true;
    const trouble = notice.what_to_do ? notice : null;
    if (notice.part === "agent") {
      this.#agent = trouble;
      if (!trouble) {
        this.#since.agent = notice.since;
        this.ask(); // what it says of its gateway is told only where that is new
      }
    } else {
      this.#agent = null; // who tells of its gateway is there
      this.#gateway = trouble;
      if (!trouble) this.#since.gateway = notice.since;
    }
  }

  // What is wrong, as the page would say it now: for when notices may have been missed.
  async ask() {
    try {
      const answer = await fetch(location.pathname, { cache: "no-store" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (page.getElementById("troubles")) this.#read(page);
    } catch {
      // no network: the first part says so
    }
  }

  // Called every second.
  show(line, at) {
    if (this.#command && at - this.#command.at > COMMAND_MS) this.#command = null;
    document.body.dataset.live = line.live ? "yes" : "no";
    this.#board(line);
    part("agent", this.#has, ...this.#agentWords());
    part("gateway", this.#has, ...this.#gatewayWords());
  }

  #read(page) {
    this.#has = page.body.dataset.gateway === "yes";
    const found = new Map(JSON.parse(page.getElementById("troubles").textContent).map((trouble) => [trouble.part, trouble]));
    this.#agent = found.get("agent") ?? null;
    this.#gateway = found.get("gateway") ?? found.get("token") ?? (this.#agent ? this.#gateway : null);
  }

  #board(line) {
    if (line.live && this.databaseAway) part("board", true, "silent", "The server has lost its database", "Nothing is lost. It goes on by itself.");
    else if (line.live) part("board", true, "live", "This board is live", `since ${timeOf(line.since)}`);
    else part("board", true, "silent", "This board is not live", line.heardAt ? `last word ${secondOf(line.heardAt)}` : "not connected yet");
    // The alert for who listens rather than looks.
    const heard = line.live || line.heardAt === null ? "" : "Connection lost. New orders are kept for you.";
    if ($("heard").textContent !== heard) $("heard").textContent = heard;
  }

  #agentWords() {
    if (!this.#agent) return ["live", "Agent is live", since(this.#since.agent)];
    const { state, since: at, what_to_do: what } = this.#agent;
    return ["silent", state === "contested" ? `Two agents since ${timeOf(at)}` : `Agent silent since ${timeOf(at)}`, what];
  }

  #gatewayWords() {
    if (this.#agent && this.#agent.state !== "contested") return ["silent", "Gateway: not known", "Only the agent can tell."];
    if (!this.#gateway) return ["live", "Gateway is live", since(this.#since.gateway)];
    const words = this.#gateway.part === "token" ? "Gateway refuses us since" : "Gateway silent since";
    return ["silent", `${words} ${timeOf(this.#gateway.since)}`, this.#gateway.what_to_do];
  }
}

const since = (at) => (at ? `since ${timeOf(at)}` : "no trouble known");

function part(name, there, mark, strong, text) {
  const item = $(`health-${name}`);
  const print = `${there} ${mark} ${strong} ${text}`;
  if (item.dataset.print === print) return;
  item.dataset.print = print;
  item.hidden = !there;
  item.classList.toggle("trouble", mark === "silent");
  item.querySelector(".mark").dataset.is = mark;
  item.querySelector("b").textContent = strong;
  item.querySelector(".when").textContent = text;
}
