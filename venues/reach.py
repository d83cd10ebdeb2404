"""What a guest's phone would do with an address before it is printed: the doubts, in words. Pure."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

SETTING = "ONTAP_PUBLIC_URL"


_ITSELF = "A guest's phone looks for the page on the phone itself, and finds nothing. Only this computer finds it."
_BARE = (
    "A phone that is not on this computer's network finds nothing. When the computer is given another address, every"
    " printed code is dead."
)
_LOCAL = "Many phones do not find it, on the venue's Wi-Fi or elsewhere."
_PLAIN = "The phone may warn that it is not secure, and others on the Wi-Fi can read along."


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that is wrong with an address on paper: what a guest's phone does with it."""

    what: str
    then: str


def doubts_about(address: str) -> list[Doubt]:
    """Why codes that lead to this base address should not be printed yet; none for https at a name."""
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    found = []
    if not host:
        found.append(Doubt("It names no host.", "A guest's phone finds nothing."))
    elif _is_loopback(host):
        found.append(Doubt(f"{host} means “this very device”.", _ITSELF))
    elif _literal(host) is not None:
        found.append(Doubt(f"{host} is a bare IP address.", _BARE))
    elif "." not in host or host.endswith(".local"):
        found.append(Doubt(f"{host} is a name that only this network knows.", _LOCAL))
    if parts.scheme != "https":
        found.append(Doubt("It is plain http, without encryption.", _PLAIN))
    return found


def _is_loopback(host: str) -> bool:
    address = _literal(host)
    return (
        host == "localhost"
        or host.endswith(".localhost")
        or (address is not None and (address.is_loopback or address.is_unspecified))
    )


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
