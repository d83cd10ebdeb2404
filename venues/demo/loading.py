"""Puts the demo into an empty installation, once; afterwards only what was lost from the data folder is made again."""

from datetime import datetime

from django.core.management.color import no_style
from django.db import connection, transaction

from venues.demo.board import renew_board
from venues.demo.logins import demo_users, write_logins
from venues.demo.menus import write_menu
from venues.demo.places import LAMPLIGHTER, TERN, write_operator, write_venues
from venues.models import Operator, Product, Venue

_ONE_AT_A_TIME = 0x6F6E5461  # any number of our own: "onTa"


def load_demo(now: datetime) -> bool:
    """Load the demo where there is no operator yet; whether the demo is here now.

    What exists is left alone, and what a person deleted stays deleted: the rows are written in one transaction, once.
    Where somebody else's operators are, nothing is written at all.
    """
    with transaction.atomic():
        _wait_for_other_loaders()
        fresh = not Operator.objects.exists()
        if fresh:
            _write_rows(now)
        elif not demo_users():
            return False
        write_logins(now, fresh=fresh)
        renew_board(now, fresh=fresh)
    return True


def _write_rows(now: datetime) -> None:
    # Menus before venues: a change of a menu is told to the venues that there are.
    for house in (LAMPLIGHTER, TERN):
        operator = write_operator(house)
        write_venues(house, write_menu(operator, house.menu, now), now)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [Operator, Venue, Product]):
            cursor.execute(statement)


def _wait_for_other_loaders() -> None:
    # On SQLite the transaction itself is the lock: it begins IMMEDIATE.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
