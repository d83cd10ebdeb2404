"""The demo's addresses, in the data folder for whoever wants to try it."""

import re
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from venues import addresses
from venues.access import device_with
from venues.demo.private_files import read_private, write_private
from venues.models import Table

VENUE_ID = 1
TABLE_NUMBER = "1"
BESIDE = ("simulator", "simulator_control")  # the venue's simulated gateway: its own port, and the page to work it


def demo_addresses() -> dict[str, str]:
    """Where to go as this installation is reached now: `guest`, `guest_socket`, `board`, `board_socket`, `admin`.

    An address that would be refused is left out: of a table that is gone, of open tables that are off, of a board
    that was revoked.
    """
    return _addresses(kept_key())


def write_demo_addresses(beside: Mapping[str, str] | None = None) -> None:
    """Bring ONTAP_DATA/demo-addresses.json (0600) to the host and port of now; the board's key stays the same.

    `beside`: addresses of what runs beside this installation now. None leaves those that are in the file.
    """
    write_addresses(kept_key(), beside)


def write_addresses(key: str | None, beside: Mapping[str, str] | None = None) -> None:
    """The file with this key of the demo's board; without a board for None."""
    if beside is None:
        kept = read_private(addresses_file()) or {}
        beside = {name: kept[name] for name in BESIDE if name in kept}
    write_private(addresses_file(), _addresses(key) | dict(beside))


def addresses_file() -> Path:
    return Path(settings.ONTAP_DATA) / "demo-addresses.json"


def kept_key() -> str | None:
    """The key of the demo's board, which is kept nowhere but in the file of addresses."""
    kept = read_private(addresses_file()) or {}
    found = re.search(r"/k/([\w-]+)/", str(kept.get("board", "")))
    return found.group(1) if found else None


def _addresses(key: str | None) -> dict[str, str]:
    links: dict[str, str] = {}
    table = Table.objects.select_related("venue").filter(venue_id=VENUE_ID, number=TABLE_NUMBER).first()
    if table is not None:
        links["guest"] = addresses.table_page(table)
        if table.venue.open_tables and settings.ONTAP_ALLOW_OPEN_TABLES:
            links["guest_socket"] = addresses.table_socket(VENUE_ID, TABLE_NUMBER)
    device = device_with(key) if key is not None else None
    if key is not None and device is not None:
        links["board"] = addresses.device_page(key)
        links["board_socket"] = addresses.device_socket(key, device.venue_id)
    return links | {"admin": f"{addresses.base_url()}/admin/"}
