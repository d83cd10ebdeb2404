// What is measured: times, and what a process used.

import { readFileSync } from "node:fs";

const TICK_US = 10_000; // of utime and stime: USER_HZ is 100 on Linux

/** p50, p90, p99 and the longest of milliseconds. */
export function spread(times) {
  if (!times.length) return null;
  const sorted = Float64Array.from(times).sort();
  const at = (share) => round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: round(sorted.at(-1)) };
}

/** Two decimals are enough. */
export function round(number) {
  return Math.round(number * 100) / 100;
}

/** CPU that the processes have used so far, all their threads, in microseconds. */
export function cpuOf(pids, times = 2) {
  let ticks = 0;
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    for (const time of fields.slice(11, 11 + times)) ticks += Number(time); // utime, stime, then those of dead children
  }
  return ticks * TICK_US;
}

/** The same of a process and its children, those that have ended too. */
export function treeCpu(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim().split(" ").filter(Boolean);
  return cpuOf([pid], 4) + cpuOf(children);
}

/** CPU that this process has used so far, in microseconds. */
export function ownCpu() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Memory of the processes in KB, what they share counted once (PSS). */
export function memoryOf(pids) {
  return pids.reduce((sum, pid) => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "latin1");
    return sum + Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)[1]);
  }, 0);
}
