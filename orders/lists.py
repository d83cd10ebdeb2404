"""How the admin's list of orders is narrowed: by time, by state, by a number, a table or an id."""

import uuid
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Q
from django.http import HttpRequest

from orders.states import OPEN, State
from venues.admin.lists import Lately
from venues.admin.scoping import Rows

LARGEST = 2**31 - 1  # of a column of orders' numbers


class Placed(Lately):
    column = "placed_at"


class Standing(SimpleListFilter):
    """By state. Those that are not finished are found by the index of the open ones."""

    title = parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), *((state, state.capitalize()) for state in State.ALL)]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        state = self.value()
        if state == "open" or state in OPEN:
            queryset = queryset.filter(finished_at=None)
        return queryset.filter(state=state) if state in State.ALL else queryset


def search(rows: Rows, everything: Rows, term: str) -> Rows:
    """Of the rows, those with this number or at this table; of everything, whenever it was, the one with this id."""
    term = term.strip()
    if not term:
        return rows
    try:
        return everything.select_related("venue").filter(pk=uuid.UUID(term))
    except ValueError:
        number = int(term) if term.isdecimal() and term.isascii() and len(term) < 11 else LARGEST + 1
        found = Q(table_number__iexact=term) | Q(moved_from__iexact=term)
        return rows.filter(found | Q(number=number) if number <= LARGEST else found)
