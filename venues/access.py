"""From a credential to a pass: who stands at the door of a socket, and whether they may still be inside.

The role comes from the credential, never from what is asked for. Whatever the reason, a refusal looks the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import import_module
from typing import Any, Literal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from venues.catalogue import Catalogue
from venues.codes import code_is_right, new_token, table_id_in, token_hash
from venues.logins import person_in
from venues.models import Device, Member, Table, TableSession, User, Venue
from venues.roles import has_role_at, may_work_at

MEMBER_COOKIE = "ontap_member"
DEVICE_COOKIE = "ontap_device"
SESSION_ENDED = "session_ended"
REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client brought: at most one secret in the address, and its cookies where they may count."""

    device_key: str | None = None
    member_token: str | None = None
    cookies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pass:
    """Who may be on a socket, and by what: re-read every few seconds while the socket is open."""

    role: Literal["guest", "board"]
    venue_id: int
    actor: str
    kind: Literal["member", "open_table", "device", "login"]
    credential: int  # id of the member, table, device or user
    table_id: int | None = None
    table_number: str | None = None
    session_id: int | None = None
    verified: bool = True
    login_key: str = ""
    user_id: int | None = None


def admit_board(catalogue: Catalogue, credentials: Credentials) -> Pass | None:
    """A pass to the venue's board by device key, device cookie or a person's login; None where there is none."""
    return board_pass(catalogue.venue.pk, credentials)


def board_pass(venue_id: int, credentials: Credentials) -> Pass | None:
    """The same for pages, which need no catalogue: a venue that does not exist has no board."""
    for key in filter(None, (credentials.device_key, credentials.cookies.get(DEVICE_COOKIE))):
        device = device_with(key)
        if device is not None and device.venue_id == venue_id:
            return Pass("board", venue_id, device.name, "device", device.pk)
    if credentials.device_key is not None:
        return None
    login_key = credentials.cookies.get(settings.SESSION_COOKIE_NAME, "")
    user = user_logged_in(login_key) if login_key else None
    if user is None or not may_work_at(user, venue_id):
        return None
    return Pass("board", venue_id, user.get_username(), "login", user.pk, login_key=login_key, user_id=user.pk)


def admit_guest(catalogue: Catalogue, table_number: str, credentials: Credentials, now: datetime) -> Pass | None:
    """A pass to a table by member token (address or cookie), or none at all where the venue has open tables.

    Opens the table's session where this is its first socket, unless staff open the tables of this venue.
    """
    venue = catalogue.venue
    table = Table.objects.filter(venue_id=venue.pk, number=table_number, stopped_at=None).first()
    if table is None:
        return None
    token = credentials.member_token or credentials.cookies.get(MEMBER_COOKIE)
    member = member_with(token) if token else None
    if member is not None and member.table_id == table.pk and member.code_version == table.code_version:
        session = join_session(member, venue, now)
        if session is None and member.session_id is not None:
            return None  # its session has ended
        guest = Pass("guest", venue.pk, "guest", "member", member.pk, table.pk, table.number)
    elif credentials.member_token is None and catalogue.open_tables:
        session = open_session(table, venue, now)
        guest = Pass("guest", venue.pk, "guest", "open_table", table.pk, table.pk, table.number, verified=False)
    else:
        return None
    return replace(guest, session_id=session.pk if session is not None else None)


def member_for_code(code: str, now: datetime) -> tuple[Member, str] | None:
    """A new member for whoever holds a table's code, with the token; None where the code is not right.

    An unknown table and a wrong MAC answer alike. Opens no session: a link preview orders nothing.
    """
    table = table_with_code(code)
    if table is None:
        return None
    token = new_token()
    member = Member.objects.create(
        venue_id=table.venue_id,
        table=table,
        token_hash=token_hash(token),
        code_version=table.code_version,
        created_at=now,
    )
    return member, token


def table_with_code(code: str) -> Table | None:
    """The table whose printed code this is now."""
    table_id = table_id_in(code)
    table = Table.objects.select_related("venue").filter(pk=table_id).first() if table_id is not None else None
    # An unknown table costs the same comparison as a known one.
    right = code_is_right(code, table_id or 0, table.code_version if table is not None else 0)
    return table if table is not None and right else None


def member_with(token: str) -> Member | None:
    return Member.objects.select_related("session", "table").filter(token_hash=token_hash(token)).first()


def member_is_live(member: Member) -> bool:
    """Whether this phone's scan still counts: code not rotated, session not ended."""
    ended = member.session is not None and member.session.ended_at is not None
    return not ended and member.code_version == member.table.code_version


