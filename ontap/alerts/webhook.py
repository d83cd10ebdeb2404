"""Posts one message to an address that a manager gave: to where its name points now, once, and nowhere else."""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import SplitResult, urlsplit

from ontap.alerts.errors import ForbiddenAddress, NotReached, Refused

TIMEOUT_S = 5.0  # for all of it
LATER = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def post(address: str, body: bytes, headers: Mapping[str, str], *, private: bool) -> int:
    """The status of the answer, 200 to 299. `private`: addresses of this machine and its network are allowed.

    Redirects are not followed: what stands behind one was not looked at. Raises NotReached, Refused, ForbiddenAddress.
    """
    parts = urlsplit(address)
    connection = _connection(parts, _resolve(parts, private=private))
    # The timeout of a socket counts from byte to byte; whoever sends one a second would hold a worker for minutes.
    end = threading.Timer(TIMEOUT_S, _hang_up, (connection,))
    end.start()
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {**headers, "Connection": "close"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise NotReached(f"Not reached: {type(error).__name__}.") from error
    finally:
        end.cancel()
        connection.close()
    if status in LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise NotReached(f"Answered {status}.")
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        more = " Redirects are not followed." if status < HTTPStatus.BAD_REQUEST else ""
        raise Refused(f"Answered {status}.{more}")
    return status


def is_public(address: str) -> bool:
    """Whether an IP address is anybody's: not of this machine, of a private network, of a link, of a group."""
    one = ipaddress.ip_address(address)
    if isinstance(one, ipaddress.IPv6Address):
        within = one.ipv4_mapped or one.sixtofour or (one.teredo[1] if one.teredo is not None else None)
        if within is not None:
            return is_public(str(within))
        if one in _NAT64 or one.is_site_local:
            return False
    return one.is_global and not one.is_multicast and not one.is_reserved


def _resolve(parts: SplitResult, *, private: bool) -> str:
    """The IP address to connect to: looked up once, so that what is looked at is what is connected to."""
    host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
    if parts.scheme not in (("https", "http") if private else ("https",)) or not host or parts.username is not None:
        raise ForbiddenAddress("This is no address for a webhook.")
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise NotReached("No such host.") from error
    if not private and not all(is_public(ip.partition("%")[0]) for ip in found):
        raise ForbiddenAddress("This name points to an address of this machine or of a private network.")
    return found[0]


def _connection(parts: SplitResult, ip: str) -> http.client.HTTPConnection:
    host = str(parts.hostname)
    if parts.scheme == "http":
        return _Pinned(host, ip, parts.port or 80)
    return _PinnedTls(host, ip, parts.port or 443)


class _Pinned(http.client.HTTPConnection):
    """To the address that was looked at, under the name that was given."""

    def __init__(self, host: str, ip: str, port: int) -> None:
        super().__init__(host, port, timeout=TIMEOUT_S)
        self.ip = ip

    def connect(self) -> None:
        self.sock = socket.create_connection((self.ip, self.port), TIMEOUT_S)


class _PinnedTls(_Pinned):
    default_port = 443

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _hang_up(connection: http.client.HTTPConnection) -> None:
    sock: socket.socket | None = connection.sock
    if sock is not None:
        with contextlib.suppress(OSError):  # it was over just before
            sock.shutdown(socket.SHUT_RDWR)
