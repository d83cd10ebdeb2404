"""The audit log, to read. Nothing here writes: `venues.audit.note` does."""

from typing import Any

from django.contrib.admin import SimpleListFilter, display
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from venues.admin.scopes import managed_venues, people_seen, theirs
from venues.admin.scoping import Rows, ScopedAdmin, person
from venues.admin.site import site
from venues.audit import What
from venues.models import AuditEntry, User
from venues.roles import may_everything

MOST_CHOICES = 100


class WhatFilter(SimpleListFilter):
    title, parameter_name = "what", "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(what.value, str(what.label)) for what in What]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        return queryset.filter(what=self.value()) if self.value() else queryset


class WhoFilter(SimpleListFilter):
    """Those who still work here; whoever has left is found by their name."""

    title, parameter_name = "who", "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        people = people_seen(person(request)).order_by("username").values_list("pk", "username")
        return [(str(pk), name) for pk, name in people[:MOST_CHOICES]]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        return queryset.filter(who=self.value()) if (self.value() or "").isdecimal() else queryset


class VenueFilter(SimpleListFilter):
    """From the person's own venues: looking which ones there are entries of would read them all."""

    title, parameter_name = "venue", "venue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        venues = managed_venues(person(request)).order_by("name", "pk").values_list("pk", "name")
        return [(str(pk), name) for pk, name in venues[:MOST_CHOICES]]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        return queryset.filter(venue=self.value()) if (self.value() or "").isdecimal() else queryset


class AuditEntryAdmin(ScopedAdmin):
    list_display = ("at", "name", "words", "about", "operator", "venue", "address")
    list_filter = (
        WhatFilter,
        WhoFilter,
        VenueFilter,
        "at",
    )
    list_select_related = ("operator", "venue")
    search_fields = ("name", "about")
    ordering = ("-pk",)
    fields = readonly_fields = ("at", "name", "words", "about", "operator", "venue", "address", "kept_until")
    adds = changes = deletes = False
    actions = None
    show_full_result_count = False

    def scope(self, user: User, rows: Rows) -> Rows:
        """A superuser's all; logins of nobody are theirs alone."""
        if may_everything(user):
            return rows
        return rows.filter(theirs(user))

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        raise PermissionDenied  # it has none

    @display(description="what", ordering="what")
    def words(self, entry: AuditEntry) -> str:
        return str(What(entry.what).label) if entry.what in What.values else entry.what


site.register(AuditEntry, AuditEntryAdmin)
