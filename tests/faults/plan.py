"""The faults in force now, and what went through: what a proxy tells its links and hears from them."""

from dataclasses import dataclass, field

from tests.faults.moments import Direction, Sighting, WireUnreadable
from tests.faults.traps import ByteLimit, Trap


@dataclass(slots=True)
class Plan:
    """Shared by the links of one proxy; only the proxy's thread touches it."""

    latency: float = 0.0
    hung: set[Direction] = field(default_factory=set)
    traps: list[Trap] = field(default_factory=list)
    limit: ByteLimit | None = None
    forwarded: dict[Direction, int] = field(default_factory=lambda: dict.fromkeys(Direction, 0))
    cuts: int = 0
    unreadable: WireUnreadable | None = None

    def springs(self, sighting: Sighting) -> list[Trap]:
        """The traps that spring at this sighting; they are spent."""
        sprung = [trap for trap in self.traps if trap.meets(sighting)]
        self.traps = [trap for trap in self.traps if trap not in sprung]
        return sprung
