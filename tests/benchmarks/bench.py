"""Measure onTap beside what others would write: `python -m tests.benchmarks.bench --what loops`. See README.md.

Alternates the candidates run by run, each run on a fresh database, and compares what was written with what was seen.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import django

from tests.benchmarks import self_check
from tests.benchmarks.candidates import HERE, Candidate
from tests.benchmarks.checks import faults_in, look
from tests.benchmarks.generator import GeneratorFailed, generate, what_is_missing
from tests.benchmarks.measures import PGBENCH, WHAT, Measure, measures
from tests.benchmarks.report import Round
from tests.benchmarks.seed import TABLES, VENUES
from tests.benchmarks.stage import Stage
from tests.needs import find_postgres, find_redis
from tests.stack.ports import LOOPBACK
from tests.stack.postgres import USER

PGBENCH_DATABASE = "pgbench"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables; exit code 1 where an order went wrong in any run."""
    options = _options(arguments)
    missing = what_is_missing()
    if missing:
        print(missing)
        return 1
    if options.check:
        return self_check.main()
    chosen = measures(
        options.what,
        seconds=options.seconds,
        warmup=options.warmup,
        in_flight=options.in_flight,
        boards=options.boards,
    )
    wrong = False
    with Stage(venues=options.venues, tables=options.tables) as stage:
        print(conditions(options), "\n", flush=True)
        for measure in chosen:
            rounds = [
                run_round(stage, measure, number, options)
                for number in range(min(options.runs, measure.most_runs or options.runs))
            ]
            print(measure.show(rounds), flush=True)
            wrong |= any(result["wrong"] for one in rounds for result in one.values())
    return int(wrong)


def run_round(stage: Stage, measure: Measure, number: int, options: argparse.Namespace) -> Round:
    """One run of each candidate; who begins changes from round to round."""
    candidates = [one for one in measure.candidates if not options.only or one.name in options.only]
    turn = number % len(candidates) if candidates else 0
    found: dict[str, dict[str, Any]] = {}
    for candidate in [*candidates[turn:], *candidates[:turn]]:
        found[candidate.name] = _run(stage, candidate, measure, options.save)
    if measure.with_pgbench:
        found[PGBENCH] = {"per_second": run_pgbench(stage, options.seconds), "wrong": []}
    return found


def _run(stage: Stage, candidate: Candidate, measure: Measure, save: Path | None) -> dict[str, Any]:
    print(f"{time.strftime('%H:%M:%S')} {measure.title}: {candidate.name}", file=sys.stderr, flush=True)
    deadlocks = stage.deadlocks()
    with candidate.run(stage) as running:
        before = look(running.database)
        try:
            result = generate(stage, running, **measure.options)
        except GeneratorFailed as failure:
            return {"wrong": [str(failure)]}
        result["wrong"] = [] if result["mode"] == "idle" else faults_in(running.database, result, before)
        result["wrong"] += result["examples"]
    if stage.deadlocks() > deadlocks:
        result["wrong"].append(f"{stage.deadlocks() - deadlocks} deadlocks in PostgreSQL's log")
    if save:
        with save.open("a") as file:
            line = {"measure": measure.title, "candidate": candidate.name, **result}
            file.write(json.dumps({key: value for key, value in line.items() if key != "sequences"}) + "\n")
    return result


def run_pgbench(stage: Stage, seconds: int) -> float:
    """Transactions a second of pgbench's own kind: what this machine and its disk can do at this moment."""
    folder = find_postgres()
    assert folder is not None
    common = [str(folder / "pgbench"), "-h", LOOPBACK, "-p", str(stage.postgres.port), "-U", USER]
    stage.postgres.create_database(PGBENCH_DATABASE)
    try:
        subprocess.run([*common, "-i", "-q", "-s", "20", PGBENCH_DATABASE], check=True, capture_output=True)
        how = ["-n", "-M", "prepared", "-c", "16", "-j", "1", "-T", str(seconds)]
        done = subprocess.run([*common, *how, PGBENCH_DATABASE], check=True, capture_output=True, text=True)
    finally:
        stage.postgres.drop_database(PGBENCH_DATABASE)
    rate = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
    assert rate is not None
    return float(rate[1])


def conditions(options: argparse.Namespace) -> str:
    """What the figures depend on, in one paragraph."""
    packages = json.loads((HERE / "package-lock.json").read_text())["packages"]
    versions = [
        f"Python {platform.python_version()}",
        f"Django {django.get_version()}",
        f"Node {_word(['node', '--version'])}",
        *(f"{name} {packages[f'node_modules/{name}']['version']}" for name in ("ws", "pg")),
        f"PostgreSQL {_word([(find_postgres() or Path()) / 'postgres', '--version'])} (fsync on)",
        f"Redis {_word([find_redis() or '', '--version'])}",
    ]
    return (
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} when we began. {', '.join(versions)}. "
        f"Runs: {options.runs}, alternating, each of {options.seconds} s after {options.warmup} s of warm-up, "
        f"{options.in_flight} in flight, {options.venues} venues with {options.tables} tables, "
        f"boards: {options.boards} each. Medians (least to most); a ratio is the median of the rounds' own ratios."
    )


def _word(command: list[str | Path]) -> str:
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout
    found = re.search(r"\d+(\.\d+)+", answer)
    return found[0] if found else "?"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench")
    parser.add_argument("--what", choices=WHAT, default="loops")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--warmup", type=int, default=3)
    parser.add_argument("--in-flight", type=int, default=200)
    parser.add_argument("--boards", type=int, default=1, help="board sockets of each venue")
    parser.add_argument("--venues", type=int, default=VENUES)
    parser.add_argument("--tables", type=int, default=TABLES, help="of each venue, with a guest each")
    parser.add_argument("--only", action="append", help="a candidate's name; may be given more than once")
    parser.add_argument("--save", type=Path, help="append each run's figures to this file, a line of JSON each")
    parser.add_argument("--check", action="store_true", help="no figures: does everything work, in a minute or two?")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
