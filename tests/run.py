"""Run the suite on both columns of the design: `python -m tests.run [--column embedded] [--trials] [pytest's options]`.

Embedded is one process on SQLite; production is PostgreSQL and Redis, which are started here on loopback ports. The
last line printed is the total of both, `N passed, N failed, N skipped`.
"""

import argparse
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from tests import needs
from tests.results import Results, read_results
from tests.stack import guard
from tests.stack.postgres import Postgres
from tests.stack.redis import Redis

COLUMNS = ("embedded", "production")
WORKERS = 3  # on two cores; more are quicker, and then what is timed comes late
SECONDS_FOR_A_TRIAL = 1800
# One column is enough for what knows no database (the gateway's library, the simulator and the agent, our server, files
# and pictures, the tests' own tools), for what is the embedded column itself, whatever the run is on, for who may do
# what, and for pages in a browser: the whole loop of guest and board runs on both, the rest would cost minutes and show
# nothing of the database.
IN_ONE_COLUMN = (
    "tests/access",
    "tests/browser/test_board_keys.py",
    "tests/browser/test_board_memory.py",
    "tests/browser/test_board_pages.py",
    "tests/browser/test_board_sound.py",
    "tests/browser/test_board_states.py",
    "tests/browser/test_guest_menu.py",
    "tests/browser/test_guest_orders.py",
    "tests/browser/test_guest_weight.py",
    "tests/browser/test_installed.py",
    "tests/clients",
    "tests/stack",
    "tests/faults/test_moments.py",
    "tests/faults/test_postgres_wire.py",
    "tests/faults/test_proxy.py",
    "tests/ontap/test_checks.py",
    "tests/ontap/test_server_bounds.py",
    "tests/ontap/test_server_closing.py",
    "tests/ontap/test_server_http.py",
    "tests/ontap/test_server_life.py",
    "tests/ontap/test_server_messages.py",
    "tests/tracker/agent",
    "tests/tracker/gateway",
    "tests/tracker/simulator",
    "tests/tracker/test_without_django.py",
    "tests/journeys/test_up.py",
    "tests/journeys/test_demo_venue.py",
    "tests/journeys/test_demo_evening.py",
    "tests/ontap/reports/test_in_a_browser.py",
    "tests/ontap/test_half_logins.py",
    "tests/ontap/test_logins_in_a_browser.py",
    "tests/ontap/test_menu_in_a_browser.py",
    "tests/ontap/test_people_in_a_browser.py",
    "tests/ontap/test_static_files.py",
    "tests/venues/exchange/test_round_trip.py",
    "tests/venues/test_hours.py",
    "tests/venues/test_pages_in_a_browser.py",
    "tests/venues/test_pictures.py",
    "tests/venues/test_sheets.py",
)
# What the settings read: a shell that has some of it set must not change what is tested.
OUR_VARIABLES = ("ALLOWED_HOSTS", "DATABASE_URL", "DEBUG", "DJANGO_SETTINGS_MODULE", "PORT", "REDIS_URL", "SECRET_KEY")
OUR_PREFIXES = ("ONTAP_", "SECURE_")
# With it each of some hundred processes would compile all of our code again.
NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


def main(arguments: list[str]) -> int:
    """Exit code 0 when every test of every column passed, and there was one."""
    parser = argparse.ArgumentParser(prog="python -m tests.run", description="What is not known here goes to pytest.")
    parser.add_argument("--column", choices=(*COLUMNS, "both"), default="both")
    parser.add_argument("--trials", action="store_true", help="the same tests with their full numbers")
    options, for_pytest = parser.parse_known_args(arguments)

    # A stop that is asked for politely runs the clean-up, as Ctrl-C does. A shell's background job is born deaf to
    # SIGINT, and so would pytest be.
    signal.signal(signal.SIGTERM, _raise_interrupt)
    signal.signal(signal.SIGINT, _raise_interrupt)
    code = needs.main()
    if code:
        return code
    chosen = COLUMNS if options.column == "both" else (options.column,)
    if options.trials:
        for_pytest = [f"--timeout={SECONDS_FOR_A_TRIAL}", *for_pytest]
    try:
        results = [run_column(column, trials=options.trials, for_pytest=for_pytest) for column in chosen]
    except KeyboardInterrupt:
        print("Interrupted.")
        return 130
    return report(dict(zip(chosen, results, strict=True)), nothing_may_be_skipped=bool(os.environ.get("CI")))


def run_column(column: str, *, trials: bool, for_pytest: list[str]) -> Results:
    """Run pytest once, with what the column needs around it."""
    print(f"\n== Tests, {column} ==", flush=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f"ontap-tests-{column}-")))
        guard.watch_folder(folder)
        stack.callback(guard.forget_folder, folder)
        environ = clean_environment(os.environ)
        environ |= {"ONTAP_ENV": column, "ONTAP_DATA": str(folder / "data"), "ONTAP_TRIALS": "1" if trials else ""}
        # What goes together is in `tests.scheduling`.
        command = [sys.executable, "-m", "pytest", f"--numprocesses={WORKERS}", "--dist=loadfile", "--quiet"]
        command.append("--no-loadscope-reorder")  # `conftest` has put them into order
        if column == "production":
            command += [f"--ignore={path}" for path in IN_ONE_COLUMN]
            postgres = stack.enter_context(Postgres())
            redis = stack.enter_context(Redis())
            environ |= production_environment(postgres.create_database("ontap"), redis.url)
        report_file = folder / "results.xml"
        command += [f"--junit-xml={report_file}", *for_pytest]
        return read_results(report_file, exit_code=_wait_for(command, environ))


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without anything that onTap's settings read."""
    return {
        key: value
        for key, value in environ.items()
        if not key.startswith(OUR_PREFIXES) and key not in (*OUR_VARIABLES, NO_BYTECODE)
    }


def production_environment(database_url: str, redis_url: str) -> dict[str, str]:
    """All that the production column must be told, with secrets made for this run."""
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ONTAP_TABLE_KEYS": secrets.token_urlsafe(32),
        "ONTAP_PUBLIC_URL": "https://ontap.example",
        "ONTAP_SECOND_FACTOR": "off",  # its own tests turn it on; the people of the others log in by password
    }


def report(results: Mapping[str, Results], *, nothing_may_be_skipped: bool) -> int:
    """Print the totals, and say with the exit code whether they are good.

    In CI nothing is skipped for a missing component: there a skipped test is a failure.
    """
    good = True
    print("\n== Both columns ==" if len(results) > 1 else "\n== Result ==")
    for column, result in results.items():
        print(f"{column}: {result.line()}")
        if result.passed + result.failed == 0:
            print(f"{column}: no test ran")
        for name in result.skipped_names if nothing_may_be_skipped else ():
            print(f"{column}: skipped, which CI does not allow: {name}")
        good &= result.exit_code == 0 and result.failed == 0 and result.passed > 0
        good &= not (nothing_may_be_skipped and result.skipped)
    print(sum(results.values(), Results()).line(), flush=True)
    return 0 if good else 1


def _wait_for(command: list[str], environ: Mapping[str, str]) -> int:
    child = subprocess.Popen(command, env=environ, stdin=subprocess.DEVNULL)
    guard.watch(child.pid, signal.SIGTERM)
    try:
        return child.wait()
    except KeyboardInterrupt:
        child.send_signal(signal.SIGINT)  # once more is harmless where the terminal has sent it already
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        raise
    finally:
        guard.forget(child.pid)


def _raise_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
