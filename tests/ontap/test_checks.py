"""Each wrong mix of settings stops the start with a sentence that says what to set, and shows no secret."""

import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.run import clean_environment, production_environment

ROOT = Path(__file__).resolve().parents[2]
STOP = "from ontap.checks import stop_on_wrong_settings; stop_on_wrong_settings(); print('started')"
SECRET = "canary-canary-canary-canary-canary-canary"
PRODUCTION = {
    **production_environment("postgres://ontap:canary-password@127.0.0.1:1/none", "redis://:canary-word@127.0.0.1:1/0"),
    "SECRET_KEY": SECRET,
    "ONTAP_ENV": "production",
    "ONTAP_TRUSTED_PROXIES": "127.0.0.1",
}


@dataclass(frozen=True)
class Mix:
    """An environment, and the checks that must speak (all of them, and no other)."""

    name: str
    environ: Mapping[str, str]
    ids: tuple[str, ...]
    word: str = ""


def production(name: str, *ids: str, word: str = "", **changes: str) -> Mix:
    return Mix(name, {key: value for key, value in {**PRODUCTION, **changes}.items() if value}, ids, word)


MIXES = (
    Mix("embedded with nothing set", {}, ()),
    Mix("embedded, said so", {"ONTAP_ENV": "embedded"}, ()),
    Mix("a third column", {"ONTAP_ENV": "prod"}, ("E002",), "“prod”"),
    Mix("embedded with a database", {"DATABASE_URL": "postgres://u:canary-p@h/d"}, ("E003",), "ONTAP_ENV=production"),
    Mix("embedded with Redis", {"REDIS_URL": "redis://:canary-p@h/0"}, ("E004",), "unset REDIS_URL"),
    Mix("embedded, short keys", {"SECRET_KEY": "canary", "ONTAP_TABLE_KEYS": "canary2"}, ("E009", "E010"), "32"),
    Mix("an audit log of a day", {"ONTAP_AUDIT_DAYS": "1"}, ("E012",), "ONTAP_AUDIT_DAYS to 30"),
    Mix("a port that is no number", {"PORT": "http"}, ("E001",), "PORT cannot be read"),
    Mix("a switch that is neither", {"ONTAP_LAN": "perhaps"}, ("E001",), "ONTAP_LAN"),
    production("production, all set"),
    production("production without DATABASE_URL", "E005", DATABASE_URL="", word="DATABASE_URL=postgres://"),
    production("production on SQLite", "E005", DATABASE_URL="sqlite:///x.sqlite3", word="is no PostgreSQL"),
    production("production on no database", "E001", DATABASE_URL="canary://://", word="Not a valid database URL"),
    production("production without REDIS_URL", "E006", REDIS_URL="", word="REDIS_URL=redis://"),
    production("production with another broker", "E006", REDIS_URL="amqp://h", word="is no address of a Redis"),
    production("production without an address", "E007", ONTAP_PUBLIC_URL="", word="ONTAP_PUBLIC_URL=https://"),
    production("production on http", "E007", ONTAP_PUBLIC_URL="http://ontap.example", word="no https address"),
    production("production in a folder", "E007", ONTAP_PUBLIC_URL="https://ontap.example/bar", word="of a host alone"),
    production("production with DEBUG", "E008", DEBUG="true", word="Unset DEBUG"),
    production("production without SECRET_KEY", "E009", SECRET_KEY="", word="token_urlsafe"),
    production("production with a short SECRET_KEY", "E009", SECRET_KEY="canary", word="less than 32"),
    production("production without table keys", "E010", ONTAP_TABLE_KEYS="", word="token_urlsafe"),
    production("production, one short table key", "E010", ONTAP_TABLE_KEYS=f"{SECRET}2,canary", word="less than 32"),
    production("production with one key for both", "E011", ONTAP_TABLE_KEYS=SECRET, word="also one of"),
    Mix(
        "production with nothing else",
        {"ONTAP_ENV": "production"},
        ("E005", "E006", "E007", "E009", "E010"),
        "does not start",
    ),
)
STARTERS = {
    "the server": ["-m", "ontap.server", "--port", "0"],
    "a worker": ["-m", "celery", "-A", "ontap", "worker", "--pool", "solo"],
    "beat": ["-m", "celery", "-A", "ontap", "beat", "--schedule", "{folder}/schedule"],
    "up": ["manage.py", "up", "--port", "0"],
}


