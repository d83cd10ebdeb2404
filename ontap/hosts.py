"""The names and addresses under which this machine may be asked, for ALLOWED_HOSTS and for people."""

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address

import ifaddr

_ONLY_HERE = ("docker", "br-", "virbr", "veth")  # bridges to containers and virtual machines
_PRIVATE = tuple(IPv4Network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"))
_PRIVATE_6 = tuple(IPv6Network(n) for n in ("fc00::/7", "fe80::/10"))


class PrivateAddresses(str):
    """One entry of ALLOWED_HOSTS that fits every literal private address: RFC 1918, link-local and ULA.

    A list would be out of date with the next DHCP lease, and behind a container's port no list is right. Names stay
    out: a foreign page that lets its own name point at this machine (DNS rebinding) asks for that name.

    Django lowers an entry and compares it with the host, which it has lowered and freed from its port (see
    `django.http.request.validate_host`). Should it one day do anything else with a string, no host will fit.
    """

    def lower(self) -> "PrivateAddresses":
        return self

    def __eq__(self, host: object) -> bool:
        return isinstance(host, str) and is_private_address(host)

    __hash__ = str.__hash__


PRIVATE_ADDRESSES = PrivateAddresses("any private address")


def is_private_address(host: str) -> bool:
    """Whether the host is a literal private address, IPv6 in brackets or not."""
    try:
        address = ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return any(address in network for network in (_PRIVATE if address.version == 4 else _PRIVATE_6))


def names_of_this_machine() -> list[str]:
    """Loopback, and this machine's own name with and without mDNS's ending."""
    name = socket.gethostname()
    return ["localhost", "127.0.0.1", "[::1]", name, f"{name.partition('.')[0]}.local"]


def lan_addresses() -> list[str]:
    """The IPv4 addresses at which other machines of the network reach this one, the usual one first.

    Without the bridges to containers, which nobody else can reach.
    """
    found = {
        ip.ip: adapter.nice_name
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
        if isinstance(ip.ip, str) and ip.ip and is_private_address(ip.ip)
    }
    usual = _address_to_the_world()
    real = [ip for ip, name in found.items() if ip == usual or not name.startswith(_ONLY_HERE)]
    return sorted(real, key=lambda ip: (ip != usual, IPv4Address(ip).is_link_local, IPv4Address(ip)))


def _address_to_the_world() -> str | None:
    """The address that packets to other networks come from. Sends none: UDP's connect only asks the routes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1, which is nobody's
        except OSError:
            return None
        return str(probe.getsockname()[0])
