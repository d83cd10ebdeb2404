"""Commands: planned by whoever knows why, claimed and sent by the process with the agent's socket, answered by it."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef

from tracker import nudges, wire
from tracker.backoff import wait_after
from tracker.links import Link, lock
from tracker.models import CommandState, GatewayCommand
from tracker.models.traffic import IN_FLIGHT, OPEN, ROUNDS
from tracker.text import printable

logger = logging.getLogger(__name__)

SENT_WITHIN = timedelta(seconds=10)  # a claim that did not become a send by then was its process's last
ANSWERED_WITHIN = timedelta(seconds=30)  # then it is sent again, under the same number
MOST_UNDER_WAY = 50  # of one agent

ANSWERS = {
    "done": CommandState.DONE,
    "unknown": CommandState.UNKNOWN,
    "refused": CommandState.REFUSED,
    "expired": CommandState.EXPIRED,
    "failed": CommandState.FAILED,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of the gateway, checked. Raises ValueError for what the wire could not carry."""

    verb: wire.Verb
    name: str
    order_uuid: str = ""
    order_type: wire.OrderType | None = None
    tag: str | None = None

    def __post_init__(self) -> None:
        self.on_wire(0, "", 0)

    def on_wire(self, number: int, venue: str, not_after_ms: int) -> wire.Command:
        return wire.Command(
            id=number,
            venue=venue,
            verb=self.verb,
            name=self.name,
            order_uuid=self.order_uuid,
            order_type=self.order_type,
            tag=self.tag,
            not_after_ms=not_after_ms,
        )


def plan_command(
    venue_id: int, wish: Wish, *, not_after: datetime, now: datetime, event_seq: int | None = None, why: str = ""
) -> GatewayCommand:
    """A command that will be sent as soon as may be; of one venue event and verb, the one that there is already.

    May be called inside a transaction, as `tracker` does when it moves its cursor.
    """
    row = GatewayCommand(
        venue_id=venue_id,
        event_seq=event_seq,
        verb=wish.verb,
        name=wish.name,
        order_uuid=wish.order_uuid,
        order_type=wish.order_type or "",
        tag=wish.tag or "",
        why=printable(why)[:200],
        planned_at=now,
        next_try_at=now,
        not_after=not_after,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            nudges.look_soon(venue_id)
    except IntegrityError:
        existing = GatewayCommand.objects.filter(venue_id=venue_id, event_seq=event_seq, verb=wish.verb).first()
        if event_seq is None or existing is None:
            raise
        return existing
    return row


def claim_due(link: Link, now: datetime) -> list[GatewayCommand]:
    """The commands that this connection sends now: theirs alone until the lease is over. Raises LinkLost.

    One at a time for each puck, in the order in which they were planned: what comes after another waits for its end.
    """
    earlier = GatewayCommand.objects.filter(
        venue_id=link.venue_id, name=OuterRef("name"), state__in=OPEN, pk__lt=OuterRef("pk")
    )
    with transaction.atomic():
        lock(link)
        own = GatewayCommand.objects.filter(venue_id=link.venue_id)
        room = MOST_UNDER_WAY - own.filter(state__in=IN_FLIGHT).count()
        due = own.filter(~Exists(earlier), state=CommandState.PLANNED, next_try_at__lte=now, not_after__gt=now)
        ids = list(due.order_by("pk").values_list("pk", flat=True)[: max(room, 0)])
        if not ids:
            return []
        # The state is asked once more: between the look and this, somebody may have ended one.
        own.filter(pk__in=ids, state=CommandState.PLANNED).update(
            state=CommandState.CLAIMED,
            attempts=F("attempts") + 1,
            agent_id=link.agent_id,
            fence=link.fence,
            lease_until=now + SENT_WITHIN,
            answered=False,
        )
        claimed = own.filter(pk__in=ids, state=CommandState.CLAIMED, fence=link.fence)
        return list(claimed.order_by("pk"))


def message_of(command: GatewayCommand, now: datetime) -> wire.Command | None:
    """A command as it goes to the agent, with the time that is left to begin it; None where there is none left."""
    left_ms = (command.not_after - now) // timedelta(milliseconds=1)
    if left_ms <= 0:
        return None
    wish = Wish(
        command.verb,  # type: ignore[arg-type]  # one of them, or it could not have been planned
        command.name,
        command.order_uuid,
        command.order_type or None,  # type: ignore[arg-type]
        command.tag or None,
    )
    return wish.on_wire(command.number, str(command.venue_id), left_ms)


def note_sent(link: Link, command_ids: list[int], now: datetime) -> None:
    """These went out by this connection. An answer may have overtaken us."""
    claimed = GatewayCommand.objects.filter(pk__in=command_ids, state=CommandState.CLAIMED, fence=link.fence)
    claimed.update(state=CommandState.SENT, lease_until=now + ANSWERED_WITHIN)


def keep_result(link: Link, result: wire.Result, now: datetime) -> bool:
    """What became of a command; whether that was news. Raises LinkLost.

    A repeat changes nothing, and so does a result for what is no command of this venue, or one of an earlier round:
    the agent is told that we have it all the same, or it would say it for ever.
    """
    pk, round_ = divmod(result.command, ROUNDS)
    state = ANSWERS[result.outcome]
    with transaction.atomic():
        lock(link)
        rows = GatewayCommand.objects.filter(pk=pk, venue_id=link.venue_id, round=round_, answered=False)
        # Whatever we made of its silence meanwhile: what the agent says is what was. Locked, or the note of its sending
        # or a repair comes between this look and our write, and the agent is told that we have what is lost.
        command = rows.exclude(state=CommandState.DONE).select_for_update().first()
        if command is None:
            known = GatewayCommand.objects.filter(pk=pk, venue_id=link.venue_id).exists()
            if not known:
                logger.warning("Agent %s answers a command that is none of its venue's", link.agent_id)
            return False
        again = state == CommandState.FAILED
        if again and command.state == CommandState.DEAD:
            again, state = False, CommandState.DEAD  # given up already; now we know that it was not done
        kept = rows.filter(state=command.state).update(
            state=state,
            answered=True,
            agent_id=link.agent_id,
            detail=printable(result.detail),
            order_uuid=printable(result.order_uuid) or command.order_uuid,
            finished_at=None if again else now,
            next_try_at=now + wait_after(command.attempts) if again else command.next_try_at,
            lease_until=None,
        )
        if kept:
            nudges.look_soon(link.venue_id)  # what waited for it may go now
    return bool(kept)
