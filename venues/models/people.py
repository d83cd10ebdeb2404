"""Who runs venues: operators, their people, and what each may do."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from venues.constraints import SameOwner
from venues.history import History


class User(AbstractUser):
    """A person who logs in. What they may do follows from their memberships, nothing else."""

    login_version = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    """Counts how often all logins of this person were ended: each holds the number under which it began."""

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a login must hold to count: Django's hash of the password, and of the version where there is one."""
        if not self.login_version:
            return str(super()._get_session_auth_hash(secret=secret))  # type: ignore[misc]  # not in the stubs
        words = f"{self.login_version}:{self.password}"
        return salted_hmac("venues.models.User.login", words, secret=secret, algorithm="sha256").hexdigest()


class SecondFactor(models.TextChoices):
    AS_INSTALLED = "as_installed", "As this installation says"
    ON = "on", "Managers and operators log in with a code too"
    OFF = "off", "A password is enough"


class Operator(models.Model):
    """A business with one venue or many. Nothing of one operator is visible to another."""

    name = models.CharField(max_length=80, unique=True)
    second_factor = models.CharField(
        max_length=12,
        choices=SecondFactor,
        default=SecondFactor.AS_INSTALLED,
        db_default=SecondFactor.AS_INSTALLED.value,
        help_text="Whoever manages logs in with their password and a code from an app on their phone. Who is logged in"
        " without one is asked for it at once, boards included. Staff who only stand at a board are never asked.",
    )

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
