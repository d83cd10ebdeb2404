"""Menus, their categories, and the options that products offer."""

from typing import TYPE_CHECKING

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import path

from venues.admin.exchange import export_file, import_page
from venues.admin.history import RememberedAdmin
from venues.admin.lists import InScope
from venues.admin.scopes import groups_changeable, groups_seen, menus_changeable, menus_seen, whole_operators
from venues.admin.scoping import Rows, ScopedInline, person
from venues.admin.site import has_any, site
from venues.models import Category, Menu, Option, OptionGroup, User
from venues.roles import MANAGERS, operators_for

if TYPE_CHECKING:
    from django.urls import URLPattern


class CategoryInline(ScopedInline):
    model = Category
    show_change_link = True

    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(menu__in=menus_seen(user))


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
        return import_page(request, menu, self.admin_site.each_context(request), self.log_change)

    def file_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        menu = self.get_object(request, object_id)
        if menu is None:
            return self.not_there(request, object_id)
        return export_file(request, menu, name)


class CategoryAdmin(RememberedAdmin):
    list_display = ("name", "menu", "station", "position", "served_from", "served_until")
    list_filter = (("menu", InScope),)
    list_select_related = ("menu",)
    search_fields = ("name",)

    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(menu__in=menus_seen(user))

    def changeable(self, user: User, rows: Rows) -> Rows:
        return rows.filter(menu__in=menus_changeable(user))

    def was_seen(self, user: User, versions: Rows) -> Rows:
        return versions.filter(Q(operator__in=whole_operators(user)) | Q(menu__in=menus_changeable(user)))

    def choices(self, request: HttpRequest, field: str, rows: Rows) -> Rows:
        return rows.filter(pk__in=menus_changeable(person(request)).values("pk"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and has_any(request, menus_changeable)


class OptionInline(ScopedInline):
    model = Option

    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(group__in=groups_seen(user))


class OptionGroupAdmin(RememberedAdmin):
    list_display = ("name", "operator", "minimum", "maximum")
    list_filter = (("operator", InScope),)
    list_select_related = ("operator",)
    search_fields = ("name",)
    ordering = ("name", "pk")
    inlines = (OptionInline,)
    fixed = ("operator",)

    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=groups_seen(user).values("pk"))

    def changeable(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=groups_changeable(user).values("pk"))

    def was_seen(self, user: User, versions: Rows) -> Rows:
        return versions.filter(operator__in=operators_for(user, MANAGERS))

    def choices(self, request: HttpRequest, field: str, rows: Rows) -> Rows:
        return rows.filter(pk__in=operators_for(person(request), MANAGERS).values("pk"))


site.register(Menu, MenuAdmin)
site.register(Category, CategoryAdmin)
site.register(OptionGroup, OptionGroupAdmin)
