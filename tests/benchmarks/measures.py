"""The things that are measured, each with its candidates, what they are set beside and what the table shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.benchmarks.candidates import (
    DAPHNE,
    NODE_COMMIT,
    NODE_GROUP,
    SQLITE,
    TWO_BY_VENUE,
    TWO_SPREAD,
    UVICORN,
    Candidate,
)
from tests.benchmarks.report import Figure, Result, Round, column, ratio, table

PGBENCH = "pgbench, tpcb-like"


@dataclass(frozen=True)
class Measure:
    """One table: rows are candidates, columns figures, then the ratio of one figure to each baseline."""

    title: str
    candidates: tuple[Candidate, ...]
    options: Mapping[str, int]
    columns: tuple[tuple[str, Figure], ...]
    compared: Figure
    baselines: tuple[str, ...]
    with_pgbench: bool = False
    most_runs: int | None = None

    def show(self, rounds: Sequence[Round]) -> str:
        """The table, with what was found wrong below it."""
        head = ["candidate", *(name for name, _ in self.columns), *(f"x {name}" for name in self.baselines)]
        names = [
            name for name in (*(one.name for one in self.candidates), PGBENCH) if any(name in one for one in rounds)
        ]
        rows = [
            [
                name,
                *(column(rounds, name, figure) for _, figure in self.columns),
                *(ratio(rounds, name, baseline, self.compared) for baseline in self.baselines),
            ]
            for name in names
        ]
        wrong = [
            f"- **{name}**: {fault}" for one in rounds for name, result in one.items() for fault in result["wrong"]
        ]
        return "\n".join([f"### {self.title}", "", table(head, rows), "", *(wrong or ["Nothing wrong was found."]), ""])


def _at(*path: str) -> Figure:
    def figure(result: Result) -> float | None:
        value: Any = result
        for key in path:
            if value is None or key not in value:
                return None
            value = value[key]
        return None if value is None else float(value)

    return figure


_PER_SECOND = _at("per_second")
_LOOPS = (
    ("loops/s", _PER_SECOND),
    ("p50, ms", _at("ms", "p50")),
    ("p99, ms", _at("ms", "p99")),
    ("CPU, us", _at("server_cpu_us")),
    ("PostgreSQL CPU, us", _at("database_cpu_us")),
    ("generator CPU, us", _at("generator_cpu_us")),
)
_FANOUT = (
    ("first p50, ms", _at("first_ms", "p50")),
    ("last p50, ms", _at("last_ms", "p50")),
    ("last p99, ms", _at("last_ms", "p99")),
    ("CPU, us", _at("server_cpu_us")),
)
_IDLE = (("PSS per socket, KB", _at("pss_per_socket_kb")), ("before, KB", _at("pss_before_kb")))
_ALL = (NODE_COMMIT, NODE_GROUP, DAPHNE, UVICORN)
_BESIDE = (NODE_COMMIT.name, NODE_GROUP.name)


def measures(what: str, *, seconds: int, warmup: int, in_flight: int, boards: int) -> list[Measure]:
    """What `--what` names."""
    timed = {"seconds": seconds, "warmup": warmup, "boards": boards}
    loops = Measure(
        f"Full loops, {in_flight} in flight", _ALL, {**timed, "in_flight": in_flight}, _LOOPS, _PER_SECOND, _BESIDE
    )
    found = {
        "loops": [replace(loops, with_pgbench=True)],
        "latency": [
            Measure(f"At {rate} orders a second", _ALL, {**timed, "rate": rate}, _LOOPS, _at("ms", "p99"), _BESIDE)
            for rate in (100, 1000)
        ],
        "fanout": [
            Measure(
                "One order to 1,000 boards",
                (NODE_COMMIT, DAPHNE, UVICORN),
                {"fanout": 1000, "orders": 200},
                _FANOUT,
                _at("last_ms", "p99"),
                (NODE_COMMIT.name,),
            )
        ],
        "idle": [
            Measure(
                "5,000 idle sockets",
                (NODE_COMMIT, DAPHNE, UVICORN),
                {"idle": 5000, "seconds": 0},
                _IDLE,
                _at("pss_per_socket_kb"),
                (NODE_COMMIT.name,),
                most_runs=2,
            )
        ],
        "sqlite": [
            replace(loops, title="SQLite beside PostgreSQL", candidates=(DAPHNE, SQLITE), baselines=(DAPHNE.name,))
        ],
        "two-processes": [
            replace(
                loops,
                title="Two processes on the same venues",
                candidates=(DAPHNE, TWO_SPREAD, TWO_BY_VENUE),
                baselines=(DAPHNE.name,),
            )
        ],
        "peers": [
            replace(
                loops,
                title="How the peers do best",
                candidates=(
                    *(_with(NODE_COMMIT, "pool", size) for size in (4, 8, 10, 16, 20)),
                    *(_with(NODE_GROUP, "batch", size) for size in (64, 128, 256)),
                    *(_with(NODE_GROUP, "writers", count) for count in (2, 3)),
                ),
                baselines=(),
            )
        ],
    }
    return [
        one
        for name, many in found.items()
        for one in many
        if what in (name, "all") and (name, what) != ("peers", "all")
    ]


WHAT = ("loops", "latency", "fanout", "idle", "sqlite", "two-processes", "peers", "all")


def _with(candidate: Candidate, option: str, value: int) -> Candidate:
    return replace(
        candidate, name=f"{candidate.name}, {option} {value}", options=(*candidate.options, f"--{option}={value}")
    )
