"""Who may see and do what: the only place that answers this."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from venues.models import Membership, Operator, Role, User, Venue

MANAGERS = (Role.OPERATOR, Role.MANAGER)
EVERYBODY = (Role.OPERATOR, Role.MANAGER, Role.STAFF)


def may_everything(user: User | AnonymousUser) -> bool:
    """Whether this person has every role everywhere."""
    return isinstance(user, User) and user.is_active and user.is_superuser


def venues_for(user: User | AnonymousUser, roles: tuple[Role, ...] = EVERYBODY) -> QuerySet[Venue]:
    """The venues where this person has one of these roles. A superuser has every role everywhere."""
    if not isinstance(user, User) or not user.is_active:
        return Venue.objects.none()
    return _venues_with(user, roles)


def operators_for(user: User | AnonymousUser, roles: tuple[Role, ...] = EVERYBODY) -> QuerySet[Operator]:
    """The operators for whom this person works in one of these roles, at whichever venue."""
    if not isinstance(user, User) or not user.is_active:
        return Operator.objects.none()
    if may_everything(user):
        return Operator.objects.all()
    return Operator.objects.filter(pk__in=Membership.objects.filter(user=user, role__in=roles).values("operator_id"))


def may_give(user: User | AnonymousUser, role: str, operator_id: int, venue_id: int | None) -> bool:
    """Whether this person may give (or change, or take) a role: an operator any of theirs, a manager that of staff at
    their venues. Nobody hands out more than they have."""
    if operators_for(user, (Role.OPERATOR,)).filter(pk=operator_id).exists():
        return venue_id is None or Venue.objects.filter(pk=venue_id, operator_id=operator_id).exists()
    return role == Role.STAFF and venue_id is not None and venues_for(user, MANAGERS).filter(pk=venue_id).exists()


def giver_may(giver: str) -> Q:
    """`may_give` as a condition on rows with `operator`, `venue` and `role`, for the person in their field `giver`."""
    at_work = Membership.objects.filter(user=OuterRef(giver), user__is_active=True, operator=OuterRef("operator"))
    whole = Exists(at_work.filter(role=Role.OPERATOR))
    manages = Exists(at_work.filter(role=Role.MANAGER, venue=OuterRef("venue")))
    power = Q(**{f"{giver}__is_superuser": True, f"{giver}__is_active": True})
    return power | Q(whole) | (Q(role=Role.STAFF) & Q(manages))


def may_work_at(user: User | AnonymousUser, venue_id: int) -> bool:
    """Whether this person may stand at the venue's board."""
    return venues_for(user).filter(pk=venue_id).exists()


def has_role_at(user_id: int, venue_id: int) -> bool:
    """Whether this person has a role there, may they log in now or not."""
    user = User.objects.filter(pk=user_id).first()
    return user is not None and _venues_with(user, EVERYBODY).filter(pk=venue_id).exists()


def _venues_with(user: User, roles: tuple[Role, ...]) -> QuerySet[Venue]:
    if user.is_superuser:
        return Venue.objects.all()
    memberships = Membership.objects.filter(user=user, role__in=roles)
    named = memberships.filter(venue__isnull=False).values("venue_id")
    whole = memberships.filter(venue=None).values("operator_id")
    return Venue.objects.filter(Q(pk__in=named) | Q(operator_id__in=whole))
