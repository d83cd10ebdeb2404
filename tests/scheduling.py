"""Which tests run in one worker, one after another."""

from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]  # it has none

# Where gateways announce themselves by mDNS: one at a time (`tests.stack.network`), so one worker has them all and none
# waits for another.
ANNOUNCING = {
    "tests/tracker/agent/test_hostile.py",
    "tests/tracker/chain/test_changed_gateway.py",
    "tests/tracker/chain/test_evening.py",
    "tests/tracker/chain/test_two_gateways.py",
    "tests/tracker/gateway/test_discovery.py",
    "tests/tracker/simulator/test_process.py",
}


class Scheduling(LoadFileScheduling):  # type: ignore[misc]  # of no known type
    """The tests of a file share servers that are costly to start, and those that announce share the network."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return "announcing" if file in ANNOUNCING else file
