"""What agent and platform say to each other, version 1: one JSON object a text message, told apart by `kind`.

Push is a hint, the numbers are the truth: the agent repeats what was not acknowledged, the platform repeats commands
that have no result, and both sides take a repeat for what it is. Unknown keys are ignored and unknown kinds refused, so
that either side may be a little older than the other. Nothing here holds a gateway's token, an address to call, or a
time of the venue's clocks: ages and waits are elapsed milliseconds of the side that sends them.
"""

import uuid
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

T = TypeVar("T")

VERSION = 1
PATH = "/agent/link"  # the websocket; the token goes in the Authorization header
ENROL_PATH = "/agent/enrol"  # POST begins, POST to /agent/enrol/wait asks whether a manager has confirmed

MOST_BYTES = 131_072  # of one message; the platform's server takes no longer one from anybody
MOST_EVENTS = 100  # in one message
MOST_TOLD = 200  # orders, past orders or repeaters in one message
PING_S = 20.0

REVOKED = 4003
REPLACED = 4409  # a newer connection of the same agent
WRONG_VERSION = 4426

Number = Annotated[int, Field(ge=0, lt=2**53)]
Text = Annotated[str, Field(max_length=200)]
OrderName = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}$")]
Tag = Annotated[str, Field(pattern=r"^[0-9]{1,4}$")]

# What the agent knows of the gateway; each has one thing that somebody can do about it.
GatewayState = Literal["searching", "choose", "press_button", "live", "offline", "token_refused", "changed", "too_old"]
OrderType = Literal["ON_PREMISE", "TO_GO"]
Verb = Literal["start", "locate", "page", "stop_page", "clear"]
Subject = Literal["orders", "history", "settings", "repeaters"]
# done: it is so at the gateway; unknown: it may be so (a page without an answer); the others: it is not, and why.
Outcome = Literal["done", "unknown", "refused", "expired", "failed"]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class SeenGateway(_Message):
    """A gateway that announces itself at the venue. Its names are whatever it says: data, never markup or a path."""

    name: Text
    host: Text
    address: Text


class Hello(_Message):
    """The agent's first message: who it is, and what its spool holds."""

    kind: Literal["hello"] = "hello"
    version: int = VERSION
    agent_version: Text
    host: Text
    spool: uuid.UUID  # another one after the spool was lost: numbers begin anew
    first: Number  # the oldest event that it still has; what is missing below it was dropped or lost
    last: Number


class GatewayNews(_Message):
    """Where agent and gateway stand, at each change and after each hello."""

    kind: Literal["gateway"] = "gateway"
    state: GatewayState
    detail: Text = ""
    since_ms: Number = 0  # how long it has been so
    window_ms: Number | None = None  # press_button: what is left of the two minutes, once pressed
    seen: tuple[SeenGateway, ...] = Field(default=(), max_length=20)
    chosen: SeenGateway | None = None
    timezone: Text = ""
    offset_s: int | None = None  # the gateway's clock minus UTC, as calibrated


class SpooledEvent(_Message):
    """One thing that happened at the gateway, as the gateway's own JSON object in `order`."""

    number: Number
    age_ms: Number  # since the agent saw it, when this message was sent
    type: Literal["snapshot", "created", "modified", "paged", "cleared", "unknown"]
    order: dict[str, Any] | None = None
    orders: tuple[dict[str, Any], ...] | None = Field(default=None, max_length=500)  # of a snapshot


class Events(_Message):
    """Events in the order of their numbers, without gaps."""

    kind: Literal["events"] = "events"
    spool: uuid.UUID
    events: tuple[SpooledEvent, ...] = Field(min_length=1, max_length=MOST_EVENTS)


class ToldOrder(_Message):
    """An order that is active at the gateway, as the agent knows it; the gateway's own words."""

    uuid: uuid.UUID
    name: Text = ""
    order_type: Text = ""
    tag: Text = ""
    state: Text = ""
    paged: bool = False


class PastOrder(_Message):
    """An order of the gateway's history. Ages are of what happened to it; None is what did not, or is not known."""

    uuid: uuid.UUID
    name: Text = ""
    order_type: Text = ""
    tag: Text = ""
    started_ms: Number | None = None
    located_ms: Number | None = None
    paged_ms: Number | None = None
    cleared_ms: Number | None = None


class GatewaySettings(_Message):
    """What the gateway says of itself; the words are its own."""

    timezone: Text = ""
    target_time_s: int | None = None
    zigbee_preset: Text = ""


class Repeater(_Message):
    """A radio repeater, as the gateway lists it."""

    label: Text = ""
    address: Text = ""
    status: Text = ""
    seen_ms: Number | None = None


