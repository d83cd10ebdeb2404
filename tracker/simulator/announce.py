"""The announcement by mDNS, `_tracker-http._tcp` (API reference, section 2): empty TXT, any instance name."""

import asyncio
import socket

import ifaddr
from zeroconf import Error as ZeroconfError
from zeroconf import IPVersion, NonUniqueNameException, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

SERVICE = "_tracker-http._tcp.local."
EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  compared with, not bound to
SECONDS_TO_START = 5.0
SECONDS_TO_STOP = 1.0
LONGEST_LABEL = 63  # bytes, of DNS


def check_name(name: str) -> str:
    """An instance name that DNS-SD can carry. Raises ValueError."""
    if not 0 < len(name.encode("utf-8", "replace")) <= LONGEST_LABEL or not name.isprintable():
        raise ValueError(f"a name has 1 to {LONGEST_LABEL} bytes and can be printed")
    return name


def addresses_of(host: str) -> list[str]:
    """The IPv4 addresses that a gateway bound to `host` is reached at."""
    if host not in EVERYWHERE:
        return [socket.gethostbyname(host)]
    found = [ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips if isinstance(ip.ip, str)]
    outside = [address for address in found if not address.startswith("127.")]
    return outside or found


class Announcer:
    """Announces one gateway on the interfaces of its addresses, and takes it back."""

    def __init__(self, name: str, serial: str, host: str, port: int) -> None:
        self._name = name
        self._serial = serial
        self._host = host
        self._port = port
        self._zeroconf: AsyncZeroconf | None = None

    async def start(self) -> str | None:
        """Announce it. Returns what hinders it, as a sentence, or None: a gateway works without."""
        try:
            async with asyncio.timeout(SECONDS_TO_START):
                addresses = addresses_of(self._host)
                self._zeroconf = AsyncZeroconf(interfaces=addresses, ip_version=IPVersion.V4Only)
                await self._zeroconf.async_register_service(self._info(addresses), allow_name_change=True)
        except (OSError, TimeoutError, ZeroconfError, NonUniqueNameException) as error:
            await self.stop()
            return f"Not announced by mDNS: {str(error) or type(error).__name__}."
        return None

    async def stop(self, *, goodbye: bool = True) -> None:
        """Say goodbye, in a second at most; or fall silent, as a device does whose power is cut."""
        zeroconf, self._zeroconf = self._zeroconf, None
        if zeroconf is not None:
            registry = zeroconf.zeroconf.registry
            if not goodbye:  # closing takes leave of what is registered
                registry.async_remove(registry.async_get_service_infos())
            try:
                async with asyncio.timeout(SECONDS_TO_STOP):
                    await zeroconf.async_unregister_all_services()
            except (OSError, TimeoutError):
                pass  # the others find out when its record is too old
            await zeroconf.async_close()

    def _info(self, addresses: list[str]) -> ServiceInfo:
        return ServiceInfo(
            SERVICE,
            f"{self._name}.{SERVICE}",
            port=self._port,
            parsed_addresses=addresses,
            server=f"tracker-{self._serial}.local.",
            properties={},
        )
