"""The matrix of what has no address: doors and actions of the sockets, and Celery's tasks.

A new action of `orders.protocol`, a new kind of `tracker.wire` and a new task fail their test without a row here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.access.cast import Place
from tests.access.rights import BOARD, MEMBERS, May
from tests.tracker.platform.driven import SPOOL, hello
from tracker import wire

DOORS: Mapping[str, May] = {"dashboard": BOARD, "table": MEMBERS}

ACK, LIST = "ack", "snapshot"
BOARDS, BOTH = frozenset({"board"}), frozenset({"board", "guest"})


@dataclass(frozen=True, slots=True)
class Action:
    """Who may say it in version 2, what it names, and what they hear of their own: an ack, a list, an error's code."""

    by: frozenset[str]
    names: Callable[[Place], dict[str, Any]]
    hears: str = ACK


def _order(at: Place) -> dict[str, Any]:
    return {"order_id": str(at.house.order.pk)}


ACTIONS: Mapping[str, Action] = {
    "order": Action(BOTH, lambda at: {"lines": [{"product_id": str(at.house.product.pk), "quantity": 1}]}),
    "openorders": Action(BOTH, lambda at: {}, LIST),
    "resume": Action(BOTH, lambda at: {"epoch": "00000000-0000-0000-0000-000000000000", "seq": 0}, LIST),
    "acceptorder": Action(BOARDS, _order),
    "readyorder": Action(BOARDS, _order, "too_early"),
    "completeorder": Action(BOARDS, _order, "too_early"),  # of a pending one
    "cancelorder": Action(BOTH, lambda at: _order(at) | {"reason": "no"}),
    "undoorder": Action(BOARDS, lambda at: _order(at) | {"seq": 1}, "cannot_undo"),
    "moveorder": Action(BOARDS, lambda at: _order(at) | {"table_number": "Alice 1"}),
    "tickorder": Action(BOARDS, lambda at: _order(at) | {"line": 0}),
    # Of an order without a puck.
    "pageorder": Action(BOARDS, _order, "no_puck"),
    "locateorder": Action(BOARDS, _order, "no_puck"),
    "trackorder": Action(BOARDS, lambda at: _order(at) | {"tracker_number": "23"}),
}


def _told(at: Place) -> wire.Told:
    return wire.Told(ask=at.house.reading.pk, outcome="failed", detail="It does not answer.")


def _events(at: Place) -> wire.Events:
    order = {"uuid": str(at.house.tracked.uuid), "name": "22", "state": "cleared"}
    event = {"number": 1, "age_ms": 0, "type": "cleared", "order": order}
    return wire.Events.model_validate({"spool": SPOOL, "events": [event]})


# What an agent says after its hello, and of whose things: only its own venue's rows may change by it.
SAID_BY_AGENTS: Mapping[str, Callable[[Place], Any]] = {
    "hello": lambda at: hello(),
    "gateway": lambda at: wire.GatewayNews(state="offline", detail="Gone."),
    "events": _events,
    "result": lambda at: wire.Result(command=at.house.command.pk, outcome="done", order_uuid="1"),
    "told": _told,
}

Ids = Callable[[Place], tuple[Any, ...]]


def _venue(at: Place) -> tuple[Any, ...]:
    return (at.house.venue.pk,)


def _nothing(at: Place) -> tuple[Any, ...]:
    return ()


# What a task is given; those of beat are given nothing.
TASKS: Mapping[str, Ids] = {
    "orders.tasks.look_for_unanswered_orders": _nothing,
    "orders.tasks.answer_unanswered_order": lambda at: (str(at.house.order.pk),),
    "orders.tasks.look_for_idle_sessions": _nothing,
    "orders.tasks.end_idle_session": lambda at: (at.house.session.pk,),
    "orders.tasks.prune": _nothing,
    "orders.tasks.forget_old_guests": _venue,
    "orders.tasks.prune_events": _venue,
    "orders.tasks.look_for_planned_changes": _nothing,
    "orders.tasks.carry_out_change": lambda at: (at.house.change.pk,),
    "ontap.tasks.keep_alerts": _nothing,
    "ontap.tasks.look_for_deliveries": _nothing,
    "ontap.tasks.deliver": lambda at: (str(at.house.delivery.pk),),
    "ontap.tasks.prune": _nothing,
    "tracker.tasks.look_for_expired_commands": _nothing,
    "tracker.tasks.expire_command": lambda at: (at.house.command.pk,),
    "tracker.tasks.look_for_commands_to_retry": _nothing,
    "tracker.tasks.retry_command": lambda at: (at.house.command.pk,),
    "tracker.tasks.look_for_missed_agents": _nothing,
    "tracker.tasks.tell_agent_missed": lambda at: (at.house.agent.pk,),
    "tracker.tasks.look_for_venues_behind": _nothing,
    "tracker.tasks.catch_up_venue": _venue,
    "tracker.tasks.look_for_forgotten_pucks": _nothing,
    "tracker.tasks.clear_forgotten_pucks": _venue,
    "tracker.tasks.look_for_orders_to_mend": _nothing,
    "tracker.tasks.mend_orders": _venue,
    "tracker.tasks.look_for_unseen_pucks": _nothing,
    "tracker.tasks.look_at_unseen_pucks": _venue,
    "tracker.tasks.look_for_readings_due": _nothing,
    "tracker.tasks.want_readings_due": _venue,
    "tracker.tasks.look_for_histories_at_risk": _nothing,
    "tracker.tasks.tell_history_at_risk": _venue,
    "tracker.tasks.prune_enrolments": _nothing,
    "tracker.tasks.prune": _nothing,
}