class Told(_Message):
    """An answer to an Ask, or a part of it: the last one is `done`, or `failed` with why in `detail`.

    What came before a failure may be kept: the same is told again when it is asked for again.
    """

    kind: Literal["told"] = "told"
    ask: Number
    outcome: Literal["part", "done", "failed"]
    detail: Text = ""
    orders: tuple[ToldOrder, ...] | None = Field(default=None, max_length=MOST_TOLD)
    spool: uuid.UUID | None = None  # orders: as they were after this event of this spool
    number: Number | None = None
    past: tuple[PastOrder, ...] | None = Field(default=None, max_length=MOST_TOLD)
    from_ms: Number | None = None  # history, with `done`: all that was created since so long ago
    through_ms: Number | None = None  # and until so long ago has been told
    settings: GatewaySettings | None = None
    repeaters: tuple[Repeater, ...] | None = Field(default=None, max_length=MOST_TOLD)


class Result(_Message):
    """What became of a command; repeated until the platform has it."""

    kind: Literal["result"] = "result"
    command: Number
    outcome: Outcome
    detail: Text = ""
    order_uuid: Text = ""  # the gateway's, where the command made or met an order


class Welcome(_Message):
    """The platform's first message: everything up to `acked` of this spool is kept."""

    kind: Literal["welcome"] = "welcome"
    version: int = VERSION
    venue: Text
    acked: Number


class Ack(_Message):
    """Events of this spool up to `number` are committed; the agent may forget them."""

    kind: Literal["ack"] = "ack"
    spool: uuid.UUID
    number: Number


class Command(_Message):
    """A wish for the gateway. Ids and verbs only; `not_after_ms` from now it must not be begun any more."""

    kind: Literal["command"] = "command"
    id: Number
    verb: Verb
    name: OrderName
    order_uuid: Text = ""  # clear: which of the orders that had this name
    order_type: OrderType | None = None
    tag: Tag | None = None
    not_after_ms: Number
    venue: Text = ""  # as in Welcome, where it is said: an agent refuses what is meant for another venue


class Ask(_Message):
    """Tell us what the gateway says: answered by `Told`, or not at all. Another `ask` number is another question.

    An agent that does not know this kind passes over it, and the platform asks again in its time.
    """

    kind: Literal["ask"] = "ask"
    id: Number
    what: Subject
    since_ms: Number | None = None  # history: what was created since so long ago, or all that there is
    snapshot: bool = False  # orders: and a snapshot into the spool, as the event that mends what differs


class Kept(_Message):
    """The platform has the result of this command."""

    kind: Literal["kept"] = "kept"
    command: Number


class Choose(_Message):
    """A manager's answer: use this gateway of those seen, or the changed one, or forget the pairing and pair anew."""

    kind: Literal["choose"] = "choose"
    choice: Literal["use", "accept_change", "pair_again"]
    gateway: SeenGateway | None = None


FromAgent = Annotated[Hello | GatewayNews | Events | Result | Told, Field(discriminator="kind")]
FromPlatform = Annotated[Welcome | Ack | Command | Kept | Choose | Ask, Field(discriminator="kind")]
_FROM_AGENT: TypeAdapter[Hello | GatewayNews | Events | Result | Told] = TypeAdapter(FromAgent)
_FROM_PLATFORM: TypeAdapter[Welcome | Ack | Command | Kept | Choose | Ask] = TypeAdapter(FromPlatform)


class WireError(ValueError):
    """A message that is none of version 1; the text says what is wrong with it and holds nothing of its values."""


def from_agent(text: str) -> Hello | GatewayNews | Events | Result | Told:
    """What an agent said. Raises WireError."""
    return _parsed(_FROM_AGENT, text)


def from_platform(text: str) -> Welcome | Ack | Command | Kept | Choose | Ask:
    """What the platform said. Raises WireError."""
    return _parsed(_FROM_PLATFORM, text)


def to_text(message: BaseModel) -> str:
    return message.model_dump_json(exclude_none=True)


def _parsed(adapter: TypeAdapter[T], text: str) -> T:
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise WireError(f"A message holds at most {MOST_BYTES} bytes")
    try:
        return adapter.validate_json(text)
    except (ValidationError, RecursionError) as error:
        raise WireError(_faults(error)) from None


def _faults(error: ValidationError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "nested too deep"
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(_fault(fault["loc"], fault["type"], fault["msg"]) for fault in faults[:5])


def _fault(place: tuple[int | str, ...], kind: str, message: str) -> str:
    if kind.startswith("union_tag"):  # pydantic's own words would repeat the tag
        return "kind: none of this version's messages"
    return f"{'.'.join(str(part) for part in place)}: {message}"
