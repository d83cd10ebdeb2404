"""The configuration of the checks keeps up with the tree."""

import re
import tomllib
from pathlib import Path

from tests.scheduling import ANNOUNCING

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.txt", "requirements-dev.txt")


def test_import_rules_see_every_package() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = {init.parent.name for init in ROOT.glob("[!.]*/__init__.py")} - {"tests"}
    assert set(config["tool"]["importlinter"]["root_packages"]) == packages


def test_locked_requirements_name_no_host_and_no_folder() -> None:
    # A URL, a path or an option of pip would be of the machine that made the lock.
    for name in LOCKS:
        lines = [line for line in (ROOT / name).read_text().splitlines() if not line.lstrip().startswith("#")]
        assert lines
        for line in lines:
            assert re.fullmatch(r"[a-z0-9._-]+==\S+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?", line) or not line


def test_what_tests_install_is_what_runs() -> None:
    # One version of each: nothing is tested that is not what people get.
    pinned = {name: set(re.findall(r"^(\S+==\S+)", (ROOT / name).read_text(), re.M)) for name in LOCKS}
    assert pinned["requirements.txt"] <= pinned["requirements-dev.txt"]


def test_one_worker_has_all_who_announce_by_mdns() -> None:
    tests = (ROOT / "tests").rglob("test_*.py")
    takes_turns = {
        str(file.relative_to(ROOT))
        for file in tests
        if re.search(r"\bown_network\b|turn_on_the_network\(", file.read_text())
    }
    assert takes_turns - {"tests/test_house.py"} == ANNOUNCING
