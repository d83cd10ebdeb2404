"""Run it: `python -m tracker.agent --server URL --state DIR [--gateway HOST[:PORT]]`, or `doctor` with the same."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from tracker.agent.agent import Agent
from tracker.agent.doctor import examine
from tracker.agent.pairing_side import Network
from tracker.agent.server_address import BadServer, Server, read_server
from tracker.agent.state_files import StateFolder, StateUnusable
from tracker.agent.status import Status
from tracker.agent.timings import Timings
from tracker.gateway.address import Address
from tracker.gateway.errors import InvalidRequest


def main(arguments: Sequence[str]) -> int:
    """0 after a polite end (or where the doctor finds nothing), 1 where he does, 2 where it cannot work at all."""
    os.umask(0o077)
    options = _parser().parse_args(arguments)
    loopback = options.server.is_here
    network = Network(options.gateway, loopback, tuple(options.interface) or None)
    try:
        state = StateFolder(options.state)
        if options.what == "doctor":
            return asyncio.run(examine(options.server, state, network, print))
        state.hold()
        status = Status()
        return asyncio.run(_run(Agent(options.server, state, network, status, Timings().times(options.pace)), status))
    except StateUnusable as error:
        print(error, file=sys.stderr)
        return 2
    except BaseExceptionGroup as group:
        if group.split(StateUnusable)[1] is not None:
            raise
        print(*group.exceptions, file=sys.stderr)
        return 2


async def _run(agent: Agent, status: Status) -> int:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    running = asyncio.create_task(agent.run())
    ending = asyncio.create_task(ended.wait())
    await asyncio.wait({running, ending}, return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if running.done():
        running.result()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    status.say("ended", "Ended.")
    status.end()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tracker.agent",
        description="Keeps a venue's Table Tracker gateway and onTap in touch. Nothing else is needed at the venue.",
    )
    parser.add_argument("what", nargs="?", choices=("run", "doctor"), default="run", help="doctor: say what works")
    parser.add_argument(
        "--server", type=_server, required=True, metavar="URL", help="onTap, e.g. https://ontap.example"
    )
    parser.add_argument("--state", type=Path, required=True, metavar="DIR", help="folder for tokens and the spool")
    parser.add_argument("--gateway", type=_address, metavar="HOST[:PORT]", help="instead of looking for one")
    parser.add_argument("--interface", action="append", default=[], metavar="IP", help="look on this network only")
    parser.add_argument("--pace", type=float, default=1.0, help=argparse.SUPPRESS)  # of all waits, for tests
    return parser


def _server(text: str) -> Server:
    try:
        return read_server(text)
    except BadServer as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _address(text: str) -> Address:
    try:
        return Address.typed_in(text)
    except InvalidRequest as error:
        raise argparse.ArgumentTypeError(str(error)) from None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
