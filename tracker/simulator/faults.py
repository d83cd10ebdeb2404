"""All that can be wrong, or otherwise, with a gateway: one switch each (API reference, sections 14.11 and 15).

The title of a switch is what the page shows. Numbers of notifications count down to nought as they strike.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

Count = Annotated[StrictInt, Field(ge=0, le=1000)]

PAGE = "page"
GUEST_PAGING = "guest_paging"
# What a page puts above the first switch of each kind.
HEADINGS = {
    "latency_ms": "The line",
    "refuse_tokens": "Tokens",
    "lose_notifications": "Notifications",
    "answer_1009": "Orders",
    "clock_skew_s": "How things are written",
}
# Fields of an order that a client must do without (API reference, section 9: "Missing fields: default").
DROPPED = ("paged", "elapsedTime", "stateChanged")


class Faults(BaseModel):
    """The switches; everything off is the faithful gateway."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    # The line
    latency_ms: Annotated[StrictInt, Field(ge=0, le=60_000, title="Slow answers, milliseconds")] = 0
    html_404: Annotated[StrictBool, Field(title="Answer everything with an HTML 404")] = False
    html_500: Annotated[StrictBool, Field(title="Answer everything with an HTML 500")] = False
    rate_limited: Annotated[StrictBool, Field(title="Too many requests, 429")] = False
    drop_sockets: Annotated[StrictBool, Field(title="Cut every websocket, and new ones after the snapshot")] = False
    refuse_sockets: Annotated[StrictBool, Field(title="Refuse every websocket")] = False

    # Tokens
    refuse_tokens: Annotated[StrictBool, Field(title="Refuse every token, 401")] = False
    window_closed: Annotated[StrictBool, Field(title="The window never opens")] = False
    missing_token_is_400: Annotated[StrictBool, Field(title="A missing token is 400, -1")] = False
    header_unsupported: Annotated[StrictBool, Field(title="Handshake ignores the Authorization header")] = False
    token_timeout_s: Annotated[StrictInt, Field(ge=1, le=60, title="Seconds to wait for a socket's token")] = 20
    refusal_frame: Annotated[StrictBool, Field(title="Say why before a socket is closed")] = True
    refusal_close_code: Annotated[Literal[1000, 1008], Field(title="Close code for a refused socket")] = 1000

    # Notifications
    lose_notifications: Annotated[Count, Field(title="Lose the next notifications")] = 0
    duplicate_notifications: Annotated[Count, Field(title="Send the next notifications twice")] = 0
    reorder_notifications: Annotated[Count, Field(title="Swap the next notifications with the ones after")] = 0
    seq_gap: Annotated[Count, Field(title="Leave out so many sequence numbers, once")] = 0
    empty_snapshot: Annotated[StrictBool, Field(title="Show no active orders")] = False
    clear_notice: Annotated[Literal["modified", "silence", "order_cleared"], Field(title="News of a clear")] = (
        "modified"
    )

    # Orders
    answer_1009: Annotated[StrictBool, Field(title="Every new order is “already started”")] = False
    answer_1010: Annotated[StrictBool, Field(title="Every new order is “already located”")] = False
    neutral_with_order: Annotated[StrictBool, Field(title="1009 and 1010 show the order")] = False
    created_status_201: Annotated[StrictBool, Field(title="A created order answers 201")] = False
    page_path: Annotated[Literal["both", "page", "guest_paging"], Field(title="Path for paging")] = "both"
    paging_unavailable: Annotated[StrictBool, Field(title="Paging is not available, -13")] = False
    capabilities_unavailable: Annotated[StrictBool, Field(title="Capabilities are not available, -5")] = False
    auto_clear_s: Annotated[StrictInt, Field(ge=0, le=86_400, title="Clear orders by itself after seconds")] = 0
    history_with_active: Annotated[StrictBool, Field(title="History shows active orders too")] = False
    history_counts_all: Annotated[StrictBool, Field(title="History counts all orders, not the page's")] = False

    # How things are written
    clock_skew_s: Annotated[StrictInt, Field(ge=-86_400, le=86_400, title="Clock is wrong by seconds")] = 0
    utc_times: Annotated[StrictBool, Field(title="Times are UTC, not local")] = False
    echo_on_premises: Annotated[StrictBool, Field(title="Write ON_PREMISES")] = False
    elapsed_since_change: Annotated[StrictBool, Field(title="elapsedTime counts from the last change")] = False
    extra_fields: Annotated[StrictBool, Field(title="Unknown fields")] = False
    missing_fields: Annotated[StrictBool, Field(title="Missing fields")] = False
    scrambled_keys: Annotated[StrictBool, Field(title="Keys in any order")] = False

    def with_(self, wanted: dict[str, Any]) -> "Faults":
        """These with the wanted ones set. Raises pydantic's ValidationError, which names the field."""
        return Faults.model_validate(self.model_dump() | wanted)

    @property
    def on(self) -> list[str]:
        """The names of those that are not as on a faithful gateway."""
        normal = Faults()
        return [name for name in Faults.model_fields if getattr(self, name) != getattr(normal, name)]


class Switches:
    """The faults as they are now. Those that count strike so often and no more."""

    def __init__(self) -> None:
        self.faults = Faults()

    def set(self, wanted: dict[str, Any]) -> None:
        """Set the wanted ones, leave the others. Raises pydantic's ValidationError and changes nothing."""
        self.faults = self.faults.with_(wanted)

    def clear(self) -> None:
        """Everything off."""
        self.faults = Faults()

    def strikes(self, name: str) -> bool:
        """Whether the counting fault strikes now, which uses up one of its times."""
        left = getattr(self.faults, name)
        if left:
            self.set({name: left - 1})
        return bool(left)

    def take_gap(self) -> int:
        """How many sequence numbers to leave out now, once."""
        gap = self.faults.seq_gap
        if gap:
            self.set({"seq_gap": 0})
        return gap


def describe() -> list[dict[str, Any]]:
    """What a page needs to show each switch: its heading, name, title, kind, and the bounds or the choices."""
    described: list[dict[str, Any]] = []
    heading = ""
    for name, schema in Faults.model_json_schema()["properties"].items():
        kind = "choice" if "enum" in schema else {"boolean": "switch", "integer": "number"}[schema["type"]]
        heading = HEADINGS.get(name, heading)
        about = {"heading": heading, "name": name, "title": schema["title"], "kind": kind, "normal": schema["default"]}
        if kind == "choice":
            about["choices"] = schema["enum"]
        elif kind == "number":
            about["least"], about["most"] = schema["minimum"], schema["maximum"]
        described.append(about)
    return described
