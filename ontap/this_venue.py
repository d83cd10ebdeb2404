"""How one venue is now, part by part, with what to do and where: the panel above its form in the admin."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import F
from django.urls import reverse

from ontap.sites.facts import Facts, facts_of
from ontap.sites.worries import worries
from orders.words import clock
from tracker.health import Trouble
from venues.catalogue import hours_of
from venues.hours_words import next_days
from venues.models import Device, Table, Venue
from venues.printed import NEVER, OUT_OF_DATE, code_state
from venues.seen import seen_in_words

WELL, WAITS, BAD = "ok", "wait", "bad"
MOST_DEVICES = 6


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the venue: `what` is so, `todo` helps where something is wrong; `links` are title and address."""

    name: str
    level: str
    what: str
    todo: str = ""
    links: tuple[tuple[str, str], ...] = ()


def parts_of(venue: Venue, now: datetime) -> list[Part]:
    """A handful of statements, however much the venue has."""
    (facts,) = facts_of([venue], now)
    return list(_found(facts, now))


def _found(facts: Facts, now: datetime) -> Iterator[Part]:
    venue = facts.venue
    today = next_days(hours_of(venue), now, 1)[0]
    pause = "Pause orders" if facts.paused_until is None else "Go on, or pause for longer"
    hours = (("Opening hours", _page("hours", venue)), (pause, reverse("board-pause", args=[venue.pk])))
    told = f"Today {today.told}."
    if facts.paused_until is not None:
        until = clock(facts.paused_until, now, venue.zone)
        reason = f" ({venue.pause_reason})" if venue.pause_reason else ""
        yield Part("Orders", WAITS, f"Paused until {until}{reason}. {told}", "", hours)
    elif facts.takes_orders:
        yield Part("Orders", WELL, f"Taken now, {facts.open_orders} open. {told}", "", hours)
    else:
        yield Part("Orders", WELL, f"Not taken now. {told} {today.note}".rstrip(), "", hours)
    yield _boards(facts, now)
    yield _menu(venue)
    yield _codes(venue)
    if facts.agent is not None or venue.tracker_use != "off":
        yield from _tracker(facts, now)


def _boards(facts: Facts, now: datetime) -> Part:
    venue = facts.venue
    links = (
        ("Open the board", reverse("board", args=[venue.pk])),
        ("Devices", _list("venues_device", venue)),
    )
    devices = _devices(venue, now)
    if facts.boards:
        return Part("Boards", WELL, f"{facts.boards} online now.{devices}", "", links)
    board = next((worry for worry in worries(facts, now) if worry.tag in ("No board", "Orders at risk")), None)
    if board is not None:
        level = BAD if board.tag == "Orders at risk" else WAITS
        return Part("Boards", level, f"{board.what}{devices}", board.todo, links)
    seen = f", the last at {clock(facts.board_until, now, venue.zone)}" if facts.board_until is not None else " yet"
    return Part("Boards", WELL, f"None online{seen}.{devices}", "", links)


def _devices(venue: Venue, now: datetime) -> str:
    """The venue's devices, the last that were seen first; a sentence after what is said of its boards."""
    rows = Device.objects.filter(venue=venue, revoked_at=None).order_by(F("last_seen_at").desc(nulls_last=True), "pk")
    found = list(rows.values_list("name", "last_seen_at")[: MOST_DEVICES + 1])
    named = [f"{name} {seen_in_words(seen_at, now)}" for name, seen_at in found[:MOST_DEVICES]]
    if len(found) > MOST_DEVICES:
        named.append("more in the list")
    return f" Devices: {', '.join(named)}." if named else ""


def _menu(venue: Venue) -> Part:
    if venue.menu is None:
        return Part("Menu", WAITS, "None is chosen: guests see nothing to order.", "Choose one in the form below.")
    link = ("Change it", reverse("admin:venues_menu_change", args=[venue.menu.pk]))
    return Part("Menu", WELL, f"{venue.menu}.", "", (link,))


def _codes(venue: Venue) -> Part:
    states = [code_state(table) for table in Table.objects.filter(venue=venue)]
    old, never = states.count(OUT_OF_DATE), states.count(NEVER)
    name, links = "Tables and codes", (("Tables", _page("plan", venue)), ("Codes", _page("codes", venue)))
    if not states:
        return Part(name, WAITS, "No tables yet.", "Add them; each has a code at once.", links)
    tables = "1 table" if len(states) == 1 else f"{len(states)} tables"
    if old:
        return Part(name, BAD, f"{tables}. Codes out of date on paper: {old}.", "Print them again.", links)
    if never:
        return Part(name, WAITS, f"{tables}. Codes never printed: {never}.", "Print them.", links)
    return Part(name, WELL, f"{tables}, all printed.", "", links)


def _tracker(facts: Facts, now: datetime) -> Iterator[Part]:
    venue = facts.venue
    agents, walk = ("Agents", _list("tracker_edgeagent", venue)), ("Walk the tags", reverse("walk", args=[venue.pk]))
    if facts.agent is None:
        connect = ("Connect an agent", reverse("admin:tracker_edgeagent_add"))
        yield Part("Agent", WAITS, "None is connected.", "Start it there; its terminal shows a code.", (connect,))
        return
    seen = facts.agent.last_seen_at
    well = "Connected." if seen is None else f"Connected, last heard at {clock(seen, now, venue.zone)}."
    troubles = [one for one in facts.troubles if one.part == "agent"]
    yield _troubled("Agent", troubles, well, facts, now, (agents, ("Commands", _list("tracker_gatewaycommand", venue))))
    if facts.gateway is None:
        yield Part("Gateway", WAITS, "Nothing is known of it yet.", "The agent tells when it has found one.", (agents,))
        return
    gateway = ("Gateway", reverse("admin:tracker_gateway_change", args=[facts.gateway.pk]))
    well = f"Live since {clock(facts.gateway.since, now, venue.zone)}."
    if not facts.agent_is_live:
        well = "Not known while the agent is away."
    troubles = [one for one in facts.troubles if one.part != "agent"]
    yield _troubled("Gateway", troubles, well, facts, now, (gateway, walk))


def _troubled(
    name: str, found: list[Trouble], well: str, facts: Facts, now: datetime, links: tuple[tuple[str, str], ...]
) -> Part:
    if not found:
        return Part(name, WELL, well, "", links)
    state, since = found[0].state.replace("_", " ").capitalize(), clock(found[0].since, now, facts.venue.zone)
    return Part(name, BAD, f"{state} since {since}.", found[0].what_to_do, links)


def _page(name: str, venue: Venue) -> str:
    return reverse(f"admin:venues_venue_{name}", args=[venue.pk])


def _list(model: str, venue: Venue) -> str:
    return f"{reverse(f'admin:{model}_changelist')}?{urlencode({'venue__id__exact': venue.pk})}"
