"""What runs in the pub is imported without Django and without settings."""

import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import tracker

ROOT = Path(__file__).resolve().parents[2]
IN_THE_PUB = ("agent", "gateway", "simulator", "wire")
FORBIDDEN = ("django", "channels", "rest_framework", "celery", "redis", "psycopg", "orders", "venues", "ontap")
CHECK = """
import importlib, sys
for name in sys.argv[1].split():
    importlib.import_module(name)
found = sorted({name.partition(".")[0] for name in sys.modules} & set(sys.argv[2].split()))
sys.exit(" ".join(found) or 0)
"""


def modules(part: str) -> list[str]:
    """All modules of a part, without those that are run and not imported."""
    package = Path(tracker.__path__[0]) / part
    names = [found.name for found in pkgutil.walk_packages([str(package)], f"tracker.{part}.")]
    return [f"tracker.{part}", *(name for name in names if not name.endswith("__main__"))]


@pytest.mark.parametrize("part", [part for part in IN_THE_PUB if any((ROOT / "tracker").glob(f"{part}*"))])
def test_it_is_imported_without_django_and_without_settings(part: str) -> None:
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("DJANGO", "ONTAP"))}
    done = subprocess.run(
        [sys.executable, "-c", CHECK, " ".join(modules(part)), " ".join(FORBIDDEN)],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.strip()) == (0, "")