def device_with(key: str) -> Device | None:
    return Device.objects.filter(key_hash=token_hash(key), revoked_at=None).first()


def user_logged_in(login_key: str) -> User | None:
    """The active person behind a login cookie, whose second factor is not wanting."""
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    return person_in(store(login_key), timezone.now())


def join_session(member: Member, venue: Venue, now: datetime) -> TableSession | None:
    """The open session this member belongs to, joined or opened now; None where it ended or staff must open it."""
    if member.session is not None:
        return member.session if member.session.ended_at is None else None
    session = open_session(member.table, venue, now)
    if session is not None:
        # Only a member without a session may take one: two sockets of one phone at once agree.
        Member.objects.filter(pk=member.pk, session=None).update(session=session)
    return session


def open_session(table: Table, venue: Venue, now: datetime) -> TableSession | None:
    """The table's open session, opened now where the venue lets guests open it."""
    session = TableSession.objects.filter(table_id=table.pk, ended_at=None).first()
    if session is not None or venue.table_opening == "staff":
        return session
    return start_session(table, now)


def start_session(table: Table, now: datetime) -> TableSession:
    """The table's open session; when two start one at once, the one that was first."""
    try:
        with transaction.atomic():
            return TableSession.objects.create(venue_id=table.venue_id, table=table, opened_at=now, last_seen_at=now)
    except IntegrityError:
        return TableSession.objects.get(table_id=table.pk, ended_at=None)


def lost(passes: Iterable[Pass]) -> dict[Pass, str]:
    """Those of the passes that no longer hold, with why: SESSION_ENDED or REVOKED. One query a kind."""
    by_kind: dict[str, list[Pass]] = defaultdict(list)
    for held in passes:
        by_kind[held.kind].append(held)
    gone: dict[Pass, str] = {}
    if guests := by_kind["member"] + by_kind["open_table"]:
        gone |= _guests_lost(guests)
    if devices := by_kind["device"]:
        live = set(
            Device.objects.filter(pk__in={d.credential for d in devices}, revoked_at=None).values_list("pk", flat=True)
        )
        gone |= {held: REVOKED for held in devices if held.credential not in live}
    if logins := by_kind["login"]:
        for (key, venue_id), held_by in _grouped(logins).items():
            user = user_logged_in(key)
            if user is None:
                dismissed = not has_role_at(held_by[0].credential, venue_id)  # which ends the login too
                gone |= dict.fromkeys(held_by, REVOKED if dismissed else SESSION_ENDED)
            elif not may_work_at(user, venue_id):
                gone |= dict.fromkeys(held_by, REVOKED)
    return gone


def end_reasons(passes: Iterable[Pass]) -> dict[int, str]:
    """Why the sessions of these passes ended, by session."""
    ids = {held.session_id for held in passes if held.session_id is not None}
    return dict(TableSession.objects.filter(pk__in=ids, ended_at__isnull=False).values_list("pk", "end_reason"))


def _grouped(logins: list[Pass]) -> dict[tuple[str, int], list[Pass]]:
    groups: dict[tuple[str, int], list[Pass]] = defaultdict(list)
    for held in logins:
        groups[held.login_key, held.venue_id].append(held)
    return groups


def _guests_lost(guests: list[Pass]) -> dict[Pass, str]:
    tables = {
        pk: (stopped_at, opened)
        for pk, stopped_at, opened in Table.objects.filter(pk__in={g.table_id for g in guests}).values_list(
            "pk", "stopped_at", "venue__open_tables"
        )
    }
    ended = set(
        TableSession.objects.filter(
            Q(ended_at__isnull=False), pk__in={g.session_id for g in guests if g.session_id is not None}
        ).values_list("pk", flat=True)
    )
    live_members = set(
        Member.objects.filter(
            pk__in={g.credential for g in guests if g.kind == "member"}, code_version=F("table__code_version")
        ).values_list("pk", flat=True)
    )
    gone: dict[Pass, str] = {}
    for guest in guests:
        stopped_at, open_tables = tables.get(guest.table_id, (True, False))  # type: ignore[arg-type]
        if guest.kind == "member":
            allowed = guest.credential in live_members
        else:
            allowed = open_tables and settings.ONTAP_ALLOW_OPEN_TABLES
        if stopped_at or not allowed:
            gone[guest] = REVOKED
        elif guest.session_id in ended:
            gone[guest] = SESSION_ENDED
    return gone
