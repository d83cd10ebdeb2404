"""Who stands at the board, for the pages that open over it: each is one venue's, and speaks its time."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils import timezone
from django.views.decorators.cache import never_cache

from orders import fields
from orders.errors import Refused
from orders.models import Order
from orders.tables import now_in_ms
from orders.views.board import at_board
from venues.access import Pass
from venues.models import Table, User, Venue
from venues.roles import MANAGERS, venues_for

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody at a venue's board. `actor` is what history says: "SK on Bar tablet"."""

    held: Pass
    venue: Venue
    actor: str
    now: datetime

    @property
    def user_id(self) -> int | None:
        return self.held.user_id

    @property
    def person(self) -> User | None:
        """Who is logged in; None at a device, whoever holds it."""
        return User.objects.filter(pk=self.user_id).first() if self.user_id is not None else None

    @property
    def may_rotate(self) -> bool:
        """A new code means new paper: not for a tablet that anybody at the bar can reach."""
        user = self.person
        return user is not None and venues_for(user, MANAGERS).filter(pk=self.venue.pk).exists()

    def table(self, table_id: int) -> Table:
        """A table of this venue. Raises Http404 for another's, as for one that does not exist."""
        table = Table.objects.filter(venue_id=self.venue.pk, pk=table_id).first()
        if table is None:
            raise Http404
        return table

    def order(self, order_id: uuid.UUID) -> Order:
        """An order of this venue; likewise."""
        order = Order.objects.filter(venue_id=self.venue.pk, pk=order_id).select_related("paid_by").first()
        if order is None:
            raise Http404
        return order


def for_staff(view: Callable[Concatenate[HttpRequest, Staff, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """The view for the board of the address's `venue_id`: its device or its people; others go where `at_board` says."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, venue_id: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        held = at_board(request, venue_id)
        if isinstance(held, HttpResponse):
            return held
        try:
            initials = fields.initials(request.POST.dict())
        except Refused as refusal:
            return HttpResponseBadRequest(refusal.message)
        venue = Venue.objects.get(pk=held.venue_id)
        actor = f"{initials} on {held.actor}" if initials else held.actor
        with timezone.override(venue.zone):
            return view(request, Staff(held, venue, actor, now_in_ms()), *args, **kwargs)

    return guarded
