"""The suite knows what it needs from the system and says how to get it."""

from pathlib import Path

import pytest

from tests.needs import NEEDS, POSTGRES_PROGRAMS, find_postgres, is_debian, parse_postgres_version


def postgres_folder(parent: Path, version: str, *, without: str = "") -> Path:
    folder = parent / version
    folder.mkdir()
    for name in POSTGRES_PROGRAMS:
        if name != without:
            (folder / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
            (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", 15),
        ("postgres (PostgreSQL) 18beta1\n", 18),
        ("postgres (PostgreSQL) 9.6.24\n", 9),
        ("", 0),
    ],
)
def test_major_version_is_read_from_what_postgres_says(answer: str, version: int) -> None:
    assert parse_postgres_version(answer) == version


def test_newest_postgres_is_taken_by_number_and_not_by_letters(tmp_path: Path) -> None:
    folders = [postgres_folder(tmp_path, version) for version in ("15.2", "9.6", "17.1")]
    assert find_postgres(folders) == folders[2]


def test_postgres_older_than_15_is_as_good_as_none(tmp_path: Path) -> None:
    assert find_postgres([postgres_folder(tmp_path, "14.9")]) is None


def test_folder_with_a_stray_initdb_is_passed_over(tmp_path: Path) -> None:
    assert find_postgres([postgres_folder(tmp_path, "16.0", without="postgres")]) is None


@pytest.mark.parametrize(
    ("os_release", "debian"),
    [
        ('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n', True),
        ("ID=raspbian\nID_LIKE=debian\n", True),
        ("ID=ubuntu\nID_LIKE=debian\n", False),
        ('ID="fedora"\n', False),
    ],
)
def test_only_debian_itself_is_installed_on(os_release: str, debian: bool) -> None:
    assert is_debian(os_release) is debian


def test_advice_is_one_line_that_names_the_thing_and_both_ways_to_get_it() -> None:
    for need in NEEDS:
        advice = need.advice()
        assert "\n" not in advice
        assert need.name in advice
        assert f"apt-get install {need.debian}" in advice
        assert need.elsewhere in advice
