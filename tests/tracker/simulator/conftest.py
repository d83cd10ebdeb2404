"""One simulator for the tests of a file, as new for each of them."""

from collections.abc import Iterator

import pytest

from tests.tracker.simulator.running import Simulator
from tracker.simulator.room import default_room


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """Runs for the whole file."""
    with Simulator(tmp_path_factory.mktemp("simulator")) as simulator:
        simulator.start()
        yield simulator


@pytest.fixture
def simulator(process: Simulator) -> Simulator:
    """Without faults, tokens and orders, and with the power on."""
    process.http.delete(f"{process.control_base}/faults")
    process.control("/power", {"on": True})
    process.control("/room", default_room().model_dump())
    process.control("/reset")
    process.token = ""
    return process


@pytest.fixture
def paired(simulator: Simulator) -> Simulator:
    """The same with a token in use."""
    simulator.pair()
    return simulator
