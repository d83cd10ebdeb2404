"""Who runs venues: operators, their people, and what each may do."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q

from venues.constraints import SameOwner
from venues.history import History


class User(AbstractUser):
    """A person who logs in. What they may do follows from their memberships, nothing else."""


class Operator(models.Model):
    """A business with one venue or many. Nothing of one operator is visible to another."""

    name = models.CharField(max_length=80, unique=True)

    history = History()

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OPERATOR = "operator", "Operator (all venues)"
    MANAGER = "manager", "Manager"
    STAFF = "staff", "Staff"


class Membership(models.Model):
    """A person's role: for all venues of an operator, or for one named venue as manager or staff."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    operator = models.ForeignKey(Operator, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    venue = models.ForeignKey(
        "Venue", null=True, blank=True, on_delete=models.CASCADE, db_constraint=False, related_name="memberships"
    )

    history = History()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(role="operator", venue=None) | (Q(role__in=["manager", "staff"]) & Q(venue__isnull=False)),
                name="membership_operator_has_all_venues",
            ),
            models.UniqueConstraint(fields=["user", "venue"], name="membership_one_per_venue"),
            models.UniqueConstraint(
                fields=["user", "operator"], condition=Q(venue=None), name="membership_one_per_operator"
            ),
            SameOwner(owner="operator", thing="venue", to="venues.Venue", name="membership_venue_of_operator"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"
