import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from venues.models import Venue, VenueFeed


class Command(BaseCommand):
    help = "Give a venue's feed, or every feed, a new epoch: after a restore nobody goes on from what was lost."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("venue", type=int, nargs="?", help="id of the venue; all venues without it")

    def handle(self, *args: Any, **options: Any) -> None:
        venues = Venue.objects.order_by("pk")
        if options["venue"] is not None:
            venues = venues.filter(pk=options["venue"])
            if not venues.exists():
                raise CommandError(f"There is no venue {options['venue']}.")
        venue_ids = list(venues.values_list("pk", flat=True))
        for venue_id in venue_ids:
            # One row at a time, for a moment each: orders go on meanwhile.
            VenueFeed.objects.filter(pk=venue_id).update(epoch=uuid.uuid4())
        self.stdout.write(f"A new epoch for {len(venue_ids)} venue{'' if len(venue_ids) == 1 else 's'}.")
