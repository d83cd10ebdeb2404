"""From a handshake to a pass: address, version, Origin, limits. What is refused is refused alike."""

import ipaddress
import re
import time
from dataclasses import dataclass
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings

from orders.catalogues import catalogue_of
from orders.limits import Limit
from orders.protocol import DASHBOARD, SUBPROTOCOL_V2
from orders.reading import in_reader
from venues.access import Credentials, Pass, admit_board, admit_guest
from venues.catalogue import Catalogue

_PATH = re.compile(r"^(?:/(?P<kind>[ks])/(?P<secret>[A-Za-z0-9_-]{20,64}))?/(?:Test|ws)/?\Z")
_VENUE = re.compile(r"^[1-9][0-9]{0,17}\Z")

handshakes = Limit(settings.ONTAP_HANDSHAKES_PER_MINUTE, 60)
failures = Limit(settings.ONTAP_FAILURES_PER_MINUTE, 60)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A socket that may open."""

    held: Pass
    version: int
    catalogue: Catalogue


async def admit(scope: dict[str, Any], now: datetime) -> Admitted | None:
    """Who asks to come in, or None. Counts handshakes and failures per address; a whole pub is one address."""
    address = client_address(scope)
    moment = time.monotonic()
    if failures.full(address, moment) or not handshakes.take(address, moment):
        return None
    admitted = await _admit(scope, now)
    if admitted is None:
        failures.count(address, moment)
    return admitted


async def _admit(scope: dict[str, Any], now: datetime) -> Admitted | None:
    path = _PATH.match(scope["path"])
    query = _query(scope)
    if path is None or query is None:
        return None
    venue_id, table_number, wants_v2 = query
    catalogue = await catalogue_of(venue_id)
    if catalogue is None:
        return None
    secret = path["secret"]
    credentials = Credentials(
        device_key=secret if path["kind"] == "k" else None,
        member_token=secret if path["kind"] == "s" else None,
        cookies=cookies_that_count(scope) if secret is None else {},
    )
    if table_number == DASHBOARD:
        held = await in_reader(admit_board, catalogue, credentials) if path["kind"] != "s" else None
    elif path["kind"] == "k":
        held = None
    else:
        held = await in_reader(admit_guest, catalogue, table_number, credentials, now)
    version = 2 if wants_v2 or SUBPROTOCOL_V2 in scope.get("subprotocols", ()) else 1
    return Admitted(held, version, catalogue) if held is not None else None


def _query(scope: dict[str, Any]) -> tuple[int, str, bool] | None:
    """Venue, table number and whether version 2 is asked for; None where the query is not one of ours."""
    try:
        values = parse_qs(
            scope["query_string"].decode("ascii"), keep_blank_values=True, max_num_fields=8, errors="strict"
        )
    except (UnicodeDecodeError, ValueError):
        return None
    venue, table = values.get("venue_id", []), values.get("table_number", [])
    if len(venue) != 1 or len(table) != 1 or not _VENUE.match(venue[0]) or not 1 <= len(table[0]) <= 16:
        return None
    if not table[0].isprintable():
        return None
    return int(venue[0]), table[0], values.get("v") == ["2"]


def cookies_that_count(scope: dict[str, Any]) -> dict[str, str]:
    """The cookies, where an Origin is there and is this host: a foreign page's script gets no cookie's power."""
    headers = dict(scope["headers"])
    try:
        origin, host = headers[b"origin"].decode("ascii"), headers[b"host"].decode("ascii")
        cookies = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
    except (KeyError, UnicodeDecodeError, CookieError):
        return {}
    parts = urlsplit(origin)
    secure = is_secure(scope)
    if not parts.netloc or _with_port(parts.netloc, parts.scheme) != _with_port(host, "https" if secure else "http"):
        return {}
    if parts.scheme not in ("http", "https") or (secure and parts.scheme != "https"):
        return {}
    return {name: morsel.value for name, morsel in cookies.items()}


def is_secure(scope: dict[str, Any]) -> bool:
    """Whether the client came by TLS, as far as a trusted proxy says so."""
    if scope.get("scheme") in ("https", "wss"):
        return True
    forwarded = dict(scope["headers"]).get(b"x-forwarded-proto", b"")
    return bool(forwarded == b"https" and _trusted((scope.get("client") or ("", 0))[0]))


def client_address(scope: dict[str, Any]) -> str:
    """The client's address; that of X-Forwarded-For only as far as ONTAP_TRUSTED_PROXIES reach."""
    address = str((scope.get("client") or ("", 0))[0])
    forwarded = dict(scope["headers"]).get(b"x-forwarded-for", b"").decode("latin-1")
    for hop in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        if not _trusted(address):
            break
        address = hop
    return address[:64]


def _trusted(address: str) -> bool:
    try:
        return any(
            ipaddress.ip_address(address) in ipaddress.ip_network(proxy) for proxy in settings.ONTAP_TRUSTED_PROXIES
        )
    except ValueError:
        return False


def _with_port(netloc: str, scheme: str) -> str:
    host = netloc.lower()
    has_port = re.search(r":[0-9]+$", host) is not None
    return host if has_port else f"{host}:{443 if scheme == 'https' else 80}"
