"""The audit log: what was done with accounts, keys and rights. Only ever added to; the database refuses the rest."""

from django.db import models

from venues.models.people import Operator, User
from venues.models.places import Venue


class AuditEntry(models.Model):
    """One thing that somebody did.

    Changed by nobody, and removed by nobody before `kept_until`: triggers of the database see to it (see the migration
    `audit_log`). So no row may depend on another: a person or a venue that is gone leaves its id and the words.
    """

    at = models.DateTimeField(db_index=True)
    kept_until = models.DateTimeField(db_index=True)
    what = models.CharField(max_length=24)
    about = models.CharField(max_length=200, blank=True)
    who = models.ForeignKey(User, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    name = models.CharField("by", max_length=150, blank=True)  # as they were called then
    operator = models.ForeignKey(
        Operator, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    venue = models.ForeignKey(Venue, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    address = models.CharField("from", max_length=45, blank=True)  # of the network: the end is cut off

    class Meta:
        verbose_name_plural = "audit log"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["operator", "-id"], name="audit_of_operator"),
            models.Index(fields=["venue", "-id"], name="audit_of_venue"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%d %b %Y %H:%M:%S}"
