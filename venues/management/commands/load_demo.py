from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from venues.demo import load_demo, write_demo_addresses
from venues.demo.links import addresses_file
from venues.demo.logins import logins_file


class Command(BaseCommand):
    help = "Load the demo into an empty installation. Doing it twice changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        if not load_demo(timezone.now()):
            raise CommandError("There are operators here already; the demo goes into an empty installation only.")
        write_demo_addresses()
        self.stdout.write(f"The demo is loaded. Logins: {logins_file()}\nAddresses: {addresses_file()}")
