"""A gateway that was paired: its token, and the one address that the token may be sent to."""

from dataclasses import dataclass

from tracker.gateway.address import Address
from tracker.gateway.errors import NotTheSameDevice
from tracker.gateway.token import Token


@dataclass(frozen=True, slots=True)
class Device:
    """Who a gateway says it is by mDNS: instance name and SRV host. Both can be claimed by anybody on the network."""

    instance: str
    host: str


@dataclass(frozen=True, slots=True)
class Paired:
    """A token with the address it was made at, and the device that announced that address (None: it was typed in)."""

    token: Token
    address: Address
    device: Device | None = None

    def moved_to(self, address: Address, device: Device | None) -> "Paired":
        """The same token for a new address, if the same device announces it; else raises NotTheSameDevice.

        mDNS is not proof: this keeps the token from every *other* announcer, not from one that copies both names
        (API reference, 2). So ask only when the old address does not answer any more.
        """
        if address == self.address:
            return self
        if self.device is None or device != self.device:
            raise NotTheSameDevice(f"{address} is not announced by the device that was paired at {self.address}")
        return Paired(self.token, address, self.device)

    def confirmed_at(self, address: Address, device: Device | None) -> "Paired":
        """The same token for a new address because a person said yes."""
        return Paired(self.token, address, device)
