"""A simulated gateway that has been at work for days."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.tracker.simulator.running import Simulator
from tracker.simulator.book import new_uuid
from tracker.simulator.gateway import new_gateway
from tracker.simulator.orders import CLEARED, TO_GO, Order
from tracker.simulator.storage import Storage, remember

MINUTE = timedelta(minutes=1)


def gone(puck: int, created: datetime, lasted: timedelta = 20 * MINUTE) -> Order:
    """An order that was located after a minute and is cleared by now."""
    end = created + lasted
    return Order(
        name=str(puck % 99 + 1),
        uuid=new_uuid(),
        order_type=TO_GO,
        state=CLEARED,
        created=created,
        changed=end,
        location="7",
        located=created + MINUTE,
        cleared=end,
    )


def worked(
    folder: Path, past: Sequence[Order], *, timezone: str = "UTC", now: datetime | None = None
) -> tuple[Simulator, str]:
    """The simulator, not started yet, and a token for it; `now` is what its clock says at the start."""
    gateway = new_gateway(timezone=timezone)
    _, token = gateway.access.issue("onTap", datetime.now(UTC))
    gateway.book.past.extend(past)
    data = folder / "worked.json"
    storage = Storage(data)
    storage.save(remember(gateway, timedelta(0) if now is None else now - datetime.now(UTC)))
    storage.close()
    return Simulator(folder, "--data", str(data), name="worked"), token
