// The control API, from the page's side.

/** Sends a verb; gives the answer, or throws an Error whose message is the simulator's own sentence. */
export async function send(path, body = {}, method = "POST") {
  let response;
  try {
    response = await fetch(path, {method, headers: {"Content-Type": "application/json"}, ...(method === "GET" ? {} : {body: JSON.stringify(body)})});
  } catch {
    throw new Error("The simulator does not answer. Is it still running?");
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}

/** Calls `show` with every state, and `lose` with the time of the last one when the simulator is gone. */
export function follow(show, lose) {
  const events = new EventSource("/events");
  let seen = new Date();
  events.onmessage = event => {
    seen = new Date();
    show(JSON.parse(event.data));
  };
  events.onerror = () => lose(seen);
}
