"""`manage.py up`: onTap on this machine, web, worker and beat in one process, with nothing else installed."""

import errno
import os
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError
from typing import IO, Any, NoReturn

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.core.management.commands import migrate
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from ontap.checks import stop_on_wrong_settings
from ontap.demo_venue import DemoVenue
from ontap.embedded import FolderTaken, hold_data_folder, start_background
from ontap.hosts import PRIVATE_ADDRESSES, lan_addresses
from ontap.welcome import Installation, welcome
from venues import addresses, demo
from venues.demo.logins import ADMIN, logins_file
from venues.demo.private_files import read_private
from venues.models import Operator

LOOPBACK, EVERYWHERE = "127.0.0.1", "0.0.0.0"  # noqa: S104  --lan is the wish to be reached
SECONDS_FOR_TASKS = 0.5  # the web may have taken four of the five that an end may take
ENDINGS = (signal.SIGTERM, signal.SIGINT)
IN_PRODUCTION = """ONTAP_ENV is production, and `up` is for one process on one machine. Start instead:

  python manage.py migrate
  python -m ontap.server --port 8000     as many as you like, behind your proxy
  celery -A ontap worker                 as many as you like
  celery -A ontap beat                   one"""


def port_number(text: str) -> int:
    """For argparse: 0 to 65535, where 0 takes a free one."""
    if not text.isdecimal() or int(text) > 65535:
        raise ArgumentTypeError(f"“{text}” is no port: a number from 1 to 65535")
    return int(text)


class Command(BaseCommand):
    help = "Start onTap on this machine: web, worker and beat in one process, with a demo the first time."
    requires_system_checks = []  # `stop_on_wrong_settings` says it better
    _greeting = ""
    _demo_venue: DemoVenue | None = None

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=port_number, help="default: PORT, or 8080")
        parser.add_argument("--lan", action="store_true", help="let phones and tablets of this network in")
        parser.add_argument(
            "--no-demo", dest="with_demo", action="store_false", help="load no demo the first time, simulate no gateway"
        )
        parser.add_argument(
            "--no-gateway", dest="with_gateway", action="store_false", help="simulate no gateway for the demo's venue 1"
        )

    def handle(self, *, port: int | None, lan: bool, with_demo: bool, with_gateway: bool, **options: Any) -> None:
        if settings.ONTAP_ENV == "production":
            raise CommandError(IN_PRODUCTION)
        stop_on_wrong_settings()
        _end_when_told()
        lan = lan or settings.ONTAP_LAN
        lock = self._hold_data_folder()
        server = self._listen(EVERYWHERE if lan else LOOPBACK, settings.ONTAP_PORT if port is None else port)
        bases = [f"http://{host}:{server.port}" for host in (lan_addresses() if lan else [])]
        if lan:
            settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, PRIVATE_ADDRESSES]
        # For management commands beside us, and for the links below. After a kill the next start writes it anew.
        address = settings.ONTAP_DATA / "address"
        address.write_text(f"{bases[0] if bases else f'http://{LOOPBACK}:{server.port}'}\n")
        try:
            self._migrate()
            links, admin = self._demo(wanted=with_demo)
            if with_demo and with_gateway and "guest" in links:
                links |= self._open_demo_venue(f"http://{LOOPBACK}:{server.port}")
            background = start_background()
            self._greeting = welcome(Installation(links, admin, settings.ONTAP_DATA, bases if lan else None))
            server.run()
        finally:
            address.unlink(missing_ok=True)
            if self._demo_venue is not None:
                self._demo_venue.end()
        for number in ENDINGS:
            signal.signal(number, signal.SIG_IGN)
        self._say("onTap has stopped.")
        background.stop(SECONDS_FOR_TASKS)
        if self._demo_venue is not None:
            self._demo_venue.kill()
        connections.close_all()
        lock.close()
        # Python would wait for every thread, and a task may take its time: what it has not committed is done again.
        os._exit(0)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def _is_ready(self) -> None:
        self._say(self._greeting)
        if self._demo_venue is not None:
            self._demo_venue.begin()

    def _open_demo_venue(self, server: str) -> dict[str, str]:
        """The addresses of what runs at the demo's venue 1, which asks this server for its agent later."""
        self._say("Starting the demo's gateway and agent.")
        self._demo_venue = DemoVenue(settings.ONTAP_DATA, server)
        found = self._demo_venue.open()
        demo.write_demo_addresses(beside=found)
        return found

    def _hold_data_folder(self) -> IO[str]:
        try:
            return hold_data_folder(settings.ONTAP_DATA)
        except FolderTaken as taken:
            pid = f" (process {taken.pid})" if taken.pid else ""
            raise CommandError(
                f"onTap runs already on the data folder {taken.folder}{pid}.\n"
                "Stop it first, or give this one a folder of its own: ONTAP_DATA=/another/folder"
            ) from None

    def _listen(self, host: str, port: int) -> Any:
        from ontap.asgi import application
        from ontap.server import build_server

        try:
            return build_server(application, host, port, on_ready=self._is_ready)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                other = f"Choose another one, such as PORT={port + 1 if port < 65535 else 8080}"
                raise CommandError(f"Port {port} is taken by another program. {other}") from None
            raise CommandError(f"onTap cannot listen on port {port}: {error.strerror}.") from None

    def _migrate(self) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._say(f"Preparing the database in {settings.ONTAP_DATA}.")
            before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
            try:
                call_command(_Migrate(), interactive=False, verbosity=0)
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _demo(self, *, wanted: bool) -> tuple[dict[str, str], tuple[str, str] | None]:
        """The demo's addresses, and name and password of its superuser. Loads it where it is wanted for the first time;
        of somebody's own installation there is but the address of admin."""
        empty = not Operator.objects.exists()
        if empty and wanted:
            self._say("Loading the demo.")
        if (empty and not wanted) or not demo.load_demo(timezone.now()):
            return {"admin": f"{addresses.base_url()}/admin/"}, None
        demo.write_demo_addresses(beside={})
        login = (read_private(logins_file()) or {}).get(ADMIN)
        return demo.demo_addresses(), (ADMIN, login["password"]) if login else None


class _Migrate(migrate.Command):
    """Where signals are kept waiting, lets them in between two migrations: between a migration's tables and the row
    that says so, one would leave what no next start can mend."""

    def migration_progress_callback(self, action: str, *args: Any, **kwargs: Any) -> None:
        super().migration_progress_callback(action, *args, **kwargs)
        if action == "apply_success":
            before = signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDINGS)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end_when_told() -> None:
    """Until the server hears signals itself, they end the process as quietly."""

    def end(number: int, frame: object) -> NoReturn:
        sys.exit(0)

    for number in ENDINGS:
        signal.signal(number, end)
