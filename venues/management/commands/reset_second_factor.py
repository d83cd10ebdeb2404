from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from venues.logins import reset_factor
from venues.models import User
from venues.tries import forget_tries


class Command(BaseCommand):
    help = "Takes a lost second factor away, unlocks the account and ends its logins. For whom nobody else can help."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError("Nobody has this name.")
        reset_factor(user)
        forget_tries(user.pk)
        self.stdout.write(f"{user} sets up an app at the next login, where they must have one.")
