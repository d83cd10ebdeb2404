"""What keeps a list quick over a million rows: filters that need not read it, a count with an end, and lately first."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.admin import RelatedFieldListFilter, SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property

from venues.admin.site import site
from venues.models import User

if TYPE_CHECKING:
    from django.db.models import QuerySet

    _Paginator = Paginator[Any]
    Rows = QuerySet[Any]
else:
    _Paginator = Paginator


class InScope(RelatedFieldListFilter):
    """Of another model, the rows that this person may see; nothing to choose where that is one.

    Django's own, which leaves out those that no row of the list points to, reads the whole list to know them.
    """

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        admin: Any = site._registry[field.remote_field.model]
        assert isinstance(request.user, User)
        rows = admin.scope(request.user, field.remote_field.model._default_manager.all())
        return [(row.pk, str(row)) for row in rows.order_by(*admin.get_ordering(request))]


class BoundedPaginator(_Paginator):
    """Counts to MOST and says that there are more: to count a million takes longer than to show the newest of them."""

    MOST = 10_000
    template_name = "admin/bounded_pagination.html"

    @cached_property
    def _counted(self) -> int:
        rows: Rows = self.object_list  # type: ignore[assignment]  # a list of the admin
        return rows.order_by().values("pk")[: self.MOST + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self._counted, self.MOST)

    @property
    def is_cut(self) -> bool:
        return self._counted > self.MOST


class Lately(SimpleListFilter):
    """Rows of the last 28 days, unless another time is chosen: what is asked for daily is among them, and a search for
    what is not there need not read what is years old."""

    title = "when"
    parameter_name = "days"
    column: str
    """When a row came to be: a column that never changes."""
    DAYS = 28

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Last 24 hours"), ("7", "Last 7 days"), ("all", "Any time")]

    def choices(self, changelist: ChangeList) -> Any:
        for number, choice in enumerate(super().choices(changelist)):
            yield choice if number else {**choice, "display": f"Last {self.DAYS} days"}

    def queryset(self, request: HttpRequest, queryset: "Rows") -> "Rows":
        if self.value() == "all":
            return queryset
        days = {"1": 1, "7": 7}.get(self.value() or "", self.DAYS)
        return queryset.filter(**{f"{self.column}__gte": timezone.now() - timedelta(days=days)})
