"""Where a gateway is: host and port, on the venue's own network."""

import ipaddress
import re
from dataclasses import dataclass

from tracker.gateway.errors import InvalidRequest

PORT = 8000  # the API's port (quickstart); an SRV record may say another
_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]{0,62})(\.[A-Za-z0-9]([A-Za-z0-9-]{0,62}))*\.?\Z")
_LOCAL = tuple(
    ipaddress.ip_network(network) for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")
)
# Where clouds hand out their credentials to whoever asks from inside.
_METADATA = ipaddress.ip_address("169.254.169.254")


@dataclass(frozen=True, slots=True)
class Address:
    """A host (name or IPv4 address) and a port. Raises InvalidRequest for what can be neither."""

    host: str
    port: int = PORT

    def __post_init__(self) -> None:
        if not _HOST.match(self.host):
            raise InvalidRequest("a gateway's address is an IPv4 address or a host name")
        if not 1 <= self.port <= 65535:
            raise InvalidRequest("a port is a number from 1 to 65535")

    @classmethod
    def typed_in(cls, text: str) -> "Address":
        """`192.168.1.23` or `192.168.1.23:8000`, as a person writes it. Raises InvalidRequest."""
        host, colon, port = text.strip().partition(":")
        if colon and not re.fullmatch(r"[0-9]{1,5}", port):
            raise InvalidRequest("a port is a number from 1 to 65535")
        return cls(host, int(port) if colon else PORT)

    @property
    def http(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def websocket(self) -> str:
        return f"ws://{self.host}:{self.port}/api/v2/websocket"

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def is_announceable(ip: str, *, loopback: bool = False) -> bool:
    """Whether an announcer may send us there: a private or link-local IPv4 address, and not a cloud's metadata.

    Anybody on the network can announce any address; the internet and this machine are none of a gateway's. `loopback`
    lets a simulator on this machine be found.
    """
    try:
        address = ipaddress.IPv4Address(ip)
    except ValueError:
        return False
    if address == _METADATA:
        return False
    return any(address in network for network in _LOCAL) or (loopback and address.is_loopback)
