"""The audit log's writer, called inside the change's transaction:

    note(What.DEVICE_REVOKED, device.name, venue=device.venue)

Who and from where come from the request at hand. An entry names things in words, never a key, a password or a code.
"""

import ipaddress
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from venues.acting import acting
from venues.models import AuditEntry, Operator, User, Venue

AT_ONCE = 2_000  # rows of one statement, so that none holds its locks for long
SAME_WITHIN = timedelta(minutes=1)


class What(models.TextChoices):
    """What may be noted. The words are kept for years: add, never rename."""

    LOGIN = "login", "logged in"
    LOGIN_FAILED = "login_failed", "failed to log in"
    LOGOUT = "logout", "logged out"
    PASSWORD_SET = "password_set", "set a password"
    FACTOR_RESET = "factor_reset", "reset a second factor"
    ROLE_GIVEN = "role_given", "gave a role"
    ROLE_CHANGED = "role_changed", "changed a role"
    ROLE_TAKEN = "role_taken", "took a role"
    INVITED = "invited", "invited somebody"
    INVITATION_REVOKED = "invitation_revoked", "revoked an invitation"
    JOINED = "joined", "accepted an invitation"
    DEVICE_MADE = "device_made", "made a device's key"
    DEVICE_REVOKED = "device_revoked", "revoked a device"
    AGENT_ENROLLED = "agent_enrolled", "connected an agent"
    AGENT_REVOKED = "agent_revoked", "revoked an agent"
    CODES_ROTATED = "codes_rotated", "changed a table's code"
    ALERTS_SENT_TO = "alerts_sent_to", "changed who hears of alerts"
    EXPORTED = "exported", "exported data"
    RESTORED = "restored", "restored a version"
    ERASED = "erased", "erased a guest's data"
    POLICY_CHANGED = "policy_changed", "changed a policy"
    PRUNED = "pruned", "old entries were removed"


def note(
    what: What,
    about: str = "",
    *,
    operator: Operator | None = None,
    venue: Venue | None = None,
    who: User | None = None,
) -> None:
    """Add an entry. Operators read those of their operator, managers those of their venues; superusers the rest.

    `who` is whoever sent the request, unless it is said. Append-only: a transaction that is rolled back leaves none.
    """
    person = who or acting().person
    now = timezone.now()
    AuditEntry.objects.create(
        at=now,
        kept_until=now + timedelta(days=settings.ONTAP_AUDIT_DAYS),
        what=what.value,
        about=about[:200],
        who=person,
        name=person.get_username() if person is not None else acting().name,
        operator_id=venue.operator_id if venue is not None else operator.pk if operator is not None else None,
        venue=venue,
        address=network_of(acting().address),
    )


def noted_lately(what: What, about: str, now: datetime) -> bool:
    """Whether the same was noted from here within a minute: a flood of tries is one entry a minute."""
    return AuditEntry.objects.filter(
        at__gt=now - SAME_WITHIN, what=what.value, about=about[:200], address=network_of(acting().address)
    ).exists()


def network_of(address: str) -> str:
    """The network of an address, /24 or /48: it tells here from elsewhere, and names nobody."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return str(ipaddress.ip_network((found, 48), strict=False))
        found = found.ipv4_mapped
    return str(ipaddress.ip_network((found, 24), strict=False))


def prune_audit(now: datetime) -> int:
    """Remove entries that are over; how many there were. Each pruning is an entry of each operator's that it touches.

    Once the oldest has been over for a day, so that one entry a day comes of it and not one an hour.
    """
    if not AuditEntry.objects.filter(kept_until__lt=now - timedelta(days=1)).exists():
        return 0
    removed: dict[int | None, int] = {}
    while over := dict(AuditEntry.objects.filter(kept_until__lt=now).values_list("pk", "operator_id")[:AT_ONCE]):
        AuditEntry.objects.filter(pk__in=over).delete()
        for operator_id in over.values():
            removed[operator_id] = removed.get(operator_id, 0) + 1
    operators = Operator.objects.in_bulk([pk for pk in removed if pk is not None])
    for pk, count in removed.items():
        note(What.PRUNED, f"{count} entries", operator=operators.get(pk or 0))
    return sum(removed.values())


def note_of_person(what: What, person: User | None, about: str = "", who: User | None = None) -> None:
    """An entry for each of the person's roles, so that whoever is in charge there can read it."""
    with transaction.atomic():
        for operator, venue in _houses(person):
            note(what, about, operator=operator, venue=venue, who=who)


def _houses(person: User | None) -> Iterator[tuple[Operator | None, Venue | None]]:
    roles = [] if person is None else list(person.memberships.select_related("operator", "venue").order_by("pk"))
    yield from ((role.operator, role.venue) for role in roles) if roles else ((None, None),)
