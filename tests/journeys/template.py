"""An installation with the demo and a board's key for each venue, made once in a run, of which every file gets a copy.

What a first start does has tests of its own; here it would cost each file several seconds of two cores.
"""

import fcntl
import json
import shutil
from pathlib import Path
from typing import Self

from tests.journeys.installation import KNOWN_ADDRESSES, manage
from tests.journeys.process import environment, whole_environment
from tests.stack.postgres import Postgres
from tests.stack.redis import Redis

DATABASE = "template_of_tests"
VENUES = (1, 2, 3)
MAKE = f"""
from io import StringIO
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
call_command("load_demo", stdout=StringIO())
for venue in {VENUES}:
    printed = StringIO()
    call_command("device_key", str(venue), name="Test board", stdout=printed)
    print("board", venue, printed.getvalue().splitlines()[-1])
"""


class Template:
    """Nothing runs on it. `environ` is what its copies must be told too: it holds the secrets it was made with. A
    PostgreSQL that is `like` its `cluster` holds it as `DATABASE`; on the embedded column there is none."""

    def __init__(self, folder: Path) -> None:
        self._data, self._told = folder / "data", folder / "environ.json"
        self.cluster = folder / "cluster"
        self.environ: dict[str, str] = {}

    @classmethod
    def shared(cls, folder: Path, column: str) -> Self:
        """The one in this folder, made by whoever comes first."""
        found = cls(folder)
        found._data.mkdir(parents=True, exist_ok=True)
        with (folder.parent / f"{folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not found._told.exists():
                found._make(column)
        found.environ = environment() | json.loads(found._told.read_text())
        return found

    def _make(self, column: str) -> None:
        if column == "embedded":
            environ = environment(ONTAP_DATA=str(self._data))
            self._load(environ)
        else:
            with Postgres() as postgres, Redis() as redis:
                environ = whole_environment(postgres.create_database(DATABASE), redis.url, self._data)
                self._load(environ)
                postgres.stop()
                shutil.copytree(postgres.data, self.cluster)
        # Not all of this shell's variables, of which some may be nobody's business.
        self._told.write_text(json.dumps(dict(environ.items() - environment().items())))

    def _load(self, environ: dict[str, str]) -> None:
        # --no-imports is of Django 5.2: nothing but what the text itself imports.
        printed = manage(["shell", "--no-imports", "--command", MAKE], environ)
        boards = dict(line.split()[1:] for line in printed.splitlines() if line.startswith("board "))
        assert boards.keys() == {str(venue) for venue in VENUES}, printed
        (self._data / KNOWN_ADDRESSES).write_text(json.dumps(boards))

    def copy_to(self, folder: Path) -> None:
        """The data folder, where nothing of an installation is yet."""
        shutil.copytree(self._data, folder, dirs_exist_ok=True)
