"""How quick each list of the admin is over a million orders: `python -m tests.benchmarks.admin_lists [--only Order]`.

100 venues with 300 products, in a PostgreSQL of its own, which goes with its rows at the end. Each figure is the median
of some whole answers of Django to the operator of all venues, and to the manager of one: the first page, a search, the
slowest choice of its filters, the last page. What takes longer than BOUND is named at the end.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks import house_rows, tracked_rows
from tests.benchmarks.report import table
from tests.run import clean_environment, production_environment
from tests.stack.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]
NO_REDIS = "redis://127.0.0.1:1/0"  # nothing here sends a message
BOUND = 500  # ms
TERMS = ("7", "venue")
PAGES = ("/admin/", "/sites/")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table of milliseconds, and what was too slow."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="ontap-lists-") as folder, Postgres(fsync=True) as postgres:
        address = postgres.create_database("lists")
        environ = production_environment(address, NO_REDIS) | {"ONTAP_ENV": "production", "ONTAP_DATA": folder}
        environ |= {"DJANGO_SETTINGS_MODULE": "ontap.settings", "LOG_LEVEL": "ERROR"}
        whole = clean_environment(os.environ) | environ
        subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], cwd=ROOT, env=whole, check=True)
        os.environ.update(environ)
        _fill(options, address)
        measure(options)


def _fill(options: argparse.Namespace, address: str) -> None:
    import django

    django.setup()

    began = time.monotonic()
    house_rows.make_house(options.venues)
    house_rows.make_agents(options.venues)
    rows = int(options.orders / tracked_rows.JOINED)
    last = f"{datetime.now(UTC):%Y-%m-%d}"
    how = {"rows": rows, "venues": options.venues, "days": options.days, "tables": house_rows.TABLES, "last": last}
    tracked_rows.fill(address, **how, products=house_rows.PRODUCTS)
    house_rows.make_beside_orders(address)
    print(
        f"{options.orders:,} orders, {rows:,} tracked orders, {options.venues} venues, {house_rows.PRODUCTS} products; "
        f"made in {time.monotonic() - began:.0f} s. {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}. "
        f"Milliseconds, medians of {options.runs} answers.\n",
        flush=True,
    )


def measure(options: argparse.Namespace) -> None:
    """In this process, on the database that the environment names."""
    import django

    django.setup()

    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment

    from venues.admin.scopes import managed_venues
    from venues.admin.site import site
    from venues.models import User

    setup_test_environment()
    settings.SECURE_SSL_REDIRECT = False
    people = [User.objects.get(username=name) for name in ("owner", "manager")]
    slow: list[tuple[float, str, str]] = []
    for person in people:
        client = Client()
        client.force_login(person)
        figures = []
        for model in sorted(site._registry, key=lambda model: str(model._meta.label)):
            if options.only and model.__name__ not in options.only:
                continue
            figures.append([model.__name__, *_figures(client, model, options, slow, str(person))])
        print(table([f"{person}: list", "first", "search", "slowest filter", "last page"], figures), flush=True)
        menu = f"/admin/venues/venue/{managed_venues(person).order_by('pk').values_list('pk', flat=True)[0]}/menu/"
        for page in (*PAGES, menu):
            taken = _median(client, page, options)
            print(f"{page} {taken:.0f}", flush=True)
            if taken > BOUND:
                slow.append((taken, str(person), page))
    for taken, who, address_ in sorted(slow, reverse=True):
        print(f"over {BOUND} ms: {taken:.0f} {who} {address_}")
    connection.close()


def _figures(client: Any, model: Any, options: argparse.Namespace, slow: list[Any], who: str) -> Iterator[str]:
    from django.urls import reverse

    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    first = client.get(address)
    changelist = first.context["cl"]
    filters = [
        f"{address}{choice['query_string']}"
        for spec in changelist.filter_specs
        for choice in list(spec.choices(changelist))[:8]
    ]
    pages = -(-changelist.result_count // changelist.list_per_page)
    columns = (
        [address],
        [f"{address}?q={term}" for term in TERMS] if changelist.search_fields else [],
        filters,
        [f"{address}?p={pages}"] if pages > 1 else [],
    )
    for asked in columns:
        taken = []
        for one in asked:
            taken.append((_median(client, one, options), one))
            if taken[-1][0] > BOUND:
                slow.append((taken[-1][0], who, one))
        if not taken:
            yield "-"
            continue
        most, where = max(taken)
        words = re.sub(r"^[^?]*", "", where)
        yield f"{most:.0f} {words}" if len(asked) > 1 else f"{most:.0f}"


def _median(client: Any, address: str, options: argparse.Namespace) -> float:
    taken = []
    for _ in range(options.runs):
        start = time.perf_counter()
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        taken.append((time.perf_counter() - start) * 1000)
        if taken[0] > 5 * BOUND:
            break  # slow enough
    return statistics.median(taken)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.admin_lists", description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--venues", type=int, default=100)
    parser.add_argument("--days", type=int, default=500)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", action="append", default=[], metavar="MODEL", help="this list alone")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
