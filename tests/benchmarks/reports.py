"""How quick each report is over a million tracked orders: `python -m tests.benchmarks.reports [--explain times]`.

A PostgreSQL of its own, which goes with its rows at the end. Each figure is the median of some runs of building one
report: its queries, and all that is made of them.
"""

import argparse
import datetime as dt
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks import tracked_rows
from tests.benchmarks.report import table
from tests.run import clean_environment, production_environment
from tests.stack.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]
TABLES = 50
NOW = dt.datetime(2026, 11, 20, 22, tzinfo=dt.UTC)
NO_REDIS = "redis://127.0.0.1:1/0"  # nothing here sends a message
ASKED = {
    "one venue, 28 days": "venue=1",
    "all venues, 28 days": "",
    "one venue, all": "venue=1&first=2024-01-01",
    "all venues, all": "first=2024-01-01",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table of milliseconds, or with `--explain` the plans of one report's queries."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="ontap-reports-") as folder, Postgres(fsync=True) as postgres:
        address = postgres.create_database("reports")
        environ = production_environment(address, NO_REDIS) | {"ONTAP_ENV": "production", "ONTAP_DATA": folder}
        environ |= {"DJANGO_SETTINGS_MODULE": "ontap.settings", "LOG_LEVEL": "ERROR"}
        whole = clean_environment(os.environ) | environ
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], cwd=ROOT, env=whole, check=True)
        began = time.monotonic()
        how = {"rows": options.rows, "venues": options.venues, "days": options.days, "tables": TABLES}
        tracked_rows.fill(address, **how)
        print(
            f"{options.rows:,} tracked orders over {options.venues} venues and {options.days} days, 60 % of them "
            f"joined, two lines each; made in {time.monotonic() - began:.0f} s. {os.cpu_count()} cores, load "
            f"{os.getloadavg()[0]:.1f}. Milliseconds, medians of {options.runs} runs (least to most).\n",
            flush=True,
        )
        os.environ.update(environ)
        measure(options)


def measure(options: argparse.Namespace) -> None:
    """In this process, on the database that the environment names."""
    import django

    django.setup()

    from django.db import connection
    from django.http import QueryDict

    from ontap.reports.kinds import KINDS
    from ontap.reports.question import QuestionForm
    from ontap.reports.rows import reading

    venues = _venues(options.venues)
    rows = []
    for kind in KINDS.values():
        row = [kind.name]
        for words, query in ASKED.items():
            asked = QuestionForm(QueryDict(query), venues, NOW).question
            assert asked is not None
            with reading():
                kind.build(asked)  # warms up, as a second manager would find it
            if options.explain == kind.name:
                print(f"== {kind.name}, {words}")
                with connection.execute_wrapper(_explain), reading():
                    kind.build(asked)
            taken = []
            for _ in range(options.runs):
                start = time.perf_counter()
                with reading():
                    kind.build(asked)
                taken.append((time.perf_counter() - start) * 1000)
            row.append(f"{statistics.median(taken):.0f} ({min(taken):.0f} to {max(taken):.0f})")
        rows.append(row)
    print(table(["report", *ASKED], rows), flush=True)
    connection.close()


def _venues(number: int) -> tuple[Any, ...]:
    """Venues 1 to `number` of one operator, each with its tables."""
    from venues.models import Menu, Operator, Table, Venue

    operator = Operator.objects.create(name="Of many")
    menu = Menu.objects.create(operator=operator, name="Menu")
    Venue.objects.bulk_create(
        Venue(pk=pk, operator=operator, menu=menu, name=f"Venue {pk:03}") for pk in range(1, number + 1)
    )
    Table.objects.bulk_create(
        Table(venue_id=pk, number=str(n), zone="Bar" if n < 20 else "Garden")
        for pk in range(1, number + 1)
        for n in range(1, TABLES + 1)
    )
    return tuple(Venue.objects.order_by("name"))


def _explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if sql.lstrip().startswith(("SELECT", "WITH")) and "set_config" not in sql:
        with context["connection"].connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {sql}", params)
            print("\n".join(line for (line,) in cursor.fetchall()), "\n", flush=True)
    return execute(sql, params, many, context)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.reports", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--venues", type=int, default=20)
    parser.add_argument("--days", type=int, default=500)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--explain", metavar="REPORT", default="", help="print the plans of this report's queries too")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
