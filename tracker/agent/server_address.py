"""The platform's address as it is given to --server. Pure."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from tracker import wire


class BadServer(ValueError):
    """It cannot be the platform's address; the message says why."""


@dataclass(frozen=True, slots=True)
class Server:
    """The platform: `url` without a path or a slash at its end."""

    url: str
    host: str
    port: int
    is_tls: bool

    @property
    def link(self) -> str:
        """The websocket's address."""
        return f"ws{self.url.removeprefix('http')}{wire.PATH}"

    @property
    def enrolment(self) -> str:
        return f"{self.url}{wire.ENROL_PATH}"

    @property
    def is_here(self) -> bool:
        """Whether it is this machine: a laptop's demo, with a simulated gateway perhaps on it too."""
        return self.host == "localhost" or (_is_ip(self.host) and ipaddress.ip_address(self.host).is_loopback)


def read_server(text: str) -> Server:
    """https, or http to this machine or a private address. Raises BadServer."""
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadServer("an address of the platform is written https://ontap.example")
    if parts.username or parts.password or parts.query or parts.fragment or parts.path.strip("/"):
        raise BadServer("the platform's address is a scheme and a host, and nothing behind them")
    try:
        port = parts.port
    except ValueError:
        raise BadServer("a port is a number from 1 to 65535") from None
    if parts.scheme == "http" and not _may_be_plain(parts.hostname):
        raise BadServer("only https may be used over the internet: the agent's token would be read by others")
    is_tls = parts.scheme == "https"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    url = f"{parts.scheme}://{host}" if port is None else f"{parts.scheme}://{host}:{port}"
    return Server(url, parts.hostname, port or (443 if is_tls else 80), is_tls)


def _may_be_plain(host: str) -> bool:
    """A name is no private address: what it stands for is somebody else's to say."""
    if host == "localhost":
        return True
    return _is_ip(host) and (ipaddress.ip_address(host).is_private or ipaddress.ip_address(host).is_loopback)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
