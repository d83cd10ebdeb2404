// A connection of the onTap protocol, version 2, that comes back by itself: from where it stopped, or with a snapshot.
// Events: "frame" (detail: the frame), "state" (live or not, since when, when next), "ended" (detail: {code, message}).

const SUBPROTOCOL = "ontap.v2";
const OPENS_WITHIN_MS = 10_000;
const LONGEST_WAIT_MS = 30_000;
const STOPPED_WAIT_MS = 20_000; // staff stopped the table: they may let it go on
const SESSION_ENDED = 4001;
const REVOKED = 4003;
const TOO_MANY = 4008;

// Full jitter would let some come back at once together; half of the wait is kept.
export function waitBefore(attempt, random = Math.random) {
  return Math.min(LONGEST_WAIT_MS, 500 * 2 ** attempt) * (0.5 + random() / 2);
}

export class Line extends EventTarget {
  #query;
  #socket = null;
  #attempt = 0;
  #refused = 0;
  #timer = null;
  #watch = null;
  #heardWithin = 40_000;
  #epoch = null;
  #seq = null;
  #over = false;

  live = false;
  since = Date.now(); // since when it is as it is
  heardAt = null;
  retryAt = null;

  constructor(venueId, tableNumber) {
    super();
    this.#query = new URLSearchParams({ venue_id: venueId, table_number: tableNumber });
    addEventListener("online", () => this.tryNow());
    document.addEventListener("visibilitychange", () => document.hidden || this.tryNow());
  }

  open() {
    clearTimeout(this.#timer);
    this.retryAt = null;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/Test?${this.#query}`, SUBPROTOCOL);
    this.#socket = socket;
    this.#expect(OPENS_WITHIN_MS);
    let greeted = false;
    socket.onmessage = (event) => {
      if (socket !== this.#socket) return;
      greeted = true;
      this.#hear(JSON.parse(event.data));
    };
    socket.onclose = (event) => {
      if (socket !== this.#socket) return;
      this.#refused = greeted ? 0 : this.#refused + 1;
      this.#lost(event.code);
    };
  }

  tryNow() {
    if (!this.live && !this.#over && this.#timer !== null) this.open();
  }

  // Whether it was handed to a live connection; what must not get lost is kept by the caller until it is acknowledged.
  send(frame) {
    if (!this.live || this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #hear(frame) {
    if (frame.type !== "hello") this.heardAt = Date.now(); // a greeting shows nothing yet that could grow old
    this.#expect(this.#heardWithin);
    if (frame.type === "hello") {
      this.#heardWithin = frame.heartbeat_s * 2000 + 10_000;
      if (this.#epoch === frame.epoch && this.#seq !== null) {
        this.#socket.send(JSON.stringify({ action: "resume", epoch: this.#epoch, seq: this.#seq }));
        this.#becomes(true);
      }
      return;
    }
    if (frame.type === "session_ended") return; // the close code follows, and says the same
    this.dispatchEvent(new CustomEvent("frame", { detail: frame }));
    if (frame.type === "snapshot") {
      [this.#epoch, this.#seq] = [frame.epoch, frame.seq];
      this.#becomes(true);
    } else if (frame.type === "order" || frame.type === "notice" || frame.type === "heartbeat") {
      // An ack's seq is no position: it comes before the events that lie between.
      this.#seq = Math.max(this.#seq ?? 0, frame.seq ?? 0);
    }
  }

  // A connection that says nothing for this long is none, whatever the browser believes.
  #expect(milliseconds) {
    clearTimeout(this.#watch);
    const socket = this.#socket;
    this.#watch = setTimeout(() => {
      if (socket !== this.#socket) return;
      this.#socket = null;
      socket.close();
      this.#lost(0);
    }, milliseconds);
  }

  async #lost(code) {
    clearTimeout(this.#watch);
    this.#becomes(false);
    if (code === SESSION_ENDED || code === REVOKED || this.#refused >= 2) {
      const why = await this.#why();
      if (why !== null && why.code !== "table_stopped") {
        this.#over = true;
        this.dispatchEvent(new CustomEvent("ended", { detail: why }));
        return;
      }
      if (why !== null) {
        this.dispatchEvent(new CustomEvent("ended", { detail: why }));
        this.#again(STOPPED_WAIT_MS);
        return;
      }
    }
    this.#again(code === TOO_MANY ? LONGEST_WAIT_MS : waitBefore(this.#attempt++));
  }

  #again(milliseconds) {
    clearTimeout(this.#timer);
    this.retryAt = Date.now() + milliseconds;
    this.#timer = setTimeout(() => this.open(), milliseconds);
    this.#tell();
  }

  // A browser cannot see why a handshake was refused; the server says it to whoever holds the cookie.
  async #why() {
    try {
      const answer = await fetch(`/session?${this.#query}`, { cache: "no-store" });
      return answer.status === 401 ? await answer.json() : null;
    } catch {
      return null; // no network: that is why
    }
  }

  #becomes(live) {
    if (live) {
      this.#attempt = this.#refused = 0;
      this.retryAt = null;
    }
    if (live === this.live) return;
    this.live = live;
    this.since = Date.now();
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new CustomEvent("state"));
  }
}
