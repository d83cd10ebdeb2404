"""Menus and their categories."""

from typing import TYPE_CHECKING, Any

from django.contrib.admin import display
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from unfold.views import ChangeList

from venues.admin.history import RememberedAdmin
from venues.admin.lists import InScope
from venues.admin.schedule import ChangeInline
from venues.admin.scopes import (
    categories_changeable,
    categories_seen,
    managed_venues,
    menus_changeable,
    menus_seen,
    shared_or_own,
    whole_operators,
)
from venues.admin.scoping import OneOperatorForm, Rows, ScopedInline, asked_by, person
from venues.admin.site import has_any, site
from venues.admin.whose import SAY_WHOSE
from venues.models import Category, Menu, User
from venues.scheduling import take_back_of
from venues.signals import changing_together


class CategoryForm(OneOperatorForm):
    """Says in words what the database refuses, and whose a category may be."""

    asker: User

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        menu, venue = cleaned.get("menu"), cleaned.get("venue", self.instance.venue)
        if menu is not None and {"menu", "venue"}.intersection(self.changed_data):
            if venue is not None and venue.menu_id != menu.pk:
                self.add_error("menu", f"{venue} uses another menu.")
            elif venue is None and not menus_changeable(self.asker).filter(pk=menu.pk).exists():
                self.add_error("menu", SAY_WHOSE)
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        # Whose it is follows from the venue; left out, nobody would look for another of this name.
        left_out: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # Django's own name for it
        return left_out - {"whose"}


if TYPE_CHECKING:
    from django.urls import URLPattern


class CategoryInline(ScopedInline):
    """Those that its venues share; a venue's own have their list."""

    model = Category
    form = CategoryForm
    exclude = ("venue",)
    show_change_link = True

    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(venue=None, menu__in=menus_seen(user))


class MenuAdmin(RememberedAdmin):
    list_display = ("name", "operator")
    list_filter = (("operator", InScope),)
    list_select_related = ("operator",)
    search_fields = ("name",)
    ordering = ("name", "pk")
    inlines = (CategoryInline,)
    fixed = ("operator",)

    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=menus_seen(user).values("pk"))

    def changeable(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=menus_changeable(user).values("pk"))

    def was_seen(self, user: User, versions: Rows) -> Rows:
        return versions.filter(operator__in=whole_operators(user))

    def choices(self, request: HttpRequest, field: str, rows: Rows) -> Rows:
        return rows.filter(pk__in=whole_operators(person(request)).values("pk"))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        take_back_of([one.instance for one in formset.deleted_forms], timezone.now())
        super().save_formset(request, form, formset, change)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Operators: a menu that no venue uses yet would be no manager's to see."""
        return super().has_add_permission(request) and has_any(request, whole_operators)

    def get_urls(self) -> "list[URLPattern]":
        view = self.admin_site.admin_view
        return [
            path("<path:object_id>/files/", view(self.files_view), name="venues_menu_files"),
            path("<path:object_id>/files/<str:name>", view(self.file_view), name="venues_menu_file"),
            *super().get_urls(),
        ]

    def files_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Import and export: whoever sees the menu sees its files; what they may change with one, `planning` asks."""
        menu = self.get_object(request, object_id)
        if menu is None:
            return self.not_there(request, object_id)
        from venues.admin.exchange import import_page  # openpyxl would cost every start an eighth of a second

        return import_page(request, menu, self.admin_site.each_context(request), self.log_change)

    def file_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        menu = self.get_object(request, object_id)
        if menu is None:
            return self.not_there(request, object_id)
        from venues.admin.exchange import export_file

        return export_file(request, menu, name)


class _Categories(ChangeList):  # type: ignore[misc]  # unfold has no types
    """Places are changed in the list by those who may change all that they see in it: a field in it asks nobody."""

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        by = person(request)
        if categories_seen(by).exclude(pk__in=categories_changeable(by).values("pk")).exists():
            self.list_editable = ()


class CategoryAdmin(RememberedAdmin):
    """Those that venues share, and each venue's own."""

    form = CategoryForm
    list_display = ("name", "menu", "whose_it_is", "station", "position", "served_from", "served_until")
    list_display_links = ("name",)
    list_editable = ("position",)
    list_filter = (("menu", InScope), ("venue", InScope))
    list_select_related = ("menu", "venue")
    search_fields = ("name",)
    fixed = ("venue",)
    inlines = (ChangeInline,)

    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=categories_seen(user).values("pk"))

    def changeable(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=categories_changeable(user).values("pk"))

    def was_seen(self, user: User, versions: Rows) -> Rows:
        return versions.filter(shared_or_own(user, "menu"))

    def choices(self, request: HttpRequest, field: str, rows: Rows) -> Rows:
        user = person(request)
        return rows.filter(pk__in=(managed_venues(user) if field == "venue" else menus_seen(user)).values("pk"))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        take_back_of([obj], timezone.now())
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Rows) -> None:
        take_back_of(self.changeable(person(request), queryset), timezone.now())
        super().delete_queryset(request, queryset)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and has_any(request, menus_seen)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return _Categories

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """New places of several are one new menu for each venue."""
        if request.method != "POST" or "_save" not in request.POST:
            return super().changelist_view(request, extra_context)
        with changing_together(managed_venues(person(request)).values_list("pk", flat=True)):
            return super().changelist_view(request, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, form=asked_by(CategoryForm, person(request)), **kwargs)

    @display(description="whose", ordering="venue")
    def whose_it_is(self, category: Category) -> str:
        return f"only {category.venue}" if category.venue is not None else "shared"


site.register(Menu, MenuAdmin)
site.register(Category, CategoryAdmin)
