// What others would write in place of onTap: Node's `ws` and `pg`, the same frames, the same rows. See README.md.

import { parseArgs } from "node:util";
import pg from "pg";

import { CommitEach } from "./peer/commit_each.mjs";
import { CommitGroup } from "./peer/commit_group.mjs";
import { readHouse } from "./peer/house.mjs";
import { InMemory, inventHouse } from "./peer/in_memory.mjs";
import { serve } from "./peer/server.mjs";

const { values: options } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    database: { type: "string" }, // postgres://...
    pool: { type: "string", default: "20" }, // connections, with one commit for each change
    "group-commit": { type: "boolean", default: false },
    batch: { type: "string", default: "128" }, // changes in one transaction at most
    writers: { type: "string", default: "1" }, // a venue always belongs to the same one
    memory: { type: "boolean", default: false }, // nothing is written: what the generator itself can do
    fault: { type: "string" }, // with --memory: lose, double, wrong, swap or refuse an order now and then
  },
});

pg.types.setTypeParser(pg.types.builtins.INT8, Number); // ids and seqs are far from 2 ** 53
let house, writer, reading;
if (options.memory) {
  house = inventHouse();
  writer = new InMemory(options.fault);
} else {
  reading = new pg.Client(options.database);
  await reading.connect();
  house = await readHouse(reading);
  writer = options["group-commit"]
    ? await CommitGroup.connect(options.database, Number(options.batch), Number(options.writers))
    : await CommitEach.connect(options.database, Number(options.pool));
}
process.stdout.write(`listening on ${await serve({ port: Number(options.port), house, writer, reading })}\n`);
