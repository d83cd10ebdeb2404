from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from venues.addresses import table_page
from venues.models import Table, Venue


class Command(BaseCommand):
    help = "Print the link in the code of a table, as its last line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("venue", type=int, help="id of the venue")
        parser.add_argument("table", help="number of the table")

    def handle(self, *args: Any, **options: Any) -> None:
        venue = Venue.objects.filter(pk=options["venue"]).first()
        if venue is None:
            raise CommandError(f"There is no venue {options['venue']}.")
        table = Table.objects.filter(venue=venue, number=options["table"]).first()
        if table is None:
            raise CommandError(f"{venue} has no table “{options['table']}”.")
        self.stdout.write(table_page(table))
