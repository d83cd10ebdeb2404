"""What is read from a venue's gateway now and then, and how that goes."""

from django.db import models
from django.db.models import Q

from tracker.models.agents import EdgeAgent
from venues.constraints import SameOwner
from venues.models import Venue

SUBJECTS = ("orders", "history", "settings", "repeaters")


class Reading(models.Model):
    """One subject of one venue: when it was read last, what came of it, and whether it is wanted now."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, db_index=False, related_name="readings")
    subject = models.CharField(max_length=10, choices={subject: subject for subject in SUBJECTS})
    content = models.TextField(default="", editable=False)  # JSON (`tracker.contents`)

    done_at = models.DateTimeField("last success", null=True, blank=True)
    failed_at = models.DateTimeField("last failure", null=True, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    count = models.PositiveIntegerField(default=0, help_text="Of what the last one brought, or this one so far.")

    wanted_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)  # or when the last part of the answer came
    question = models.BigIntegerField(default=0, editable=False)  # the number of the newest one, on the wire
    agent = models.ForeignKey(
        EdgeAgent, null=True, blank=True, on_delete=models.SET_NULL, db_constraint=False, related_name="+"
    )
    fence = models.BigIntegerField(default=0, editable=False)  # of the connection that it went out by

    # Orders: when our copy was last held against the gateway's, and when all of it was asked for anew.
    compared_at = models.DateTimeField(null=True, blank=True)
    snapshot_at = models.DateTimeField(null=True, blank=True)
    snapshot_wanted = models.BooleanField(default=False, db_default=False)

    # History: everything that was created before `read_until` is kept, but for what is named lost.
    read_until = models.DateTimeField(null=True, blank=True)
    lost_from = models.DateTimeField(null=True, blank=True)
    lost_until = models.DateTimeField(null=True, blank=True)
    at_risk_since = models.DateTimeField(null=True, blank=True)  # once somebody was told that it will be lost

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["venue", "subject"], name="reading_once"),
            models.CheckConstraint(condition=Q(subject__in=SUBJECTS), name="reading_subject"),
            SameOwner(owner="venue", thing="agent", to="tracker.EdgeAgent", name="reading_agent_of_venue"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} of {self.venue}"
