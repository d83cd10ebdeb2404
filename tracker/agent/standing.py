"""Where agent and gateway stand: the one value that the platform, the status line and `doctor` all show."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tracker import wire
from tracker.gateway.calibration import Calibration, Source
from tracker.gateway.paired import Device
from tracker.gateway.sightings import Sighting

_MOST_SEEN = 20
_LONGEST = 200

WORDS: dict[wire.GatewayState, str] = {
    "searching": "looking for the gateway",
    "choose": "several gateways: choose one on the platform",
    "press_button": "press the gateway's button",
    "live": "live",
    "offline": "gateway offline",
    "token_refused": "gateway refuses our token: pair again on the platform",
    "changed": "is it the same gateway? Say so on the platform",
    "too_old": "the gateway's firmware is too old",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """`since` and `window_ends` are seconds of the monotonic clock."""

    state: wire.GatewayState = "searching"
    detail: str = ""
    since: float = 0.0
    window_ends: float | None = None
    seen: tuple[wire.SeenGateway, ...] = ()
    chosen: wire.SeenGateway | None = None
    timezone: str = ""
    offset_s: int | None = None

    def news(self, now: float) -> wire.GatewayNews:
        left = None if self.window_ends is None else max(round((self.window_ends - now) * 1000), 0)
        return wire.GatewayNews(
            state=self.state,
            detail=self.detail,
            since_ms=max(round((now - self.since) * 1000), 0),
            window_ms=left,
            seen=self.seen,
            chosen=self.chosen,
            timezone=self.timezone,
            offset_s=self.offset_s,
        )

    def words(self, now: float) -> str:
        """For the status line; with the seconds that are left to press the button."""
        left = "" if self.window_ends is None else f" ({max(round(self.window_ends - now), 0)} s left)"
        return f"{WORDS[self.state]}{left}{f': {self.detail}' if self.detail else ''}"


class Stand:
    """Holds the standing, and tells of each change."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.now = Standing(since=time.monotonic())

    def set(
        self,
        state: wire.GatewayState,
        detail: str = "",
        *,
        window_ends: float | None = None,
        seen: Iterable[Sighting] = (),
    ) -> None:
        same = state == self.now.state
        listed = tuple(described(one) for one in seen)[:_MOST_SEEN]
        after = replace(
            self.now,
            state=state,
            detail=detail[:_LONGEST],
            since=self.now.since if same else time.monotonic(),
            window_ends=window_ends,
            seen=listed,
        )
        self._put(after)

    def choose(self, chosen: wire.SeenGateway | None) -> None:
        self._put(replace(self.now, chosen=chosen))

    def calibrate(self, timezone: str, calibration: Calibration) -> None:
        offset = datetime.now(UTC).astimezone(calibration.zone).utcoffset()
        known = offset is not None and calibration.source is not Source.ASSUMED
        seconds = round((offset + calibration.skew).total_seconds()) if known and offset is not None else None
        self._put(replace(self.now, timezone=timezone[:_LONGEST], offset_s=seconds))

    def _put(self, after: Standing) -> None:
        if after != self.now:
            self.now = after
            self._changed()


def described(sighting: Sighting) -> wire.SeenGateway:
    """As it announces itself, for a person to recognise."""
    return described_device(sighting.device, str(sighting.address))


def described_device(device: Device | None, address: str) -> wire.SeenGateway:
    name, host = ("", "") if device is None else (device.instance, device.host)
    return wire.SeenGateway(name=name[:_LONGEST], host=host[:_LONGEST], address=address[:_LONGEST])
