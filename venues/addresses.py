"""The addresses that are printed, shown and encoded: one place that knows where this installation is reached."""

from urllib.parse import urlencode

from django.conf import settings

from venues.codes import table_code
from venues.models import Table


def base_url() -> str:
    """Where people reach this installation, without a slash at the end.

    ONTAP_PUBLIC_URL; else what a running `manage.py up` wrote into the data folder; else loopback and PORT.
    """
    if settings.ONTAP_PUBLIC_URL:
        return str(settings.ONTAP_PUBLIC_URL)
    running = settings.ONTAP_DATA / "address"
    if running.exists():
        return running.read_text().strip()
    return f"http://127.0.0.1:{settings.ONTAP_PORT}"


def socket_base() -> str:
    """The same for websockets: ws:// or wss://."""
    return "ws" + base_url().removeprefix("http")


def table_page(table: Table) -> str:
    """What the code printed on a table says."""
    return f"{base_url()}/t/{table_code(table.pk, table.code_version)}"


def table_socket(venue_id: int, table_number: str) -> str:
    """The seed's bare address of a table, for venues with open tables."""
    return f"{socket_base()}/Test?{urlencode({'venue_id': venue_id, 'table_number': table_number})}"


def device_page(key: str) -> str:
    """Opens the board on a tablet and leaves the device's cookie there."""
    return f"{base_url()}/k/{key}/"


def device_socket(key: str, venue_id: int) -> str:
    """The board's address for any websocket client, as it is."""
    return f"{socket_base()}/k/{key}/Test?venue_id={venue_id}&table_number=dashboard"


def invitation_page(token: str) -> str:
    """Where somebody accepts an invitation."""
    return f"{base_url()}/i/{token}/"


def board_page(venue_id: int) -> str:
    return f"{base_url()}/board/{venue_id}/"
