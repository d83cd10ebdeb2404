"""The load generator, run once against something that serves."""

import json
import shutil
import subprocess
from typing import Any

from tests.benchmarks.candidates import HERE, Running
from tests.benchmarks.stage import Stage

SECONDS_BESIDES = 180  # to open and close the sockets, and to wait for what is lost


class GeneratorFailed(Exception):
    """The generator could not do its work; the message holds its last words."""


def what_is_missing() -> str | None:
    """How to get what the generator and the peers need; None where it is all there."""
    if shutil.which("node") is None:
        return "Missing: Node.js 20.12 or newer. On Debian: apt-get install nodejs npm."
    if not (HERE / "node_modules" / "ws").is_dir():
        return "Missing: ws and pg. Run: npm ci --prefix tests/benchmarks"
    return None


def generate(stage: Stage, running: Running, **options: int) -> dict[str, Any]:
    """What the generator measured and found, with options of its command line (`in_flight=200`)."""
    seconds = options.get("seconds", 10) + options.get("warmup", 3)
    command = ["node", "--max-semi-space-size=64", str(HERE / "load.mjs")]
    command += [f"--url-guest={url}" for url in running.guest_urls]
    command += [f"--url-board={url}" for url in running.board_urls]
    command += [f"--watch-pid={pid}" for pid in running.pids]
    command += [f"--watch-tree={stage.postgres.pid}", f"--venues=1-{stage.venues}", f"--tables={stage.tables}"]
    command += ["--keep-venues"] if running.keep_venues else []
    command += [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + SECONDS_BESIDES, check=False)
    if done.returncode not in (0, 1):
        raise GeneratorFailed(done.stderr[-3000:])
    result: dict[str, Any] = json.loads(done.stdout)
    return result
