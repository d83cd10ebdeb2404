// Load for a server of the onTap protocol, version 1, with every order checked. See README.md.

import { readOptions } from "./load/options.mjs";
import { runFanout } from "./load/fanout.mjs";
import { runIdle } from "./load/idle.mjs";
import { runLoops } from "./load/loops.mjs";

const RUNS = { loops: runLoops, fanout: runFanout, idle: runIdle };

try {
  const options = readOptions(process.argv.slice(2));
  const result = await RUNS[options.mode](options);
  process.stdout.write(`${JSON.stringify({ mode: options.mode, ...result })}\n`);
  // Thousands of sockets would each wait for their closing handshake.
  process.exit(Object.keys(result.faults ?? {}).length ? 1 : 0);
} catch (error) {
  process.stderr.write(`${error.stack}\n`);
  process.exit(2);
}
