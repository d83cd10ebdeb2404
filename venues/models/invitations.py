"""Invitations: a role that waits for whoever opens a link."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from venues.constraints import SameOwner
from venues.models.people import Operator, Role, User


class Invitation(models.Model):
    """A role offered by link: shown once, hashed at rest, used once, for three days; revocable until it is used."""

    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="invitations")
    venue = models.ForeignKey(
        "Venue", null=True, blank=True, on_delete=models.CASCADE, db_constraint=False, related_name="invitations"
    )
    role = models.CharField(max_length=10, choices=Role)
    name = models.CharField("for whom", max_length=60, help_text="A name to know them by; they see it too.")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, editable=False, related_name="+")
    made_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(editable=False)
    used_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, editable=False, related_name="+")
    used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role="operator", venue=None) | (Q(role__in=["manager", "staff"]) & Q(venue__isnull=False)),
                name="invitation_operator_has_all_venues",
            ),
            models.CheckConstraint(condition=Q(used_at=None) | Q(revoked_at=None), name="invitation_used_or_revoked"),
            SameOwner(owner="operator", thing="venue", to="venues.Venue", name="invitation_venue_of_operator"),
        ]

    def __str__(self) -> str:
        return self.name

    def state(self, now: datetime) -> str:
        """In one word: used, revoked, expired or open."""
        if self.used_at is not None:
            return "used"
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at <= now else "open"
