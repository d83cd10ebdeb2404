"""What came from a venue's gateway, what is wanted there, and how far venue events have become commands."""

import uuid

from django.db import models
from django.db.models import Q

from tracker.models.agents import EdgeAgent
from venues.constraints import SameOwner
from venues.models import Venue

VERBS = ("start", "locate", "page", "stop_page", "clear")


class InboundEvent(models.Model):
    """One thing that happened at the gateway, once, however often the agent sent it."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, db_index=False, related_name="+")
    agent = models.ForeignKey(EdgeAgent, on_delete=models.CASCADE, db_constraint=False, related_name="events")
    spool = models.UUIDField(default=uuid.uuid4)
    number = models.BigIntegerField()
    type = models.CharField(max_length=20)
    payload = models.TextField()  # the gateway's own JSON
    at = models.DateTimeField()  # when the agent saw it, on our clock
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["venue", "id"], name="inbound_of_venue")]
        constraints = [
            models.UniqueConstraint(fields=["agent", "spool", "number"], name="inbound_once"),
            SameOwner(owner="venue", thing="agent", to="tracker.EdgeAgent", name="inbound_agent_of_venue"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.number}"


class TrackerCursor(models.Model):
    """How far a venue and its gateway are in step: up to which of the venue's events commands are planned, and up to
    which inbound event the gateway's orders are kept. It lives under the lock of the venue's feed."""

    venue = models.OneToOneField(Venue, primary_key=True, on_delete=models.CASCADE, related_name="tracker_cursor")
    seq = models.BigIntegerField(default=0)
    inbound = models.BigIntegerField(default=0)
    last_name = models.PositiveSmallIntegerField(default=0, db_default=0)  # of the venue's own range, given last


class CommandState(models.TextChoices):
    PLANNED = "planned"
    CLAIMED = "claimed"  # by the process with the agent's socket, which is about to send it
    SENT = "sent"
    DONE = "done"
    UNKNOWN = "unknown"  # it may be so at the gateway, or not
    REFUSED = "refused"
    EXPIRED = "expired"
    FAILED = "failed"  # it is not so; to be tried again
    DEAD = "dead"  # tried often enough: a person decides


IN_FLIGHT = (CommandState.CLAIMED, CommandState.SENT)
OPEN = (CommandState.PLANNED, CommandState.FAILED, *IN_FLIGHT)

ROUNDS = 1000


class GatewayCommand(models.Model):
    """A wish for the gateway, and what became of it.

    The agent answers a repeat of a number with the result that it has. So a command whose answer is missing is sent
    again under its number, and acted on once; one that is to be tried anew after an answer gets another (`round`).
    """

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="gateway_commands")
    event_seq = models.BigIntegerField(null=True, blank=True)
    verb = models.CharField(max_length=10, choices={verb: verb.replace("_", " ") for verb in VERBS})
    name = models.CharField("puck", max_length=4)
    order_uuid = models.CharField(max_length=200, blank=True)  # the gateway's
    order_type = models.CharField(max_length=12, blank=True)
    tag = models.CharField(max_length=4, blank=True)
    why = models.CharField(max_length=200, blank=True)

    state = models.CharField(max_length=10, choices=CommandState.choices, default=CommandState.PLANNED)
    planned_at = models.DateTimeField()
    not_after = models.DateTimeField()
    next_try_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    round = models.PositiveIntegerField(default=0)
    answered = models.BooleanField(default=False)  # this round has a result
    agent = models.ForeignKey(
        EdgeAgent, null=True, blank=True, on_delete=models.SET_NULL, db_constraint=False, related_name="commands"
    )
    fence = models.BigIntegerField(default=0)  # of the connection that claimed it
    lease_until = models.DateTimeField(null=True, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "command"
        indexes = [
            models.Index(fields=["venue", "name"], condition=Q(state__in=OPEN), name="command_open"),
            models.Index(fields=["next_try_at"], condition=Q(state__in=OPEN), name="command_due"),
            models.Index(fields=["venue", "order_uuid"], condition=~Q(order_uuid=""), name="command_of_order"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["venue", "event_seq", "verb"],
                condition=Q(event_seq__isnull=False),
                name="command_once_an_event",
            ),
            models.CheckConstraint(condition=Q(verb__in=VERBS), name="command_verb"),
            models.CheckConstraint(condition=Q(state__in=CommandState.values), name="command_state"),
            models.CheckConstraint(condition=Q(round__lt=ROUNDS), name="command_rounds"),
            SameOwner(owner="venue", thing="agent", to="tracker.EdgeAgent", name="command_agent_of_venue"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.name}"

    @property
    def number(self) -> int:
        """The command's id on the wire."""
        return self.pk * ROUNDS + self.round
