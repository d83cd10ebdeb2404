"""An installation with the demo and a board's key for each venue, made once and copied for every file of tests.

What a first start does has tests of its own; here it would cost each file several seconds of two cores.
"""

import fcntl
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from tests.journeys.installation import KNOWN_ADDRESSES, manage

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
    """Nothing runs on it. `environ` is what its copies must be told too: it holds the secrets it was made with."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.environ = dict(environ)
        self._folder = folder

    @classmethod
    def made(cls, folder: Path, environ: Mapping[str, str]) -> Self:
        """A new one, in a folder and a database where nothing is yet."""
        new = cls(folder, environ)
        new._make()
        return new

    @classmethod
    def shared(cls, folder: Path, environ: Mapping[str, str]) -> Self:
        """The one in this folder, made by whoever comes first."""
        folder.mkdir(exist_ok=True)
        found = cls(folder, environ)
        with (folder.parent / f"{folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / KNOWN_ADDRESSES).exists():
                found._make()
        return found

    def _make(self) -> None:
        # --no-imports is of Django 5.2: nothing but what the text itself imports.
        printed = manage(["shell", "--no-imports", "--command", MAKE], self.environ)
        boards = dict(line.split()[1:] for line in printed.splitlines() if line.startswith("board "))
        assert boards.keys() == {str(venue) for venue in VENUES}, printed
        (self._folder / KNOWN_ADDRESSES).write_text(json.dumps(boards))

    def copy_to(self, folder: Path) -> None:
        """The data folder, where nothing of an installation is yet."""
        shutil.copytree(self._folder, folder, dirs_exist_ok=True)
