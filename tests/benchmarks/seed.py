"""Make a database to be measured: `python -m tests.benchmarks.seed --venues 20 --tables 50`, in the settings' own.

Venues, tables with open sessions, a menu, a key for each board and the orders of an earlier day. What guards a real
pub's evening (caps, opening hours) is wide open. Rows are made in bulk: nobody is connected who would have to hear.
"""

import argparse
import os

VENUES = 20
TABLES = 50
PRODUCTS = 20
MOST = 32_767


def board_key(venue: int | str) -> str:
    """The key in a board's address; "{venue}" makes the template that the load generator takes."""
    return f"the-board-of-venue-{venue}-under-load"


def main() -> None:
    """Migrate and fill the database that the environment names."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.seed")
    parser.add_argument("--venues", type=int, default=VENUES)
    parser.add_argument("--tables", type=int, default=TABLES)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ontap.settings")

    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    fill(options.venues, options.tables)


def fill(venues: int, tables: int) -> None:
    """Venues 1 to `venues`, each with tables 1 to `tables` and the same menu of products 1 to 20."""
    from django.db import transaction
    from django.utils import timezone

    from tests.benchmarks.history import fill_history
    from venues.codes import token_hash
    from venues.models import Category, Device, Menu, Operator, Product, Table, TableSession, Venue, VenueFeed

    now = timezone.now()
    with transaction.atomic():
        operator = Operator.objects.create(name="Under load")
        menu = Menu.objects.create(operator=operator, name="Menu")
        category = Category.objects.create(operator=operator, menu=menu, name="Drinks")
        products = Product.objects.bulk_create(
            Product(
                pk=pk,
                operator=operator,
                category=category,
                name="carlsberg" if pk == 1 else f"Drink {pk}",
                price="3.20" if pk == 1 else f"{2 + pk % 7}.{pk % 10}0",
            )
            for pk in range(1, PRODUCTS + 1)
        )
        numbers = range(1, venues + 1)
        Venue.objects.bulk_create(
            Venue(
                pk=pk,
                operator=operator,
                menu=menu,
                name=f"Venue {pk}",
                open_tables=True,
                max_quantity=MOST,
                max_items=MOST,
                max_open_per_table=MOST,
                max_per_minute=100_000_000,
            )
            for pk in numbers
        )
        VenueFeed.objects.bulk_create(VenueFeed(venue_id=pk) for pk in numbers)
        Device.objects.bulk_create(
            Device(venue_id=pk, name="Bar", key_hash=token_hash(board_key(pk)), created_at=now) for pk in numbers
        )
        made = Table.objects.bulk_create(
            Table(venue_id=pk, number=str(number)) for pk in numbers for number in range(1, tables + 1)
        )
        fill_history(made, products)
        TableSession.objects.bulk_create(
            TableSession(venue_id=table.venue_id, table=table, opened_at=now, last_seen_at=now) for table in made
        )


if __name__ == "__main__":
    main()
