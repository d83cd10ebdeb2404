// The generator must notice what it is there to notice. `node --test`; needs no database.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

import { readBoardFrame } from "./load/frames.mjs";
import { spread } from "./load/figures.mjs";
import { readOptions } from "./load/options.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

const SHORT = ["--seconds=1", "--warmup=0", "--patience=2"];

async function loadAgainst(fault, ...options) {
  const peer = spawn(process.execPath, [here("peer.mjs"), "--memory", ...(fault ? ["--fault", fault] : [])]);
  try {
    const port = /\d+/.exec(String((await once(peer.stdout, "data"))[0]))[0];
    const guest = `--url-guest=ws://127.0.0.1:${port}/Test?venue_id={venue}&table_number={table}`;
    const key = "the-board-of-venue-{venue}-under-load";
    const board = `--url-board=ws://127.0.0.1:${port}/k/${key}/Test?venue_id={venue}&table_number=dashboard`;
    const load = spawn(process.execPath, [here("load.mjs"), guest, board, ...SHORT, ...options]);
    let [out, err] = ["", ""];
    load.stdout.on("data", (text) => (out += text));
    load.stderr.on("data", (text) => (err += text));
    const [code] = await once(load, "close");
    assert.ok(out, err);
    return { code, ...JSON.parse(out) };
  } finally {
    peer.kill();
  }
}

test("a server without faults gets none", async () => {
  const result = await loadAgainst(null, "--venues=1-4", "--tables=10", "--boards=2", "--in-flight=20");
  assert.deepEqual(result.examples, []);
  assert.equal(result.code, 0);
  assert.ok(result.orders > 20 && result.loops > 20);
});

for (const [fault, kind] of Object.entries({
  lose: "lost",
  double: "doubled",
  wrong: "wrong",
  swap: "out_of_order",
  refuse: "refused",
})) {
  test(`orders are noticed that go wrong: ${fault}`, async () => {
    const result = await loadAgainst(fault, "--tables=10", "--boards=2", "--rate=200");
    assert.ok(result.faults[kind], JSON.stringify(result.faults));
    assert.equal(result.code, 1);
  });
}

test("a fan-out notices a board that gets an order twice", async () => {
  const result = await loadAgainst("double", "--fanout=20", "--orders=100", "--tables=5");
  assert.ok(result.faults.doubled, JSON.stringify(result.faults));
});

test("load goes to this machine only", () => {
  const at = (host) => () => readOptions([`--url-guest=ws://${host}/Test`, `--url-board=ws://${host}/Test`]);
  at("127.0.0.1:8080")();
  for (const host of ["example.com", "10.0.0.1:8080", "127.0.0.1.example.com"]) assert.throws(at(host), /this machine/);
});

test("a frame with another order of keys is no order frame", () => {
  const id = "0bc09aea-f152-4386-b1b0-f741f1e01fff";
  const rest = `"order_time":1594120013360,"venue_id":"1","table_number":"1","order_status":"pending"`;
  assert.equal(readBoardFrame(`{"order_id":"${id}",${rest},"order_items":{"13":4}}`).items, '{"13":4}');
  assert.equal(readBoardFrame(`{"order_items":{"13":4},"order_id":"${id}",${rest}}`), null);
});

test("percentiles are of the times themselves", () => {
  const times = Array.from({ length: 100 }, (_, i) => 100 - i);
  assert.deepEqual(spread(times), { p50: 50, p90: 90, p99: 99, max: 100 });
});
