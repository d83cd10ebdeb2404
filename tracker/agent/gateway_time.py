"""What is known of a gateway's clock, and by whom it was told."""

from collections.abc import Iterable
from datetime import datetime

from tracker.agent.standing import Stand
from tracker.gateway.book import Change, ChangeKind
from tracker.gateway.calibration import Calibration, from_settings, measure_any
from tracker.gateway.session import Live, Output


class GatewayTime:
    """Of one watch.

    `calibration` is by orders of our own alone, or the settings: whose order it is hangs on seconds. `latest` takes any
    order that was seen to begin, which may have been told late: good enough for the age of what is long past, and for
    a venue where all orders begin at the starter.
    """

    def __init__(self, stand: Stand) -> None:
        self._stand = stand
        self.timezone = ""
        self.calibration = self.latest = from_settings("")

    def set_zone(self, setting: str) -> None:
        """The gateway's own setting. It was away, and its clock may be another one: what was measured is over."""
        self.timezone = setting
        self.calibrate(from_settings(setting))

    def calibrate(self, calibration: Calibration) -> None:
        """By an order of ours."""
        self.calibration = self.latest = calibration
        self._stand.calibrate(self.timezone, calibration)

    def hear(self, outputs: Iterable[Output], now: datetime) -> None:
        """What the websocket has just said. Its first message is of orders that may have begun long ago."""
        heard = list(outputs)
        if any(isinstance(one, Live) for one in heard):
            return
        for one in heard:
            if isinstance(one, Change) and one.kind is ChangeKind.CREATED and one.order.is_new:
                assert one.order.created is not None
                self.latest = measure_any(one.order.created, now, self.timezone)
