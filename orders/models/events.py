"""What happened at a venue, in order: the one source that every socket is served from."""

import uuid

from django.db import models

from venues.models import Venue


class VenueEvent(models.Model):
    """One committed change. (venue, seq) has no gaps; `payload` is frozen text, so hand-over and re-read give the
    same bytes. Kept 7 days, and above every cursor."""

    pk = models.CompositePrimaryKey("venue_id", "seq")
    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, db_index=False, related_name="events")
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    change = models.CharField(max_length=20, default="", blank=True)
    # Not a foreign key: an event must never keep an order from being erased, nor be changed by it.
    order_id = models.UUIDField(null=True)
    session_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=80, default="", blank=True)
    payload = models.TextField()

    def __str__(self) -> str:
        return f"{self.venue_id}/{self.seq} {self.kind} {self.change}"


class BoardPresence(models.Model):
    """A process that holds board sockets of a venue, for as long as it renews this row."""

    process = models.UUIDField(default=uuid.uuid4)
    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="presences")
    boards = models.PositiveIntegerField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["process", "venue"], name="presence_once")]
