"""What is announced on the network becomes news: appeared, moved, disappeared."""

from hypothesis import given
from hypothesis import strategies as st

from tracker.gateway.address import Address
from tracker.gateway.paired import Device
from tracker.gateway.sightings import MOST_GATEWAYS, Appeared, Disappeared, Moved, Sighting, Sightings, read_sighting

NAME = "Bar._tracker-http._tcp.local."


def seen(ip: str = "192.168.1.23", *, name: str = NAME, host: str = "Gateway.local.", port: int = 8000) -> Sighting:
    sighting = read_sighting(name, host, [ip], port, loopback=False)
    assert sighting is not None
    return sighting


def test_a_gateway_appears_moves_and_disappears() -> None:
    sightings = Sightings()
    assert sightings.announced(NAME, seen()) == [Appeared(seen())]
    assert sightings.announced(NAME, seen()) == []
    moved = seen("192.168.1.77")
    assert sightings.announced(NAME, moved) == [Moved(moved, seen().address)]
    assert sightings.withdrawn(NAME) == [Disappeared(moved)]
    assert sightings.withdrawn(NAME) == []


def test_names_are_alike_with_and_without_a_dot_or_capitals() -> None:
    assert seen().device == Device("bar", "gateway.local")
    assert seen(host="gateway.local") == seen()


def test_the_port_is_the_announced_one_or_8000() -> None:
    assert seen(port=8123).address == Address("192.168.1.23", 8123)
    sighting = read_sighting(NAME, "gateway.local.", ["192.168.1.23"], None, loopback=False)
    assert sighting is not None
    assert sighting.address.port == seen(port=0).address.port == 8000


def test_another_device_under_the_same_name_has_not_moved() -> None:
    sightings = Sightings()
    sightings.announced(NAME, seen())
    false = seen("192.168.1.66", host="evil.local.")
    assert sightings.announced(NAME, false) == [Disappeared(seen()), Appeared(false)]


def test_an_announcement_without_an_address_of_the_venue_is_none() -> None:
    for addresses in ([], ["8.8.8.8"], ["169.254.169.254"], ["127.0.0.1"], ["fe80::1"], ["junk"]):
        assert read_sighting(NAME, "gateway.local.", addresses, 8000, loopback=False) is None
    mixed = read_sighting(NAME, "gateway.local.", ["169.254.169.254", "10.0.0.9"], 8000, loopback=False)
    assert mixed is not None
    assert mixed.address.host == "10.0.0.9"


def test_several_gateways_are_listed_once_for_each_address() -> None:
    sightings = Sightings()
    other = "Kitchen._tracker-http._tcp.local."
    sightings.announced(NAME, seen())
    sightings.announced(other, seen("192.168.1.24", name=other))
    sightings.announced("Twin._tracker-http._tcp.local.", seen())
    assert {str(one.address) for one in sightings.gateways} == {"192.168.1.23:8000", "192.168.1.24:8000"}
    assert len(sightings.gateways) == 2


def test_a_flood_of_announcements_is_bounded() -> None:
    sightings = Sightings()
    for n in range(MOST_GATEWAYS * 3):
        sightings.announced(f"n{n}.{NAME}", seen(f"10.0.{n // 250}.{n % 250 + 1}"))
    assert len(sightings.gateways) == MOST_GATEWAYS


@given(st.text(), st.none() | st.text(), st.lists(st.text()), st.none() | st.integers(0, 65535))
def test_names_are_data(name: str, host: str | None, addresses: list[str], port: int | None) -> None:
    sighting = read_sighting(name, host, [*addresses, "10.0.0.9"], port, loopback=False)
    assert sighting is not None
    assert (sighting.device.instance + sighting.device.host).isprintable()
