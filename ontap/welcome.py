"""What `manage.py up` prints when it is ready: where to go, what to paste, where the rest is."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import segno

INDENT, LABEL = "  ", 16
PLACES = (("Guest, table 1", "guest"), ("Board", "board"), ("Pucks, gateway", "simulator_control"), ("Admin", "admin"))
# The seed's frames, for the demo's venue. The board puts the order's own id in the place of <order_id>.
ORDER = {"action": "order", "venue_id": "1", "table_number": "1", "order_items": {"13": 4, "18": 5}}
MOVE = {"order_id": "<order_id>", "venue_id": "1", "table_number": "1"}
ACCEPT = {"action": "acceptorder", **MOVE, "order_status": "accepted"}
COMPLETE = {"action": "completeorder", **MOVE, "order_status": "completed"}
OPEN_ORDERS = {"action": "openorders", "venue_id": "1"}


@dataclass(frozen=True, slots=True)
class Installation:
    """What there is to tell: `links` as in demo-addresses.json, `admin` name and password where they are known, `lan`
    the base addresses for this network where it is let in."""

    links: Mapping[str, str]
    admin: tuple[str, str] | None
    data: Path
    lan: Sequence[str] | None = None


def welcome(here: Installation) -> str:
    """The text, without colours, aligned."""
    parts = ["", "onTap is ready.", "", *_places(here)]
    if here.lan is not None:
        parts += ["", *_network(here)]
    if "guest_socket" in here.links and "board_socket" in here.links:
        parts += ["", *_dialogue(here.links)]
    parts += ["", *_files(here)]
    return "\n".join([*parts, "", "Ctrl-C stops it.", ""])


def _places(here: Installation) -> list[str]:
    lines = [_line(label, here.links[key]) for label, key in PLACES if key in here.links]
    if here.admin is not None:
        name, password = here.admin
        lines += [_line("", f"name {name}, password {password}")]
    elif "guest" not in here.links:
        lines += [_line("", "no demo here; the first login: python manage.py createsuperuser")]
    return lines


def _network(here: Installation) -> list[str]:
    bases = here.lan
    if not bases:
        return ["This machine has no address in a local network now; nobody else can reach it."]
    lines = [_line("This network" if base == bases[0] else "", base) for base in bases]
    if "guest" in here.links:
        return [*lines, "", "Scan this with a phone to order at table 1:", "", *_qr(here.links["guest"])]
    return [*lines, "", *_qr(here.links["admin"])]


def _qr(address: str) -> list[str]:
    drawn = io.StringIO()
    segno.make(address, micro=False).terminal(out=drawn, compact=True, border=2)
    return [f"{INDENT}{row}" for row in drawn.getvalue().splitlines()]


def _dialogue(links: Mapping[str, str]) -> list[str]:
    return [
        "The same by any websocket client. Connect as table 1, and as the board:",
        "",
        _line("Table 1", links["guest_socket"]),
        _line("Board", links["board_socket"]),
        "",
        "Paste as table 1; the order appears on the board. There, with its order_id, answer it:",
        "",
        _line("Table 1", _frame(ORDER)),
        _line("Board", _frame(ACCEPT)),
        _line("Board", _frame(COMPLETE)),
        _line("Board", _frame(OPEN_ORDERS)),
    ]


def _files(here: Installation) -> list[str]:
    lines = []
    if "guest" in here.links:
        lines += [_line("All logins", str(here.data / "demo-logins.json"))]
        lines += [_line("All addresses", str(here.data / "demo-addresses.json"))]
    return [*lines, _line("Data", str(here.data))]


def _line(label: str, text: str) -> str:
    return f"{INDENT}{label:<{LABEL}}{text}"


def _frame(frame: Mapping[str, object]) -> str:
    return json.dumps(frame, separators=(",", ":"))
