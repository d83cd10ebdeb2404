"""What a gateway tells of itself: tokens, settings, statistics, repeaters; frozen values, parsed tolerantly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tracker.gateway.tolerant import integer_of, kept, number_of, text_of, time_of


@dataclass(frozen=True, slots=True)
class TokenDetails:
    """A token as the gateway lists it: never its value. `ip_address` is of the last client that used it."""

    name: str = ""
    created: datetime | None = None
    last_used: datetime | None = None
    ip_address: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """`timezone` is a zone's name or an offset from UTC. Never write `zigbeePreset`: it cuts every tracker off."""

    timezone: str = ""
    target_time_s: int | None = None
    zigbee_preset: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of today, by the gateway's clock. `average_s` and `target_s` are seconds, `percent_goal` is 0 to 100."""

    average_s: float | None = None
    orders_today: float | None = None
    target_s: float | None = None
    percent_goal: float | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Repeater:
    """A radio repeater. `status` is ACTIVE or INACTIVE; the radio's own details are in `extra`."""

    label: str = ""
    address: str = ""
    status: str = ""
    last_seen: datetime | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, compare=False)


def read_token_details(source: Mapping[str, Any]) -> TokenDetails:
    # `token` is left out of `extra` too: a gateway that lists a value by mistake must not have it kept.
    known = frozenset({"name", "token", "creation_date", "last_used", "ip_address"})
    return TokenDetails(
        text_of(source.get("name")),
        time_of(source.get("creation_date")),
        time_of(source.get("last_used")),
        text_of(source.get("ip_address")),
        kept(source, known),
    )


def read_settings(source: Mapping[str, Any]) -> Settings:
    return Settings(
        text_of(source.get("timezone")),
        integer_of(source.get("targetTimeDefault")),
        text_of(source.get("zigbeePreset")),
        kept(source, frozenset({"timezone", "targetTimeDefault", "zigbeePreset"})),
    )


def read_statistics(source: Mapping[str, Any]) -> Statistics:
    """V2's are nested under `statistics`, V1's are flat (API reference, 9); both are given here unwrapped."""
    return Statistics(
        number_of(source.get("averageSeconds")),
        number_of(source.get("ordersToday")),
        number_of(source.get("targetTime")),
        number_of(source.get("percentGoal")),
        kept(source, frozenset({"averageSeconds", "ordersToday", "targetTime", "percentGoal", "status", "returnCode"})),
    )


def read_repeater(source: Mapping[str, Any]) -> Repeater:
    return Repeater(
        text_of(source.get("label")),
        text_of(source.get("extendedAddress")),
        text_of(source.get("status")),
        time_of(source.get("lastSeen")),
        kept(source, frozenset({"label", "extendedAddress", "status", "lastSeen"})),
    )
