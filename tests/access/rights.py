"""The words in which a row of the matrix says who may."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.access.cast import Place


class Who(StrEnum):
    """Everybody who may come to a door. Whoever works, works at Alice's first venue; an operator, for all of hers."""

    NOBODY = "nobody"
    PERSON = "a person without roles"
    STAFF = "staff"
    MANAGER = "a manager"
    OPERATOR = "an operator"
    SUPERUSER = "a superuser"
    DEVICE = "a device"
    MEMBER = "a member of a table"
    AGENT = "an agent"


class At(StrEnum):
    """Whose things are asked for."""

    OWN = "own venue"
    BESIDE = "another venue of the operator"
    OTHER = "another operator's venue"


ALL = frozenset(Who)
SUPERUSERS = frozenset({Who.SUPERUSER})
OPERATORS = SUPERUSERS | {Who.OPERATOR}
MANAGERS = OPERATORS | {Who.MANAGER}
"""Everybody whom the admin lets in."""
TEAM = MANAGERS | {Who.STAFF}
PEOPLE = TEAM | {Who.PERSON}


@dataclass(frozen=True, slots=True)
class May:
    """Who may, by whose things they are."""

    own: frozenset[Who] = frozenset()
    beside: frozenset[Who] = frozenset()
    other: frozenset[Who] = frozenset()

    def at(self, at: At) -> frozenset[Who]:
        return {At.OWN: self.own, At.BESIDE: self.beside, At.OTHER: self.other}[at]


EVERYBODY = May(ALL, ALL, ALL)
BOARD = May(TEAM | {Who.DEVICE}, OPERATORS, SUPERUSERS)
MENU = May(TEAM | {Who.DEVICE, Who.MEMBER}, OPERATORS, SUPERUSERS)
MEMBERS = May(frozenset({Who.MEMBER}))
MANAGING = May(MANAGERS, OPERATORS, SUPERUSERS)
SHARED = May(MANAGERS, MANAGERS, SUPERUSERS)
"""What is the operator's own, and seen at each of its venues."""
OPERATING = May(OPERATORS, OPERATORS, SUPERUSERS)
POWER = May(SUPERUSERS, SUPERUSERS, SUPERUSERS)
NOBODY = May()

# How an answer is summed up: its status, and where it leads.
OK, FORBIDDEN, NOT_FOUND = "200", "403", "404"
LOGIN, ADMIN_LOGIN, ADMIN_INDEX = "302 /login/", "302 /admin/login/", "302 /admin/"


@dataclass(frozen=True, slots=True)
class Refused:
    """What those hear who may not: visitors who have not logged in, people who manage nothing, people who do."""

    visitors: str
    people: str
    managers: str

    def to(self, who: Who) -> str:
        if who not in PEOPLE:
            return self.visitors
        return self.managers if who in MANAGERS else self.people


NO_SUCH_THING = Refused(NOT_FOUND, NOT_FOUND, NOT_FOUND)
LOG_IN = Refused(LOGIN, NOT_FOUND, NOT_FOUND)
NOT_IN_THE_ADMIN = Refused(ADMIN_LOGIN, ADMIN_LOGIN, NOT_FOUND)
NO_ROW_OF_THE_ADMIN = Refused(ADMIN_LOGIN, ADMIN_LOGIN, ADMIN_INDEX)
UNKNOWN_HERE = Refused("401", "401", "401")

Value = Callable[["Place"], Any]


@dataclass(frozen=True, slots=True)
class Row:
    """Who may use an address with a method, what they hear, and what the others hear.

    `parts` are values of the address beyond `cast.PARTS`; `sent` is the query of a GET and the form of a POST. Where
    what is sent names things (`names`), they are tried with another's venue too. `changes` says whether those who may
    write something by it; None where it depends on who they are.
    """

    may: May
    answer: str = OK
    refused: Refused = NO_SUCH_THING
    parts: Mapping[str, Value | str] = field(default_factory=dict)
    sent: Value | None = None
    json: bool = False
    changes: bool | None = False
    forbidden: frozenset[Who] = frozenset()
    """Those at the own venue who see the thing and are told that this is not for them: 403."""
    address: str = ""
    """For a route that is a regular expression."""


@dataclass(frozen=True, slots=True)
class AdminRow:
    """Who may do what with the rows of a model in the admin."""

    sees: May = MANAGING
    changes: May = MANAGING
    deletes: May = MANAGING
    adds: frozenset[Who] = MANAGERS
    history: May | None = None
    """Who reads its history; None for whoever sees the row."""
    actions: Mapping[str, May] = field(default_factory=dict)
    inlines: tuple[str, ...] = ()
    quiet: frozenset[str] = frozenset()
    """Actions that write nothing by themselves, or nothing about the cast's row."""
