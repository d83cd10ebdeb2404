"""Which of the gateways that announce themselves may be ours. Pure.

mDNS is not proof: a token goes to a new address only if the device there has the instance name, the host name and the
hardware address of the one that was paired. Whatever else announces itself waits for a person.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tracker import wire
from tracker.agent.standing import described
from tracker.agent.state_files import KnownGateway
from tracker.gateway.errors import NotTheSameDevice
from tracker.gateway.sightings import Sighting


@dataclass(frozen=True, slots=True)
class Found:
    """`same` claims to be ours, at another address; `others` claim nothing of the kind."""

    same: Sighting | None
    others: tuple[Sighting, ...]


def sort_out(known: KnownGateway, sightings: Iterable[Sighting]) -> Found:
    """What the sightings are to a gateway that does not answer where it was."""
    elsewhere = [one for one in sightings if one.address != known.paired.address]
    same = [one for one in elsewhere if one.device == known.paired.device]
    if len(same) == 1:
        return Found(same[0], tuple(one for one in elsewhere if one != same[0]))
    return Found(None, tuple(elsewhere))  # two that claim the same name: a person decides


def moved(known: KnownGateway, sighting: Sighting, mac: str) -> KnownGateway:
    """The gateway at its new address, where `mac` is the hardware address behind that. Raises NotTheSameDevice."""
    paired = known.paired.moved_to(sighting.address, sighting.device)
    if mac != known.mac:
        raise NotTheSameDevice(f"{sighting.address} has the name of our gateway and another network card")
    return replace(known, paired=paired)


def confirmed(known: KnownGateway, sighting: Sighting, mac: str) -> KnownGateway:
    """The same because a person says so."""
    return KnownGateway(known.paired.confirmed_at(sighting.address, sighting.device), mac)


def chosen_of(choice: wire.SeenGateway | None, sightings: Iterable[Sighting]) -> Sighting | None:
    """The one that a manager chose, if it is one that we see: the platform never sends us to an address."""
    return next((one for one in sightings if described(one) == choice), None)
