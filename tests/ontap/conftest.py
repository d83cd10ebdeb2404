"""The server under test, for the files `test_server_*`."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.ontap.server_process import Process, Start
from tests.ontap.small_applications import CANARY


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    started: list[Process] = []

    def start_one(**options: Any) -> Process:
        started.append(Process(tmp_path_factory.mktemp("server"), **options))
        return started[-1]

    yield start_one
    for process in started:
        process.close()
        # Whatever the tests have done to it: no secret came out, no 1011, and Twisted had no error to report.
        for forbidden in (CANARY, "closed 1011", "Unhandled"):
            assert forbidden not in process.printed()


@pytest.fixture(scope="module")
def server(start: Start) -> Process:
    return start(unread_seconds=2)


@pytest.fixture
def key(request: pytest.FixtureRequest) -> str:
    """Where this test's application notes what it sees."""
    return "".join(letter for letter in request.node.name if letter.isalnum())
