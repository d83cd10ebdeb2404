"""The base of every admin: what a person may see, and of that what they may change, both as querysets.

Lists, forms, choices, autocompletes, actions and direct addresses all start from `scope`, so another operator's row is
a row that does not exist.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.contrib.admin import ShowFacets
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin, TabularInline

from venues.admin.asking import let_ask
from venues.admin.searched import Searched
from venues.admin.site import manages, site
from venues.models import Operator, User

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin as StockAdmin
    from django.contrib.admin import TabularInline as StockInline
    from django.contrib.admin.options import BaseModelAdmin

    _Admin = StockAdmin[Any]
    _Inline = StockInline[Any, Any]
    _Mixin = BaseModelAdmin[Any]
    _Form = forms.ModelForm[Any]
else:
    _Admin, _Inline, _Mixin, _Form = ModelAdmin, TabularInline, object, forms.ModelForm

Rows = QuerySet[Any]
F = TypeVar("F", bound="OneOperatorForm")


def person(request: HttpRequest) -> User:
    """Who asks; the site lets nobody else in."""
    assert isinstance(request.user, User)
    return request.user


def operator_id_of(row: Model) -> int | None:
    """The operator whose this row is; None for people, who are nobody's."""
    if isinstance(row, Operator):
        return row.pk
    for name in ("operator_id", "venue", "group", "product", "category", "menu"):  # a new row has no operator_id yet
        found = getattr(row, name, None)
        if isinstance(found, Model):
            return operator_id_of(found)
        if found is not None:
            return int(found)
    return None


class OneOperatorForm(_Form):
    """A form whose row and everything it points to are of one operator.

    The database refuses the rest too, but only at the end of the transaction and in its own words.
    """

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        named: list[Any] = [value for value in cleaned.values() if isinstance(value, Model)]
        for field in self.instance._meta.concrete_fields:
            if isinstance(field, ForeignKey) and field.name not in cleaned and field.is_cached(self.instance):
                named.append(getattr(self.instance, field.name))
        if self.instance.pk is not None:
            named.append(self.instance)
        owners = {owner for row in named if isinstance(row, Model) and (owner := operator_id_of(row)) is not None}
        if len(owners) > 1:
            raise forms.ValidationError("These belong to different operators.")
        return cleaned


def asked_by(form: type[F], user: User) -> type[F]:
    """The form with the person who fills it, as `asker`: a class for this request alone."""
    return type(form.__name__, (form,), {"asker": user})


class _Scoped(_Mixin):
    """What admins and inlines share."""

    adds = changes = deletes = True
    fixed: tuple[str, ...] = ()
    """Fields that are chosen once: the row would take its history along."""
    moving: tuple[str, ...] = ()
    """Fields that others write while a form is open: what counts as changed is what this person changed."""

    def scope(self, user: User, rows: Rows) -> Rows:
        """Those of the rows that this person may see."""
        raise NotImplementedError

    def changeable(self, user: User, rows: Rows) -> Rows:
        """Those that they may change; what they may see, unless it is said."""
        return self.scope(user, rows)

    def choices(self, request: HttpRequest, field: str, rows: Rows) -> Rows:
        """What a field may point to: whatever this person may see, unless it is said."""
        admin = site._registry[rows.model]
        assert isinstance(admin, ScopedAdmin)
        return admin.scope(person(request), rows)

    def get_queryset(self, request: HttpRequest) -> Rows:
        return self.scope(person(request), super().get_queryset(request))

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> Rows:
        rows = super().get_field_queryset(db, db_field, request)
        related = db_field.remote_field.model
        return self.choices(request, db_field.name, related._default_manager.all() if rows is None else rows)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget  # a bin beside a choice looks like "none", and deletes what is chosen
        if field is not None and db_field.name in self.moving:
            field.show_hidden_initial = True
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = Searched(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields + self.fixed if obj is not None else fields


class ScopedAdmin(_Scoped, _Admin):
    """The base of every admin of ours."""

    form: Any = OneOperatorForm
    view_on_site = False
    show_facets = ShowFacets.NEVER  # counting every filter's rows costs a query each
    show_full_result_count = False  # it counts the whole table, whoever asks
    list_per_page = 50
    asks_again: tuple[str, ...] = ()
    """Pages and actions that ask for the password again, if it was not given lately: of "add", "change", "delete",
    "password" and names of actions. Where a page does nothing else it asks before the form is filled in."""

    def get_urls(self) -> Any:
        urls = super().get_urls()
        let_ask(urls, self.asks_again)
        return urls

    def get_ordering(self, request: HttpRequest) -> Any:
        # Autocompletes page through rows, which needs an order.
        return super().get_ordering(request) or self.opts.ordering or ("pk",)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Not by a hash: a list can be filtered by every column of its own, which would tell one letter by letter."""
        return "_hash" not in lookup and super().lookup_allowed(lookup, value, request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_changed(obj, form.changed_data, is_new=not change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        for row in formset.deleted_objects:
            row.delete()
        for row, changed in formset.changed_objects:
            save_changed(row, changed, is_new=False)
        for row in formset.new_objects:
            row.save()
        formset.save_m2m()

    def delete_queryset(self, request: HttpRequest, queryset: Rows) -> None:
        self.changeable(person(request), queryset).delete()

    def not_there(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What every page of the admin answers for a row that is not in this person's scope, or that does not exist."""
        answer: HttpResponse = self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        return answer

    def has_module_permission(self, request: HttpRequest) -> bool:
        return manages(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return manages(request) and (obj is None or self._holds(self.scope, request, obj))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.adds and manages(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.changes and manages(request) and (obj is None or self._holds(self.changeable, request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.deletes and manages(request) and (obj is None or self._holds(self.changeable, request, obj))

    def _holds(self, which: Any, request: HttpRequest, obj: Any) -> bool:
        """Asked up to nine times for one page. While nothing is written, one query answers them."""
        known: dict[object, bool] = request.__dict__.setdefault("_holds", {}) if request.method == "GET" else {}
        key = which.__func__, self.model, obj.pk
        if key not in known:
            rows: Rows = which(person(request), self.model._default_manager.all())
            known[key] = rows.filter(pk=obj.pk).exists()
        return known[key]


class ScopedInline(_Scoped, _Inline):
    """Rows of the object on the page: who may change that may change these."""

    form = OneOperatorForm
    extra = 0

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """With its choices read once for the page, and not again by each row; what is sent is looked up anew."""
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        searched = db_field.name in self.get_autocomplete_fields(request)
        if field is not None and db_field.remote_field.model is not self.parent_model and not searched:
            read: dict[object, Any] = request.__dict__.setdefault("_choices", {})
            key = type(self), db_field.name
            if key not in read:
                read[key] = list(iter(field.choices))  # a list made of the choices themselves would count them before
            field.choices = read[key]
        return field

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return manages(request)

    def has_add_permission(self, request: HttpRequest, obj: Any) -> bool:  # type: ignore[override]  # as Django calls it
        return self.adds and manages(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.changes and manages(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.deletes and manages(request)


def save_changed(row: Model, changed: Iterable[str], *, is_new: bool) -> None:
    """Save what the person changed and nothing else.

    A form may have been open for minutes: saved whole, it would put back the stock that orders have taken since.
    """
    if is_new:
        row.save()
        return
    columns = {field.name for field in row._meta.concrete_fields}
    fields = [name for name in changed if name in columns]
    if fields:
        row.save(update_fields=fields)
