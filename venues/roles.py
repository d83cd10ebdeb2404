"""Who may see and do what: the only place that answers this."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from venues.models import Membership, Operator, Role, User, Venue

MANAGERS = (Role.OPERATOR, Role.MANAGER)
EVERYBODY = (Role.OPERATOR, Role.MANAGER, Role.STAFF)


def venues_for(user: User | AnonymousUser, roles: tuple[Role, ...] = EVERYBODY) -> QuerySet[Venue]:
    """The venues where this person has one of these roles. A superuser has every role everywhere."""
    if not isinstance(user, User) or not user.is_active:
        return Venue.objects.none()
    if user.is_superuser:
        return Venue.objects.all()
    memberships = Membership.objects.filter(user=user, role__in=roles)
    named = memberships.filter(venue__isnull=False).values("venue_id")
    whole = memberships.filter(venue=None).values("operator_id")
    return Venue.objects.filter(Q(pk__in=named) | Q(operator_id__in=whole))


def operators_for(user: User | AnonymousUser, roles: tuple[Role, ...] = EVERYBODY) -> QuerySet[Operator]:
    """The operators for whom this person works in one of these roles, at whichever venue."""
    if not isinstance(user, User) or not user.is_active:
        return Operator.objects.none()
    if user.is_superuser:
        return Operator.objects.all()
    return Operator.objects.filter(pk__in=Membership.objects.filter(user=user, role__in=roles).values("operator_id"))


def may_work_at(user: User | AnonymousUser, venue_id: int) -> bool:
    """Whether this person may stand at the venue's board."""
    return venues_for(user).filter(pk=venue_id).exists()
