"""Why a site needs somebody: in a sentence that says what is so, and what to do. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ontap.sites.facts import Facts
from tracker.health import AGENT, TOKEN, Trouble

AT_RISK, WAITS, WELL = 2, 1, 0
NO_BOARD_FOR = timedelta(minutes=2)  # a tablet that is charged, or loads its page again, is no trouble


@dataclass(frozen=True, slots=True)
class Worry:
    """`weight` is AT_RISK where orders or history may be lost, WAITS where somebody should look. `what` is true, `todo`
    is what helps. `kind` is the alert that it is (`ontap.alerts`), if it is one; `since` where that is known."""

    weight: int
    tag: str
    what: str
    todo: str
    kind: str = ""
    since: datetime | None = None


def worries(site: Facts, now: datetime) -> list[Worry]:
    """What is wrong at a site, worst first."""
    return sorted(_found(site, now), key=lambda worry: -worry.weight)


def _found(site: Facts, now: datetime) -> Iterator[Worry]:
    away = site.boards == 0 and (site.board_until is None or now - site.board_until > NO_BOARD_FOR)
    if away and site.new_orders:
        what = f"{_no_board(site)} {waiting(site, now)}"
        yield Worry(AT_RISK, "Orders at risk", what, _CALL, "orders_at_risk", site.oldest_new)
    elif away and site.takes_orders:
        todo = "Orders that come now wait until somebody opens the board."
        yield Worry(WAITS, "No board", _no_board(site), todo, "no_board" if site.is_used else "", site.board_until)
    elif (age := _age(site, now)) is not None and age >= timedelta(minutes=site.venue.late_after):
        yield Worry(AT_RISK, "Late", waiting(site, now), "A board is open there, and nobody answers.")
    elif age is not None and age >= timedelta(minutes=site.venue.slow_after):
        yield Worry(WAITS, "Slow", waiting(site, now), "")
    if site.history_at_risk:
        kept = f" since {_clock(site, site.read_until)}" if site.read_until is not None else ""
        yield Worry(
            AT_RISK,
            "History at risk",
            f"No history was read from the gateway{kept}.",
            "It forgets its orders after two weeks. Its agent must come online.",
            "history_at_risk",
            site.read_until,
        )
    for trouble in site.troubles:
        name = "The agent" if trouble.part == "agent" else "The gateway"
        what = f"{name} is {_STATE.get(trouble.state, trouble.state)} since {_clock(site, trouble.since)}."
        yield Worry(WAITS, "Places not known", what, trouble.what_to_do, _kind(trouble), trouble.since)


_CALL = "Guests are told to order at the bar. Call there: is the tablet on, and online?"
_STATE = {
    "offline": "silent",
    "token_refused": "refusing our token",
    "searching": "looked for",
    "choose": "one of several",
    "press_button": "not paired",
    "changed": "another one",
    "too_old": "too old",
}


def _kind(trouble: Trouble) -> str:
    if trouble.part == AGENT:
        return "agent_contested" if trouble.state == "contested" else "agent_silent"
    return "token_refused" if trouble.part == TOKEN else "gateway_silent"


def _no_board(site: Facts) -> str:
    return (
        "No board was ever open." if site.board_until is None else f"No board since {_clock(site, site.board_until)}."
    )


def waiting(site: Facts, now: datetime) -> str:
    """How many orders nobody has answered, and for how long."""
    age = _age(site, now)
    assert age is not None
    orders = "1 order waits" if site.new_orders == 1 else f"{site.new_orders} orders wait"
    return f"{orders}, the oldest for {int(age.total_seconds() // 60)} min."


def _age(site: Facts, now: datetime) -> timedelta | None:
    return None if site.oldest_new is None else now - site.oldest_new


def _clock(site: Facts, at: datetime) -> str:
    """A time on the site's own clock, with the day where that is another one."""
    local = at.astimezone(site.venue.zone)
    return f"{local:%H:%M}" if local >= site.begins else f"{local:%-d %B %H:%M}"
