// Many client sockets, opened a few at a time.

import WebSocket from "ws";

const AT_ONCE = 32;

const OPTIONS = {
  perMessageDeflate: false,
  // Random masks cost the generator, which shares the machine. A zero mask would let some servers skip their work.
  generateMask: (mask) => mask.set([0x5a, 0xa5, 0x3c, 0xc3]),
};

/** Open a socket for each of [{url, onText or onFrame, onClose}]; returns the sockets in that order, all open. */
export async function openSockets(wanted) {
  const sockets = new Array(wanted.length);
  let next = 0;
  const openMore = async () => {
    while (next < wanted.length) {
      const i = next++;
      sockets[i] = await openSocket(wanted[i]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, openMore));
  return sockets;
}

function openSocket({ url, onText, onFrame, onClose }) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, OPTIONS);
    socket.on("open", () => {
      if (onFrame) readFrames(socket, onFrame);
      resolve(socket);
    });
    socket.on("error", (error) => reject(new Error(`A socket did not open: ${error.message}`)));
    socket.on("close", (code) => onClose?.(code));
    if (onText) socket.on("message", (data) => onText(data.toString()));
  });
}

/** Drop the connections at once, without the closing handshake. */
export function dropSockets(sockets) {
  for (const socket of sockets) socket.removeAllListeners("close").terminate();
}

const TEXT = 0x81;
const PING = 0x89;

/** Call with the payload of each text frame, past `ws`: of a thousand receivers it would be the slowest part. */
function readFrames(socket, onFrame) {
  const connection = socket._socket;
  let rest = null;
  connection.removeAllListeners("data");
  connection.on("data", (chunk) => {
    const data = rest ? Buffer.concat([rest, chunk]) : chunk;
    rest = null;
    for (let at = 0; at < data.length; ) {
      const short = data[at + 1];
      const head = short === 126 ? 4 : 2;
      const end = data.length - at < head ? Infinity : at + head + (short === 126 ? data.readUInt16BE(at + 2) : short);
      if (end > data.length) {
        rest = data.subarray(at);
        return;
      }
      if (data[at] === TEXT && short < 127) onFrame(data.subarray(at + head, end));
      else if (data[at] === PING) socket.pong();
      else return socket.terminate(); // a close, or what no server of ours sends
      at = end;
    }
  });
}
