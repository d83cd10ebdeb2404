"""The command line."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tracker.simulator.announce import check_name
from tracker.simulator.settings import read_zone

DEFAULT_NAME = "Table Tracker Simulator"
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for; port 0 takes a free one, `data` None keeps nothing."""

    host: str
    port: int
    control_port: int
    name: str
    timezone: str | None
    data: Path | None
    mdns: bool


def read_options(arguments: Sequence[str]) -> Options:
    """Exits with 2 and a sentence where something is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m tracker.simulator",
        description="An LRS Table Tracker gateway without the hardware: HTTP, websocket, mDNS, and a page to work it.",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address of the gateway (default %(default)s; 0.0.0.0 for all)"
    )
    parser.add_argument("--port", type=_port, default=8000, help="its port (default %(default)s; 0 takes a free one)")
    parser.add_argument("--control-port", type=_port, default=8001, help="page and control API, this machine only")
    parser.add_argument("--name", type=_checked(check_name), default=DEFAULT_NAME, help="instance name in mDNS")
    parser.add_argument(
        "--timezone", type=_checked(_zone), help="e.g. Europe/London or +01:00 (default: as kept, or UTC)"
    )
    parser.add_argument("--data", type=Path, metavar="FILE", help="keep tokens, orders and settings here over restarts")
    parser.add_argument("--no-mdns", dest="mdns", action="store_false", help="do not announce the gateway")
    return Options(**vars(parser.parse_args(arguments)))


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"“{text}” is no port: a number from 0 to 65535")
    return int(text)


def _zone(text: str) -> str:
    read_zone(text)
    return text


def _checked(check: Callable[[str], Value]) -> Callable[[str], Value]:
    def read(text: str) -> Value:
        try:
            return check(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"“{text}”: {error}") from error

    return read
