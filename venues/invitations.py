"""Taking people on by link: no mail server, and nobody types another's password.

The link is shown once to whoever makes it. It gives its role to one person, within three days, and only as long as
whoever made it may still give that role.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from venues.audit import What, note
from venues.codes import new_token, token_hash
from venues.models import Invitation, Membership, Role, User
from venues.roles import giver_may

LIVES = timedelta(hours=72)
KEPT = timedelta(days=90)  # on the list, after it has run out
RANK = {Role.STAFF.value: 0, Role.MANAGER.value: 1, Role.OPERATOR.value: 2}


class InvitationGone(Exception):
    """It was used, revoked or ran out while somebody looked at it."""


class NameTaken(Exception):
    """Somebody else took this username meanwhile."""


class HasRole(Exception):
    """This person has that role there already, or a higher one."""


def invite(invitation: Invitation, by: User, now: datetime) -> str:
    """Save a new invitation (role, where, name) and return its token, which is kept nowhere."""
    token = new_token()
    invitation.token_hash, invitation.made_by = token_hash(token), by
    invitation.made_at, invitation.expires_at = now, now + LIVES
    with transaction.atomic():
        invitation.save(force_insert=True)
        note(What.INVITED, in_words(invitation), operator=invitation.operator, venue=invitation.venue, who=by)
    return token


def invitation_with(token: str, now: datetime) -> Invitation | None:
    """The open invitation of this token; None for one that is unknown, used, revoked, expired, or whose maker may not
    give its role any more. All of these are one answer."""
    rows = Invitation.objects.select_related("operator", "venue", "made_by")
    found = rows.filter(token_hash=token_hash(token)).first()
    return found if found is not None and is_open(found, now) else None


def is_open(invitation: Invitation, now: datetime) -> bool:
    return invitation.state(now) == "open" and maker_may(invitation)


def maker_may(invitation: Invitation) -> bool:
    """Whether whoever made it may give its role now."""
    return Invitation.objects.filter(giver_may("made_by"), pk=invitation.pk).exists()


def accept(invitation: Invitation, person: User, now: datetime) -> Membership:
    """Give the person the role. A new person is saved here, in the same transaction.

    Raises InvitationGone and NameTaken where somebody was faster, and HasRole where it would change nothing or take
    something away; all of them leave everything as it was.
    """
    with transaction.atomic():
        open_one = Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None, expires_at__gt=now)
        if not open_one.update(used_at=now) or not maker_may(invitation):
            raise InvitationGone
        if person._state.adding:
            _save_new(person)
        if has_role(invitation, person):
            raise HasRole
        had = Membership.objects.filter(user=person, operator=invitation.operator, venue=invitation.venue).first()
        membership = had or Membership(user=person, operator=invitation.operator, venue=invitation.venue)
        membership.role = invitation.role
        Invitation.objects.filter(pk=invitation.pk).update(used_by=person)
        words = f"{in_words(invitation)}, invited by {invitation.made_by}"
        note(What.JOINED, words, operator=invitation.operator, venue=invitation.venue, who=person)
        membership.save()
    return membership


def has_role(invitation: Invitation, person: User) -> bool:
    """Whether this person has the role there already, or a higher one."""
    held = Membership.objects.filter(Q(venue=invitation.venue) | Q(venue=None), user=person)
    roles = held.filter(operator=invitation.operator).values_list("role", flat=True)
    return any(RANK[role] >= RANK[invitation.role] for role in roles)


def _save_new(person: User) -> None:
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        raise NameTaken from None


def revoke(invitation: Invitation, now: datetime) -> bool:
    """Make the link dead; whether it was open."""
    with transaction.atomic():
        rows = Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None)
        revoked = rows.update(revoked_at=now)
        if revoked:
            words = in_words(invitation)
            note(What.INVITATION_REVOKED, words, operator=invitation.operator, venue=invitation.venue)
    return bool(revoked)


def prune_invitations(now: datetime) -> int:
    """Remove what ran out three months ago: they name people."""
    return Invitation.objects.filter(expires_at__lt=now - KEPT).delete()[0]


def in_words(invitation: Invitation) -> str:
    """Such as "Sam, staff at The Lantern Yard"."""
    return f"{invitation.name}, {Role(invitation.role).value} at {invitation.venue or invitation.operator}"
