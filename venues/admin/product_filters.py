"""What the list of products is narrowed by beside its columns."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.http import HttpRequest

from venues.admin.scoping import Rows
from venues.models import Allergen


class AllergensConfirmed(SimpleListFilter):
    """Whether somebody has said something of all 14."""

    title = "allergens"
    parameter_name = "allergens"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "some not confirmed"), ("all", f"all {len(Allergen)} confirmed")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        if self.value() == "open":
            return queryset.filter(_confirmed__lt=len(Allergen))
        return queryset.filter(_confirmed=len(Allergen)) if self.value() == "all" else queryset
