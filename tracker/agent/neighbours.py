"""The hardware address behind an address of this network, as the kernel has just learned it."""

from pathlib import Path

_TABLE = Path("/proc/net/arp")
_NOBODY = "00:00:00:00:00:00"


def mac_in(table: str, host: str) -> str:
    """The hardware address of an IPv4 address in the text of /proc/net/arp, or "" where it is not known. Pure."""
    for line in table.splitlines()[1:]:
        fields = line.split()
        if len(fields) >= 4 and fields[0] == host and fields[3] != _NOBODY:
            return fields[3].lower()
    return ""


def mac_of(host: str) -> str:
    """The same of this machine, right after it has talked to `host`; "" on loopback and where there is no table."""
    try:
        return mac_in(_TABLE.read_text(), host)
    except OSError:
        return ""