Ended = dict[str, tuple[int, str]]


def run(arguments: list[str], environ: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """Exit code and whole output."""
    ours = {"ONTAP_DATA": str(folder / "data"), "DJANGO_SETTINGS_MODULE": "ontap.settings"}
    done = subprocess.run(
        [sys.executable, *(argument.format(folder=folder) for argument in arguments)],
        cwd=ROOT,
        env=clean_environment(os.environ) | ours | dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


def run_all(runs: Mapping[str, tuple[list[str], Mapping[str, str]]], folder: Path) -> Ended:
    """The same of each, some side by side."""
    with ThreadPoolExecutor(4) as threads:
        started = {name: threads.submit(run, *what, folder) for name, what in runs.items()}
        return {name: future.result() for name, future in started.items()}


@pytest.fixture(scope="module")
def mixes(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    return run_all({mix.name: (["-c", STOP], mix.environ) for mix in MIXES}, tmp_path_factory.mktemp("mixes"))


@pytest.fixture(scope="module")
def starters(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    wrong = {"REDIS_URL": "redis://:canary-p@127.0.0.1:1/0"}
    runs = {name: (arguments, wrong) for name, arguments in STARTERS.items()}
    return run_all(runs, tmp_path_factory.mktemp("starters"))


@pytest.mark.parametrize("mix", MIXES, ids=lambda mix: mix.name)
def test_a_mix_starts_only_where_it_fits_together(mix: Mix, mixes: Ended) -> None:
    code, output = mixes[mix.name]
    assert "Traceback" not in output
    assert "canary" not in output
    spoken = [word for word in output.split() if word.startswith("ontap.E")]
    assert spoken == [f"ontap.{id_}" for id_ in mix.ids]
    assert mix.word in output
    assert ("started" in output, code) == ((False, 1) if mix.ids else (True, 0))


@pytest.mark.parametrize("name", STARTERS)
def test_nothing_starts_in_a_wrong_mix(name: str, starters: Ended) -> None:
    code, output = starters[name]
    assert code == 1
    assert "ontap.E004  REDIS_URL is set, but ONTAP_ENV is embedded" in output
    assert "Traceback" not in output
    assert "canary" not in output


def test_up_in_production_names_what_to_start_instead(tmp_path: Path) -> None:
    code, output = run(["manage.py", "up"], PRODUCTION, tmp_path)
    assert code == 1
    for command in ("manage.py migrate", "python -m ontap.server", "celery -A ontap worker", "celery -A ontap beat"):
        assert command in output
    assert "Traceback" not in output


def test_a_missing_proxy_is_a_warning_that_stops_nothing(tmp_path: Path) -> None:
    environ = {key: value for key, value in PRODUCTION.items() if key != "ONTAP_TRUSTED_PROXIES"}
    code, output = run(["manage.py", "check", "--tag", "ontap"], environ, tmp_path)
    assert code == 0
    assert "ontap.W001" in output


def test_a_deployment_has_nothing_to_be_warned_of(tmp_path: Path) -> None:
    given = {key: value for key, value in PRODUCTION.items() if key != "ONTAP_SECOND_FACTOR"}
    given["SECRET_KEY"] = secrets.token_urlsafe(48)  # as our own hint makes one
    code, output = run(["manage.py", "check", "--deploy", "--fail-level", "WARNING"], given, tmp_path)
    assert (code, "no issues" in output) == (0, True), output


@pytest.mark.parametrize(("column", "wanted"), [(PRODUCTION, "True 12 2"), ({}, "False 336 336")], ids=["prod", "pub"])
def test_production_wants_a_second_factor_and_ends_logins_sooner(
    column: Mapping[str, str], wanted: str, tmp_path: Path
) -> None:
    environ = {key: value for key, value in column.items() if key != "ONTAP_SECOND_FACTOR"}
    names = ("ONTAP_SECOND_FACTOR", "ONTAP_LOGIN_HOURS", "ONTAP_LOGIN_IDLE_HOURS")
    look = f"from django.conf import settings; print(*(getattr(settings, name) for name in {names}))"
    code, output = run(["-c", look], environ, tmp_path)
    assert (code, output.strip()) == (0, wanted)


def test_a_value_that_cannot_be_read_is_never_shown(mixes: Ended) -> None:
    for _, output in mixes.values():
        assert "perhaps" not in output
