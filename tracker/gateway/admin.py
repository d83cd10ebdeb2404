"""A gateway's endpoints for itself: settings, statistics, repeaters, activation, webhook (API reference, 6).

What nobody documents is given as the gateway's own words: a stranger's data, cleaned and bounded.
"""

from collections.abc import Mapping
from typing import Any

from tracker.gateway.codes import ReturnCode
from tracker.gateway.device import (
    Repeater,
    Settings,
    Statistics,
    read_repeater,
    read_settings,
    read_statistics,
)
from tracker.gateway.parameters import device_code, within
from tracker.gateway.tolerant import kept, text_of
from tracker.gateway.transport import GatewayHttp

LONGEST_PAIRING_S = 254
_ENVELOPE = frozenset({"status", "returnCode"})


class GatewayAdmin:
    """The gateway's own affairs. Every method raises GatewayError's kinds and nothing else."""

    def __init__(self, http: GatewayHttp) -> None:
        self._http = http

    async def statistics(self, target_time_s: int | None = None) -> Statistics:
        """Today's figures. Without a target time the gateway takes its own (documented as 300 s, or its setting)."""
        query = {"target_time": None if target_time_s is None else within(target_time_s, 1, 86_400, "a target time")}
        answer = await self._http.request("GET", "/statistics", query=query)
        nested = answer.body.get("statistics")
        return read_statistics(nested if isinstance(nested, Mapping) else answer.body)

    async def settings(self) -> Settings:
        return read_settings((await self._http.request("GET", "/gateway/settings")).part("settings"))

    async def change_settings(self, *, timezone: str | None = None, target_time_s: int | None = None) -> None:
        """Sets what is given. `zigbeePreset` cannot be set from here: it would cut every tracker off."""
        body = {
            "timezone": timezone,
            "targetTimeDefault": None if target_time_s is None else within(target_time_s, 1, 86_400, "a target time"),
        }
        await self._http.request("POST", "/gateway/settings", body=body)

    async def repeaters(self, *, refresh: bool = False) -> tuple[Repeater, ...]:
        """Those known; `refresh` asks the radio anew."""
        answer = await self._http.request("GET", "/repeaters", query={"refresh": refresh})
        return tuple(read_repeater(item) for item in answer.items("repeaters") if isinstance(item, Mapping))

    async def clear_repeaters(self, *, refresh: bool = False) -> None:
        await self._http.request("DELETE", "/repeaters", query={"refresh": refresh})

    async def begin_pairing(self, timeout_s: int = 60) -> bool:
        """Whether the gateway listens for repeaters now; 0 seconds stops it."""
        body = {"timeout": within(timeout_s, 0, LONGEST_PAIRING_S, "a timeout")}
        answer = await self._http.request("POST", "/repeaters/beginPairing", body=body)
        return answer.code != ReturnCode.STOPPED_LISTENING

    async def end_pairing(self) -> None:
        await self._http.request("POST", "/repeaters/endPairing", body={})

    async def activate(self, code: str) -> None:
        """Joins the gateway to LRSConnect by its device code. onTap does not need that."""
        await self._http.request("POST", "/gateway/activate", body={"deviceCode": device_code(code)})

    async def activation_state(self) -> str:
        """NOT_CONFIGURED, or a word that nobody documents; "" where there is none."""
        return text_of((await self._http.request("GET", "/gateway/activate")).body.get("state"))

    async def register_webhook(self, url: str) -> None:
        """The gateway will POST changes to this URL, unsigned: a hint at most. onTap uses the websocket."""
        await self._http.request("POST", "/register", body={"http_client": url})

    async def capabilities(self) -> Mapping[str, Any]:
        return await self._undocumented("GET", "/capabilities")

    async def gateway(self) -> Mapping[str, Any]:
        return await self._undocumented("GET", "/gateway")

    async def check(self) -> Mapping[str, Any]:
        return await self._undocumented("GET", "/gateway/check")

    async def trackers(self) -> Mapping[str, Any]:
        return await self._undocumented("GET", "/trackers")

    async def clear_trackers(self) -> None:
        """Empties the inventory of trackers (code 1007): only on a manager's word."""
        await self._http.request("DELETE", "/trackers")

    async def _undocumented(self, method: str, path: str) -> Mapping[str, Any]:
        return kept((await self._http.request(method, path)).body, _ENVELOPE)
