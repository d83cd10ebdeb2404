"""Which gateways are on the network, from what is announced: appeared, moved, disappeared. Pure.

mDNS is not authenticated: names are data, an address identifies nobody, and anybody may announce anything. So what is
told is bounded, and says nothing about whose token goes where: that is `Paired.moved_to`'s.
"""

from dataclasses import dataclass

from tracker.gateway.address import PORT, Address, is_announceable
from tracker.gateway.errors import InvalidRequest
from tracker.gateway.paired import Device
from tracker.gateway.tolerant import text_of

SERVICE_TYPE = "_tracker-http._tcp.local."
MOST_GATEWAYS = 50  # a venue has one; a flood of announcements must not fill the memory
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Sighting:
    """A gateway as it announces itself."""

    device: Device
    address: Address


@dataclass(frozen=True, slots=True)
class Appeared:
    gateway: Sighting


@dataclass(frozen=True, slots=True)
class Moved:
    """The same names at another address."""

    gateway: Sighting
    before: Address


@dataclass(frozen=True, slots=True)
class Disappeared:
    gateway: Sighting


News = Appeared | Moved | Disappeared


def read_sighting(
    name: str, host: str | None, addresses: list[str], port: int | None, *, loopback: bool
) -> Sighting | None:
    """The gateway of an announcement, or None where it has no address that a gateway could have.

    `name` is the full name of the instance, `host` the SRV target, `addresses` are newest first: after a change the old
    one stays announced for a second. The port is the SRV record's, else 8000.
    """
    ip = next((one for one in addresses if is_announceable(one, loopback=loopback)), None)
    if ip is None:
        return None
    try:
        address = Address(ip, port or PORT)
    except InvalidRequest:
        return None
    return Sighting(Device(_name(name.removesuffix(SERVICE_TYPE)), _name(host or "")), address)


class Sightings:
    """All gateways seen, by the full name of their instance. Takes announcements, gives news."""

    def __init__(self) -> None:
        self._seen: dict[str, Sighting] = {}

    @property
    def gateways(self) -> tuple[Sighting, ...]:
        """One for each address: a person chooses among them where there are several."""
        return tuple({sighting.address: sighting for sighting in self._seen.values()}.values())

    def announced(self, name: str, sighting: Sighting) -> list[News]:
        before = self._seen.get(name)
        if before == sighting or (before is None and len(self._seen) >= MOST_GATEWAYS):
            return []
        self._seen[name] = sighting
        if before is None:
            return [Appeared(sighting)]
        if before.device == sighting.device:
            return [Moved(sighting, before.address)]
        return [Disappeared(before), Appeared(sighting)]  # another device under that name

    def withdrawn(self, name: str) -> list[News]:
        before = self._seen.pop(name, None)
        return [] if before is None else [Disappeared(before)]


def _name(text: str) -> str:
    """A DNS name without its trailing dot; they do not tell cases apart. Android adds the dot (API reference, 2)."""
    return text_of(text, _LONGEST_NAME).rstrip(".").lower()
