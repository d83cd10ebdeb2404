"""Everything that the gateway writes, as JSON values (API reference, sections 5, 6, 8 and 9)."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from tracker.gateway.codes import ReturnCode
from tracker.simulator.access import Token
from tracker.simulator.faults import DROPPED, Faults
from tracker.simulator.figures import Figures
from tracker.simulator.orders import ON_PREMISE, Notice, Order
from tracker.simulator.radio import Repeater
from tracker.simulator.refusals import Refused
from tracker.simulator.settings import Settings

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes in the gateway's zone (datetimes carry none, section 9) and with the faults that are on."""

    zone: tzinfo
    faults: Faults
    now: datetime

    def time(self, when: datetime | None) -> str | None:
        """A naive ISO datetime with seconds."""
        if when is None:
            return None
        shown = when + timedelta(seconds=self.faults.clock_skew_s)
        return shown.astimezone(UTC if self.faults.utc_times else self.zone).strftime("%Y-%m-%dT%H:%M:%S")

    def read_time(self, text: str) -> datetime:
        """The time that the gateway means by a client's naive text. Raises ValueError."""
        naive = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S")  # noqa: DTZ007  the zone is given below
        local = naive.replace(tzinfo=UTC if self.faults.utc_times else self.zone)
        try:
            return local.astimezone(UTC) - timedelta(seconds=self.faults.clock_skew_s)
        except OverflowError as error:
            raise ValueError(f"{text} is out of range") from error

    def order(self, order: Order) -> Json:
        """An active order, or one that was just cleared (section 9)."""
        base = order.changed if self.faults.elapsed_since_change else order.created
        shown: Json = {
            "name": order.name,
            "uuid": order.uuid,
            "orderType": self._type(order),
            "locationName": order.location,
            "state": order.state,
            "created": self.time(order.created),
            "stateChanged": self.time(order.changed),
            "paged": order.paged,
            "elapsedTime": max(0, int((self.now - base).total_seconds())),
        }
        if self.faults.missing_fields:
            shown = {key: value for key, value in shown.items() if key not in DROPPED}
        if self.faults.extra_fields:
            shown |= {"partySize": 4, "tracker": {"battery": 81}}
        return shown

    def summary(self, order: Order) -> Json:
        """An order of the history (section 9, the blueprint's ORDER_SUMMARY)."""
        return {
            "type": "ORDER_SUMMARY",
            "name": order.name,
            "uuid": order.uuid,
            "orderType": self._type(order),
            "locationName": order.location or None,
            "orderStarted": self.time(order.created),
            "orderLocated": self.time(order.located),
            "orderCleared": self.time(order.cleared),
        }

    def snapshot(self, orders: Iterable[Order]) -> Json:
        """Count and items, of GET /activeorders and of ACTIVE_ORDERS alike (section 8)."""
        items = [] if self.faults.empty_snapshot else [self.order(order) for order in orders]
        return {"count": len(items), "items": items}

    def notification(self, notice: Notice, seq: int) -> Json:
        """One flat object: the order's fields with `type` and `seq` (section 8)."""
        kind = notice.kind
        if notice.order.cleared is not None and self.faults.clear_notice == "order_cleared":
            kind = "ORDER_CLEARED"
        return self.disguise({"type": kind, "seq": seq, **self.order(notice.order)})

    def token(self, token: Token, value: str | None = None) -> Json:
        """A token's details; its value only at birth (section 4)."""
        return {
            "name": token.name,
            **({} if value is None else {"token": value}),
            "creation_date": self.time(token.created),
            "last_used": self.time(token.last_used),
            "ip_address": token.address,
        }

    def repeater(self, repeater: Repeater) -> Json:
        """A repeater with the documented fields (section 6)."""
        return {
            "extendedAddress": f"00158D00{repeater.number:08X}",
            "shortAddress": f"{repeater.number:04X}",
            "label": repeater.label,
            "manufacturerId": "1001",
            "profileId": "0104",
            "parentShortAddress": "0000",
            "firmwareVersion": "1.0",
            "hardwareVersion": "1.0",
            "remainingChildren": 8,
            "deviceType": "ROUTER",
            "deviceModel": "REPEATER",
            "status": "ACTIVE",
            "lastSeen": self.time(repeater.last_seen),
        }

    def disguise(self, body: Json) -> Json:
        """The whole of an answer or a frame, with the faults that are of its writing."""
        if self.faults.missing_fields:
            body = {key: value for key, value in body.items() if key not in ("returnCode", "count")}
        if self.faults.extra_fields:
            body = {**body, "firmware": "9.9.9", "links": []}
        return scrambled(body) if self.faults.scrambled_keys else body

    def _type(self, order: Order) -> str:
        return "ON_PREMISES" if self.faults.echo_on_premises and order.order_type == ON_PREMISE else order.order_type


def success(code: ReturnCode, status: int = 200, **content: Any) -> Json:
    """The envelope of a success (section 5)."""
    return {"status": status, "returnCode": int(code), **content}


def said(code: ReturnCode) -> Json:
    """The envelope of a success that has only words."""
    return success(code, message=f"{code.meaning[:1].upper()}{code.meaning[1:]}.")


def refusal(refused: Refused) -> Json:
    """The envelope of an error, and the websocket's error frame (sections 5 and 8)."""
    return {"status": refused.status, "message": refused.message, "returnCode": int(refused.code)}


def settings(current: Settings) -> Json:
    """The documented keys (section 6)."""
    return {
        "zigbeePreset": current.zigbee_preset,
        "targetTimeDefault": current.target_time,
        "timezone": current.timezone,
    }


def statistics(figures: Figures) -> Json:
    """The figures, as floats (section 9)."""
    return {
        "averageSeconds": figures.average,
        "ordersToday": float(figures.orders),
        "targetTime": float(figures.target),
        "percentGoal": figures.goal,
    }


def scrambled(value: Any) -> Any:
    """The same value with the keys of every object in any order."""
    if isinstance(value, dict):
        keys = random.sample(list(value), len(value))
        return {key: scrambled(value[key]) for key in keys}
    return [scrambled(item) for item in value] if isinstance(value, list) else value
