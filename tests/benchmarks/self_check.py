"""Does all of this work? Short runs of every candidate, and faults on purpose that the generator must notice."""

import subprocess

from tests.benchmarks.candidates import (
    DAPHNE,
    HERE,
    NODE_COMMIT,
    NODE_GROUP,
    SQLITE,
    TWO_BY_VENUE,
    TWO_SPREAD,
    UVICORN,
    Candidate,
)
from tests.benchmarks.checks import faults_in, look, shape_of
from tests.benchmarks.generator import GeneratorFailed, generate
from tests.benchmarks.stage import Stage

LOOPS = {"seconds": 2, "warmup": 0, "in_flight": 40, "boards": 2}
AT_RATE = {"seconds": 2, "warmup": 0, "rate": 60, "boards": 2}
FANOUT = {"fanout": 50, "orders": 20}
IDLE = {"idle": 100, "seconds": 0}


def main() -> int:
    """Exit code 0 when every run was without a fault, and every fault on purpose was found."""
    good = subprocess.run(["node", "--test"], cwd=HERE, check=False).returncode == 0
    shapes: dict[str, object] = {}
    with Stage(venues=4, tables=20) as stage:
        for candidate in (NODE_COMMIT, NODE_GROUP, DAPHNE, UVICORN, SQLITE, TWO_SPREAD, TWO_BY_VENUE):
            for options in (LOOPS, AT_RATE, FANOUT, IDLE):
                wrong = check(stage, candidate, options, shapes)
                for fault in wrong:
                    print(f"{candidate.name} {options}: {fault}", flush=True)
                good &= not wrong
        if stage.deadlocks():
            print(f"{stage.deadlocks()} deadlocks in PostgreSQL's log")
            good = False
    ours = shapes.get(DAPHNE.name)
    for name, shape in shapes.items():
        if shape != ours:
            print(f"{name} writes other rows than {DAPHNE.name}:\n  {shape}\n  {ours}")
            good = False
    print("All good." if good else "Something is wrong.")
    return 0 if good else 1


def check(stage: Stage, candidate: Candidate, options: dict[str, int], shapes: dict[str, object]) -> list[str]:
    """What is wrong with a candidate in one short run; notes the shape of its rows on PostgreSQL."""
    with candidate.run(stage) as running:
        before = look(running.database)
        try:
            result = generate(stage, running, **options)
        except GeneratorFailed as failure:
            return [str(failure)]
        if result["mode"] == "idle":
            return [f"{count} {kind}" for kind, count in result["faults"].items()]
        if result["mode"] == "loops" and not candidate.embedded:
            shapes[candidate.name] = shape_of(running.database)
        return [*faults_in(running.database, result, before), *result["examples"]]
