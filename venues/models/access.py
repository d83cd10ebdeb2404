"""What lets a guest or a board in: table sessions, their members, and devices."""

from django.db import models
from django.db.models import Q

from venues.constraints import SameOwner
from venues.models.people import User
from venues.models.places import Table, Venue


class TableSession(models.Model):
    """One party at one table, from its first order or socket until the table is cleared."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="sessions")
    table = models.ForeignKey(Table, on_delete=models.CASCADE, db_constraint=False, related_name="sessions")
    opened_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["table"], condition=Q(ended_at=None), name="session_one_open_per_table"),
            models.UniqueConstraint(fields=["venue", "id"], name="session_venue_id"),
            SameOwner(owner="venue", thing="table", to="venues.Table", name="session_table_of_venue"),
        ]

    def __str__(self) -> str:
        return f"table {self.table}, {self.opened_at:%d %b %H:%M}"


class Member(models.Model):
    """A phone that scanned a table's code. Without a session until its first order or socket; hashed at rest."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="+")
    table = models.ForeignKey(Table, on_delete=models.CASCADE, db_constraint=False, related_name="members")
    session = models.ForeignKey(
        TableSession, null=True, on_delete=models.CASCADE, db_constraint=False, related_name="members"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    code_version = models.PositiveIntegerField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            SameOwner(owner="venue", thing="table", to="venues.Table", name="member_table_of_venue"),
            SameOwner(owner="venue", thing="session", to="venues.TableSession", name="member_session_of_venue"),
        ]


class Device(models.Model):
    """A board's key: a tablet on the bar, or any websocket client. Shown once, hashed at rest, revocable."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="devices")
    name = models.CharField(max_length=60)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    last_seen_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
