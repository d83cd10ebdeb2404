"""How one run of pytest went, read from the JUnit file that it writes."""

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

NO_TEST_RAN = 5  # pytest's exit code for it


@dataclass(frozen=True)
class Results:
    """Counts of one run; added up they are the counts of several."""

    passed: int = 0
    failed: int = 0
    skipped_names: tuple[str, ...] = ()
    exit_code: int = 0

    @property
    def skipped(self) -> int:
        """How many were skipped, or failed as they were expected to."""
        return len(self.skipped_names)

    def line(self) -> str:
        """The counts in words, for people and for machines."""
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"

    def __add__(self, other: "Results") -> "Results":
        return Results(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped_names + other.skipped_names,
            self.exit_code or other.exit_code,
        )


def read_results(path: Path, *, exit_code: int) -> Results:
    """Read the file; a run that left none, or says nothing of why it ended badly, counts as one failure."""
    if not path.is_file():
        return Results(failed=1, exit_code=exit_code or 1)
    results = Results(exit_code=exit_code)
    # An error is a test whose fixture or teardown broke; one that failed in both has two cases of the same name.
    for case in ElementTree.parse(path).iter("testcase"):  # noqa: S314 - our own pytest wrote it
        name = f"{case.get('classname')}.{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            results += Results(failed=1)
        elif (skipped := case.find("skipped")) is not None:
            results += Results(skipped_names=(f"{name}: {skipped.get('message')}",))
        else:
            results += Results(passed=1)
    if exit_code not in (0, NO_TEST_RAN) and not results.failed:
        results += Results(failed=1)
    return results
