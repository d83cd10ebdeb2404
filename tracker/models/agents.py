"""Agents, how they came to be ours, and the gateway that each looks after."""

from django.db import models
from django.db.models import Q

from venues.constraints import SameOwner
from venues.models import User, Venue

GATEWAY_STATES = ("searching", "choose", "press_button", "live", "offline", "token_refused", "changed", "too_old")
CHOICES = ("", "use", "accept_change", "pair_again")


class EdgeAgent(models.Model):
    """The program in the pub. One token, one agent, one venue; replaced and revoked ones stay, with their dates."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="agents")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    host = models.CharField(max_length=200, blank=True)
    version = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=64, blank=True)
    enrolled_at = models.DateTimeField()
    enrolled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    last_seen_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    # The connection that counts: the newest. Each has the next fence; `process` holds its socket and renews the lease.
    fence = models.BigIntegerField(default=0, editable=False)
    process = models.UUIDField(null=True, editable=False)
    link_until = models.DateTimeField(null=True, editable=False)
    missed_since = models.DateTimeField(null=True, editable=False)  # once boards were told that it is offline
    contested_at = models.DateTimeField(null=True, editable=False)  # when another agent was seen with this token

    # Everything up to `acked` of this spool is kept, but for `lost` events, which the agent no longer had.
    spool = models.UUIDField(null=True, editable=False)
    former_spool = models.UUIDField(null=True, editable=False)
    acked = models.BigIntegerField(default=0, editable=False)
    lost = models.BigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "agent"
        constraints = [
            models.UniqueConstraint(fields=["venue"], condition=Q(revoked_at=None), name="agent_one_of_venue"),
            models.UniqueConstraint(fields=["venue", "id"], name="agent_venue_id"),
            models.CheckConstraint(condition=Q(fence__gte=0, acked__gte=0, lost__gte=0), name="agent_counts_up"),
        ]

    def __str__(self) -> str:
        return self.host or f"agent {self.pk}"


class Enrolment(models.Model):
    """An agent that asks to be somebody's. Anybody may ask, so the rows are few and short-lived."""

    code_hash = models.CharField(max_length=64, unique=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    token_hash = models.CharField(max_length=64)
    host = models.CharField(max_length=200, blank=True)
    version = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    refused_at = models.DateTimeField(null=True)
    agent = models.OneToOneField(EdgeAgent, null=True, on_delete=models.CASCADE, related_name="enrolment")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(refused_at=None) | Q(agent=None), name="enrolment_one_answer")
        ]


class WrongCode(models.Model):
    """A try of a person to connect an agent. In the database: five are five, however many processes serve pages."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(db_index=True)


class Gateway(models.Model):
    """The venue's LRS gateway, as its agent tells of it. Its names are whatever it says."""

    venue = models.OneToOneField(Venue, on_delete=models.CASCADE, related_name="gateway")
    agent = models.ForeignKey(EdgeAgent, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    state = models.CharField(max_length=20, choices={state: state.replace("_", " ") for state in GATEWAY_STATES})
    since = models.DateTimeField()
    detail = models.CharField(max_length=200, blank=True)
    window_until = models.DateTimeField(null=True, blank=True)  # press_button: the end of the two minutes
    name = models.CharField(max_length=200, blank=True)
    host = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=200, blank=True)
    timezone = models.CharField(max_length=200, blank=True)
    offset_s = models.IntegerField(null=True, blank=True)  # the gateway's clock minus UTC
    seen = models.TextField(default="", editable=False)  # JSON, as the agent sent it

    # A manager's answer, until the process with the agent's socket has sent it.
    choice = models.CharField(max_length=20, default="", blank=True, editable=False)
    choice_gateway = models.TextField(default="", blank=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=GATEWAY_STATES), name="gateway_state"),
            models.CheckConstraint(condition=Q(choice__in=CHOICES), name="gateway_choice"),
            SameOwner(owner="venue", thing="agent", to="tracker.EdgeAgent", name="gateway_agent_of_venue"),
        ]

    def __str__(self) -> str:
        return self.name or f"gateway of {self.venue}"
