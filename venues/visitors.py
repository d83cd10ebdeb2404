"""Whose browser asks for a page: its cookies judged as a socket would judge them, without opening anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, Literal

from django.conf import settings

from venues.access import (
    DEVICE_COOKIE,
    MEMBER_COOKIE,
    Credentials,
    board_pass,
    device_with,
    member_is_live,
    member_with,
    user_logged_in,
)
from venues.catalogue import Catalogue
from venues.codes import token_hash
from venues.models import Device, Member, Table
from venues.roles import venues_for

# A table's session without an order or a socket for this long ends.
SESSION_IDLE = timedelta(hours=4)
DASHBOARD = "dashboard"  # as a table number: the board


@dataclass(frozen=True, slots=True)
class Standing:
    """Who somebody is here. Without `venue_id`: a person who has not said at which venue; without `expires`: no end."""

    role: Literal["guest", "board"]
    venue_id: int | None
    table_number: str | None = None
    expires: datetime | None = None


class NoStanding(Exception):
    """These cookies open nothing; says why to whoever holds them."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def standing_of(cookies: Mapping[str, str], venue_id: int | None, table_number: str | None) -> Standing:
    """Who the cookies' holder is now, at the venue and table (or `dashboard`) that is meant, where one is.

    Raises NoStanding for what would be refused at the handshake: ended, rotated, revoked, stopped, another's, unknown.
    """
    if table_number == DASHBOARD:
        return _at_board(cookies, venue_id)
    if table_number is not None:
        return _at_table(cookies, venue_id, table_number)
    try:
        return _at_table(cookies, venue_id, None)
    except NoStanding as guest:
        try:
            return _at_board(cookies, venue_id)
        except NoStanding as board:
            raise (board if guest.code == "no_credential" else guest) from None


def may_read_menu(catalogue: Catalogue, token: str | None, cookies: Mapping[str, str]) -> bool:
    """Whether somebody may order or work at this venue. A token stands alone: cookies beside it say nothing."""
    venue_id = catalogue.venue.pk
    if token is not None:
        device = device_with(token)
        return _is_guest(token, venue_id) or (device is not None and device.venue_id == venue_id)
    if catalogue.open_tables or _is_guest(cookies.get(MEMBER_COOKIE), venue_id):
        return True
    return board_pass(venue_id, Credentials(cookies=cookies)) is not None


def _is_guest(token: str | None, venue_id: int) -> bool:
    member = member_with(token) if token else None
    return member is not None and member.venue_id == venue_id and member_is_live(member)


def _at_table(cookies: Mapping[str, str], venue_id: int | None, table_number: str | None) -> Standing:
    token = cookies.get(MEMBER_COOKIE)
    member = member_with(token) if token else None
    if member is not None and venue_id in (None, member.venue_id) and table_number in (None, member.table.number):
        if member.session is not None and member.session.ended_at is not None:
            raise NoStanding("session_ended", "This table was cleared. Scan the code on the table again.")
        if member_is_live(member):
            return _unless_stopped(member.table, member)
    if venue_id is not None and table_number is not None and settings.ONTAP_ALLOW_OPEN_TABLES:
        table = Table.objects.filter(venue_id=venue_id, number=table_number, venue__open_tables=True).first()
        if table is not None:
            return _unless_stopped(table, None)
    if member is not None and not member_is_live(member):
        raise NoStanding("code_rotated", "The code on this table has changed. Scan the new one.")
    raise _no_credential()


def _unless_stopped(table: Table, member: Member | None) -> Standing:
    if table.stopped_at is not None:
        raise NoStanding("table_stopped", "Staff have stopped orders from this table.")
    session = member.session if member is not None else None
    return Standing("guest", table.venue_id, table.number, session.last_seen_at + SESSION_IDLE if session else None)


def _at_board(cookies: Mapping[str, str], venue_id: int | None) -> Standing:
    key = cookies.get(DEVICE_COOKIE)
    device = Device.objects.filter(key_hash=token_hash(key)).first() if key else None
    known = device is not None and venue_id in (None, device.venue_id)
    if device is not None and known and device.revoked_at is None:
        return Standing("board", device.venue_id)
    login_key = cookies.get(settings.SESSION_COOKIE_NAME)
    user = user_logged_in(login_key) if login_key else None
    if login_key is not None and user is not None:
        venues = venues_for(user)
        if (venues if venue_id is None else venues.filter(pk=venue_id)).exists():
            store: Any = import_module(settings.SESSION_ENGINE).SessionStore
            return Standing("board", venue_id, expires=store(login_key).get_expiry_date())
    if known:
        raise NoStanding("revoked", "This device's key was revoked. Ask a manager for a new one.")
    raise _no_credential()


def _no_credential() -> NoStanding:
    return NoStanding("no_credential", "Scan the code on your table, or log in.")
