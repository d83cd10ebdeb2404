"""Under which names this machine is asked: literal private addresses, and no name that a stranger could point here."""

import pytest
from django.http.request import validate_host

from ontap.hosts import PRIVATE_ADDRESSES, is_private_address, lan_addresses, names_of_this_machine

PRIVATE = [
    "10.0.0.1",
    "10.255.255.254",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "192.168.255.1",
    "169.254.3.4",
    "[fd12:3456::1]",
    "[fc00::1]",
    "[fe80::1]",
    "fe80::1",
]
FOREIGN = [
    *["8.8.8.8", "11.0.0.1", "172.15.0.1", "172.32.0.1", "192.169.0.1", "169.253.0.1", "224.0.0.1"],
    *["[2001:db8::1]", "[::]", "[::ffff:10.0.0.1]", "[ff02::1]"],
    *["10.0.0.1.example", "example", "3232235777", "0xc0.0xa8.0.1", "192.168.1", "010.0.0.1", "*", "."],
    "",
    "any private address",
]


@pytest.mark.parametrize("host", PRIVATE)
def test_a_literal_private_address_is_private(host: str) -> None:
    assert is_private_address(host)
    assert validate_host(host, [PRIVATE_ADDRESSES])


@pytest.mark.parametrize("host", FOREIGN)
def test_anything_else_is_not(host: str) -> None:
    assert not is_private_address(host)
    assert not validate_host(host, [PRIVATE_ADDRESSES])


def test_the_entry_stands_beside_ordinary_ones() -> None:
    allowed = ["localhost", ".pub.example", PRIVATE_ADDRESSES]
    assert all(validate_host(host, allowed) for host in ("localhost", "bar.pub.example", "192.168.1.2"))
    assert not validate_host("example", allowed)


def test_loopback_is_always_a_name_of_this_machine() -> None:
    assert {"localhost", "127.0.0.1", "[::1]"} <= set(names_of_this_machine())
    assert all(name and not name.startswith((".", "*")) for name in names_of_this_machine())


def test_addresses_for_the_network_are_private_ones_of_this_machine() -> None:
    assert all(is_private_address(address) for address in lan_addresses())
