"""What a web process takes while something goes on."""

from pathlib import Path

from tests.faults.conftest import Pub


class Memory:
    """The first web process's, watched by the system from now on."""

    def __init__(self, pub: Pub) -> None:
        self._process = Path(f"/proc/{pub.running.web.pid}")
        (self._process / "clear_refs").write_text("5")  # the highest is counted anew
        self._first = self._megabytes("VmRSS")

    @property
    def growth(self) -> float:
        """How many megabytes there were at the highest above those of the beginning."""
        return self._megabytes("VmHWM") - self._first

    def _megabytes(self, key: str) -> float:
        lines = (self._process / "status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{key}:")) / 1024
