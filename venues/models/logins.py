"""What is counted of wrong passwords and codes."""

from django.db import models
from django.db.models import Q

from venues.models.people import User


class LoginTries(models.Model):
    """When somebody last tried to be one account, and was not let in: see `venues.tries`.

    A name that is nobody's has a row too, shared with other such names: an answer costs the same for both, and
    invented names fill no table.
    """

    user = models.OneToOneField(User, null=True, on_delete=models.CASCADE, related_name="tries")
    bucket = models.PositiveSmallIntegerField(null=True, unique=True)
    times = models.JSONField(default=list)
    """Of the last tries, at most ten: seconds since 1970, oldest first."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, bucket__isnull=False) | Q(user__isnull=False, bucket=None),
                name="tries_of_a_person_or_a_bucket",
            )
        ]
