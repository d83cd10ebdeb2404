"""What managers and operators may see and change of what belongs to no single venue: menus, options, people."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from venues.models import (
    Category,
    Invitation,
    Membership,
    Menu,
    Operator,
    OptionGroup,
    Product,
    ProductOptionGroup,
    Role,
    User,
    Venue,
)
from venues.roles import MANAGERS, may_everything, operators_for, venues_for


def managed_venues(user: User) -> QuerySet[Venue]:
    return venues_for(user, MANAGERS)


def only_venue(request: HttpRequest) -> int | None:
    """The one venue that this person manages; None for none, and for several. One query a request."""
    if not isinstance(request.user, User):
        return None
    known: list[int] | None = request.__dict__.get("_managed_venues")
    if known is None:
        known = list(managed_venues(request.user).order_by("pk").values_list("pk", flat=True)[:2])
        request.__dict__["_managed_venues"] = known
    return known[0] if len(known) == 1 else None


def whole_operators(user: User) -> QuerySet[Operator]:
    """The operators for whom this person has all venues."""
    return operators_for(user, (Role.OPERATOR,))


def theirs(user: User) -> Q:
    """Of rows with an operator, and a venue where they are of one alone: an operator's all; a manager's, those of their
    venues."""
    return Q(operator__in=whole_operators(user)) | Q(venue__in=managed_venues(user))


def menus_seen(user: User) -> QuerySet[Menu]:
    """An operator's all; a manager's, those that their venues use."""
    used = managed_venues(user).filter(menu__isnull=False).values("menu_id")
    return Menu.objects.filter(Q(operator__in=whole_operators(user)) | Q(pk__in=used))


def menus_changeable(user: User) -> QuerySet[Menu]:
    """A manager changes a menu that only their venues use: what is shared is the operator's to change."""
    managed = managed_venues(user)
    foreign = Venue.objects.filter(menu__isnull=False).exclude(pk__in=managed.values("pk")).values("menu_id")
    own = Q(pk__in=managed.filter(menu__isnull=False).values("menu_id")) & ~Q(pk__in=foreign)
    return Menu.objects.filter(Q(operator__in=whole_operators(user)) | own)


def categories_seen(user: User) -> QuerySet[Category]:
    """Of the menus that they see; of venues' own, those of their venues."""
    return Category.objects.filter(Q(venue=None, menu__in=menus_seen(user)) | Q(venue__in=managed_venues(user)))


def categories_changeable(user: User) -> QuerySet[Category]:
    """A venue's own are its manager's to change, whoever shares the menu."""
    return Category.objects.filter(Q(venue=None, menu__in=menus_changeable(user)) | Q(venue__in=managed_venues(user)))


def products_seen(user: User) -> QuerySet[Product]:
    """Likewise."""
    shared = Q(venue=None, category__menu__in=menus_seen(user))
    return Product.objects.filter(shared | Q(venue__in=managed_venues(user)))


def products_changeable(user: User) -> QuerySet[Product]:
    """Likewise."""
    shared = Q(venue=None, category__menu__in=menus_changeable(user))
    return Product.objects.filter(shared | Q(venue__in=managed_venues(user)))


def shared_or_own(user: User, menu: str) -> Q:
    """What of deleted categories or products a person may bring back; `menu` is the way from there to the menu."""
    return theirs(user) | Q(venue=None, **{f"{menu}__in": menus_changeable(user)})


def groups_seen(user: User) -> QuerySet[OptionGroup]:
    return OptionGroup.objects.filter(operator__in=operators_for(user, MANAGERS))


def groups_changeable(user: User) -> QuerySet[OptionGroup]:
    """A manager changes a group that no product beyond their reach offers."""
    foreign = ProductOptionGroup.objects.exclude(product__in=products_changeable(user)).values("group_id")
    return groups_seen(user).filter(Q(operator__in=whole_operators(user)) | ~Q(pk__in=foreign))


def may_be_given(user: User) -> Q:
    """Of rows with a role: those that this person may give. Nobody hands out more than they have."""
    return Q(operator__in=whole_operators(user)) | Q(venue__in=managed_venues(user), role=Role.STAFF)


def memberships_seen(user: User) -> QuerySet[Membership]:
    return Membership.objects.filter(theirs(user))


def memberships_changeable(user: User) -> QuerySet[Membership]:
    """An operator's all; a manager's, the staff of their venues: nobody hands out more than they have."""
    return Membership.objects.filter(may_be_given(user))


def invitations_seen(user: User) -> QuerySet[Invitation]:
    return Invitation.objects.filter(theirs(user))


def invitations_changeable(user: User) -> QuerySet[Invitation]:
    """Those to a role that this person may give."""
    return Invitation.objects.filter(may_be_given(user))


def people_seen(user: User) -> QuerySet[User]:
    if may_everything(user):
        return User.objects.all()
    return User.objects.filter(pk__in=memberships_seen(user).values("user_id"))


def people_changeable(user: User) -> QuerySet[User]:
    """Those whose every role is in this person's hands: whoever sets a password can log in as its owner, anywhere."""
    if may_everything(user):
        return User.objects.all()
    own = memberships_changeable(user)
    elsewhere = Membership.objects.exclude(pk__in=own.values("pk")).values("user_id")
    return User.objects.filter(pk__in=own.values("user_id"), is_superuser=False).exclude(pk__in=elsewhere)
