"""Free loopback ports for the servers of the tests."""

import random
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")

_given: set[int] = set()


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on, not given out before by this process.

    Never one that the kernel gives to outgoing connections, as binding to port 0 would: while a server is down between
    two starts, a client's own connection could take its port, or even connect to itself there.
    """
    first, last = _range_below(first_ephemeral_port())
    for _ in range(1000):
        port = random.randint(first, last)
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    raise OSError(f"No free port from {first} to {last}")


def is_listening(port: int) -> bool:
    """Whether somebody accepts connections on the port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def first_ephemeral_port() -> int:
    """From here on the kernel gives ports to outgoing connections."""
    # 49152 is what IANA says and macOS does.
    return int(EPHEMERAL.read_text().split()[0]) if EPHEMERAL.is_file() else 49152


def _range_below(ephemeral: int) -> tuple[int, int]:
    # 15000 and above: clear of the ports that people know by heart. A machine that lets clients use nearly every port
    # leaves us nothing better than the same range.
    return (15000, ephemeral - 1) if ephemeral > 16000 else (15000, 32000)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: connections of a server that has ended, still in TIME_WAIT, do not matter.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
