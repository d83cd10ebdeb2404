from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from venues.addresses import device_page, device_socket
from venues.codes import new_token, token_hash
from venues.models import Device, Venue


class Command(BaseCommand):
    help = "Make a key for a board of a venue. The last line is the board's address for any websocket client."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("venue", type=int, help="id of the venue")
        parser.add_argument("--name", required=True, help='what the device is called, such as "Bar tablet"')

    def handle(self, *args: Any, **options: Any) -> None:
        venue = Venue.objects.filter(pk=options["venue"]).first()
        if venue is None:
            raise CommandError(f"There is no venue {options['venue']}.")
        key = new_token()
        device = Device(venue=venue, name=options["name"].strip(), key_hash=token_hash(key), created_at=timezone.now())
        try:
            device.full_clean()
        except ValidationError as error:
            raise CommandError(f"--name: {' '.join(error.messages)}") from None
        device.save()
        self.stdout.write(
            f"Key of “{device.name}” for {venue}. It is shown only this once; revoke it in admin when it is lost.\n"
            f"The board's page: {device_page(key)}\n"
            f"For a websocket client:\n"
            f"{device_socket(key, venue.pk)}"
        )
