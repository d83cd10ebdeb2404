"""What the suite needs from the system, and how to get it: `python -m tests.needs`.

Standard library only: it runs before anything is known to be installed.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

OLDEST_POSTGRES = 15
POSTGRES_PROGRAMS = ("initdb", "postgres", "pg_ctl", "pgbench")
CHROMIUM_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
POLICY = Path("/usr/sbin/policy-rc.d")
CLUSTER_DEFAULTS = Path("/etc/postgresql-common/createcluster.d/ontap-tests.conf")


def find_redis() -> Path | None:
    """The redis-server program, or None."""
    return _first_program(("redis-server",))


def find_chromium() -> Path | None:
    """The browser for the page tests (Playwright's `executable_path`), or None."""
    return _first_program(CHROMIUM_PROGRAMS)


def find_postgres(folders: Sequence[Path] | None = None) -> Path | None:
    """The folder with every program of the newest PostgreSQL of at least version 15, or None.

    Debian keeps the servers out of PATH, one folder a version, and may leave a stray `initdb` in PATH: a folder counts
    only when all of the programs are in it.
    """
    if folders is None:
        # Debian, Fedora, Homebrew, then what the user chose.
        places = (
            "usr/lib/postgresql/*/bin",
            "usr/pgsql-*/bin",
            "opt/homebrew/opt/postgresql*/bin",
        )
        folders = [folder for place in places for folder in Path("/").glob(place)]
        folders += [Path(folder) for folder in os.get_exec_path()]
    complete = [folder for folder in folders if all((folder / name).is_file() for name in POSTGRES_PROGRAMS)]
    newest = max(complete, key=_postgres_version, default=None)
    return newest if newest and _postgres_version(newest) >= OLDEST_POSTGRES else None


def parse_postgres_version(text: str) -> int:
    """The major version in the answer of `postgres --version`; 0 where there is none."""
    match = re.search(r"PostgreSQL\)? (\d+)", text)
    return int(match[1]) if match else 0


def _postgres_version(folder: Path) -> int:
    answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, timeout=10, check=False)
    return parse_postgres_version(answer.stdout)


def _first_program(names: Sequence[str]) -> Path | None:
    found = next(filter(None, map(shutil.which, names)), None)
    return Path(found) if found else None


@dataclass(frozen=True)
class Need:
    """One thing that must be on the machine."""

    name: str
    find: Callable[[], Path | None]
    debian: str
    elsewhere: str

    def advice(self) -> str:
        """One line for somebody who has to install it by hand."""
        return f"Missing: {self.name}. On Debian: apt-get install {self.debian}. Elsewhere: {self.elsewhere}."


NEEDS = (
    Need("redis-server", find_redis, "redis-server", "the package redis or valkey-compat-redis, or brew install redis"),
    Need(
        f"PostgreSQL {OLDEST_POSTGRES} or newer with {', '.join(POSTGRES_PROGRAMS)}",
        find_postgres,
        "postgresql",
        "the packages postgresql-server and postgresql-contrib, or brew install postgresql@17",
    ),
    Need("Chromium", find_chromium, "chromium", "the package chromium, or Google Chrome as google-chrome in PATH"),
)


def is_debian(os_release: str) -> bool:
    """Whether this is Debian itself: Ubuntu's chromium is a snap, which a root shell in a container cannot install."""
    return any(line.strip() in ("ID=debian", 'ID="debian"', "ID=raspbian") for line in os_release.splitlines())


def main() -> int:
    """Exit code 0 once everything is there, having installed it where we may (root on Debian), else 1."""
    missing = [need for need in NEEDS if need.find() is None]
    if not missing:
        return 0
    if _may_install():
        print(f"Installing {', '.join(need.debian for need in missing)} (only for the tests).", flush=True)
        install(missing)
        missing = [need for need in missing if need.find() is None]
    for need in missing:
        print(need.advice())
    return 1 if missing else 0


def install(missing: Sequence[Need]) -> None:
    """Have apt-get install the packages, starting no service and making no database cluster."""
    with _no_services():
        if not _apt_get("update"):
            return
        packages = [need.debian for need in missing]
        if "postgresql" in packages:
            # First its common part alone, which reads the defaults below when the server itself is set up.
            if not _apt_get("install", "postgresql-common"):
                return
            with _no_main_cluster():
                _apt_get("install", *packages)
        else:
            _apt_get("install", *packages)


def _may_install() -> bool:
    os_release = Path("/etc/os-release")
    known = os_release.is_file() and is_debian(os_release.read_text())
    return known and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for an apt-get that asks nothing and restarts nothing."""
    return {**environ, "DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_SUSPEND": "1", "LC_ALL": "C.UTF-8"}


def _apt_get(verb: str, *packages: str) -> bool:
    # Half an hour: a slow mirror is no reason to fail, a hung one is.
    command = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", verb]
    if packages:
        command += ["--yes", "--no-install-recommends", *packages]
    done = subprocess.run(
        command,
        env=apt_environment(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=1800,
        check=False,
    )
    if done.returncode:
        print(f"apt-get {verb} failed; its last words:", *done.stdout.splitlines()[-15:], sep="\n  ", flush=True)
    return done.returncode == 0


@contextmanager
def _no_services() -> Iterator[None]:
    """No package starts its service meanwhile: our servers are our own, in folders of their own."""
    refusal = "#!/bin/sh\n# For as long as onTap's tests install what they need; safe to delete.\nexit 101\n"
    with _temporary_file(POLICY, refusal, 0o755):
        yield


@contextmanager
def _no_main_cluster() -> Iterator[None]:
    """Installing PostgreSQL makes no cluster meanwhile, so that none is there to start at the next boot."""
    with _temporary_file(CLUSTER_DEFAULTS, "create_main_cluster = false\n", 0o644):
        yield


@contextmanager
def _temporary_file(path: Path, text: str, mode: int) -> Iterator[None]:
    """The file is there meanwhile; one that the system has already is left alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        yield
        return
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        path.chmod(mode)
        yield
    finally:
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
