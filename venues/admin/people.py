"""People and their roles. A person is nobody's: an operator changes those who work for them and for nobody else."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib.admin import action, display
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.forms import UserChangeForm as StockChangeForm
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from venues.admin.history import RememberedAdmin
from venues.admin.lists import InScope
from venues.admin.scopes import (
    may_be_given,
    memberships_changeable,
    memberships_seen,
    people_changeable,
    people_seen,
    whole_operators,
)
from venues.admin.scoping import OneOperatorForm, Rows, ScopedAdmin, ScopedInline, asked_by, person
from venues.admin.site import site
from venues.logins import reset_factor
from venues.models import LoginTries, Membership, Role, User
from venues.roles import may_everything, may_give
from venues.second_factor import app_of, is_bound, recovery_codes_left
from venues.tries import forget_tries, locked_until

if TYPE_CHECKING:
    _StockUserAdmin = StockUserAdmin[User]
    _NewPersonForm = AdminUserCreationForm[User]
    _PersonForm = StockChangeForm[User]
else:
    _StockUserAdmin, _NewPersonForm, _PersonForm = StockUserAdmin, UserCreationForm, UserChangeForm


class MembershipForm(OneOperatorForm):
    """A role for all venues of an operator, or at one venue; the operator follows from the venue."""

    asker: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "operator" in self.fields:
            self.fields["operator"].required = False
        if "role" in self.fields and not whole_operators(self.asker).exists():
            cast(forms.ChoiceField, self.fields["role"]).choices = [(Role.STAFF.value, Role.STAFF.label)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "role" not in self.fields:
            return cleaned  # a page to look at, as an invitation's is once it is made
        role, venue = cleaned.get("role"), cleaned.get("venue")
        if role == Role.OPERATOR and venue is not None:
            self.add_error("venue", "An operator works at all venues: leave this empty.")
        elif role in (Role.MANAGER, Role.STAFF) and venue is None:
            self.add_error("venue", "At which venue?")
        elif venue is not None:
            cleaned["operator"] = venue.operator
        operator = cleaned.get("operator")
        if operator is None and not self.errors:
            self.add_error("operator", "For which operator?")
        elif operator is not None and role != Role.STAFF and not whole_operators(self.asker).filter(pk=operator.pk):
            self.add_error("role", "Only an operator gives this role.")
        return cleaned


class _OfMemberships:
    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=memberships_seen(user).values("pk"))

    def changeable(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=memberships_changeable(user).values("pk"))


class MembershipInline(_OfMemberships, ScopedInline):
    """Those that may be changed: a person's roles elsewhere are not shown."""

    model = Membership
    fields = ("role", "operator", "venue")

    def get_queryset(self, request: HttpRequest) -> Rows:
        return self.changeable(person(request), super().get_queryset(request))

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        if obj is None and not may_everything(person(request)):
            # Without a role nobody but a superuser would ever see the person again.
            kwargs |= {"min_num": 1, "validate_min": True}
        return super().get_formset(request, obj, form=asked_by(MembershipForm, person(request)), **kwargs)


class MembershipAdmin(_OfMemberships, RememberedAdmin):
    list_display = ("user", "role", "operator", "venue")
    list_filter = (("operator", InScope), ("venue", InScope), "role")
    list_select_related = ("user", "operator", "venue")
    search_fields = ("user__username", "user__first_name", "user__last_name", "venue__name")
    ordering = ("user__username", "pk")
    fields = ("user", "role", "operator", "venue")
    autocomplete_fields = ("user",)
    fixed = ("user",)
    asks_again = ("add", "change", "delete", "delete_selected")

    def was_seen(self, user: User, versions: Rows) -> Rows:
        return versions.filter(may_be_given(user))

    def faults_of(self, request: HttpRequest, row: Any) -> list[str]:
        may = may_give(person(request), row.role, row.operator_id, row.venue_id)
        return [] if may else ["This role is not yours to give."]

    def may_point(self, request: HttpRequest, holder: Any, field: str, rows: Rows) -> Rows:
        """Whoever had the role may have no other by which this person would see them."""
        return rows.filter(is_superuser=False) if field == "user" else super().may_point(request, holder, field, rows)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, form=asked_by(MembershipForm, person(request)), **kwargs)


class NewPersonForm(_NewPersonForm):
    class Meta:
        model = User
        fields = ("username",)


class PersonForm(_PersonForm):
    class Meta:
        model = User
        fields = "__all__"


class UserAdmin(ScopedAdmin, _StockUserAdmin):
    form, add_form, change_password_form = PersonForm, NewPersonForm, AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "is_active", "has_app", "last_login")
    list_filter = ("is_active",)
    ordering = ("username",)
    search_fields = ("username", "first_name", "last_name", "email")
    inlines = (MembershipInline,)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined", "second_factor", "wrong_tries")
    actions = ("unlock", "reset_second_factor")
    asks_again = ("add", "change", "delete", "password", "delete_selected", "reset_second_factor")
    add_fieldsets = ((None, {"fields": ("username", "usable_password", "password1", "password2")}),)
    ours = ((None, {"fields": ("username", "password", "first_name", "last_name", "email", "is_active")}),)

    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=people_seen(user).values("pk"))

    def changeable(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=people_changeable(user).values("pk"))

    def get_queryset(self, request: HttpRequest) -> Rows:
        app = TOTPDevice.objects.filter(user_id=OuterRef("pk"), confirmed=True)
        people: Rows = super().get_queryset(request).annotate(has_app=Exists(app))
        return people

    @display(description="second factor", ordering="has_app")
    def has_app(self, user: User) -> str:
        return "App" if user.has_app else "-"  # type: ignore[attr-defined]  # of the list's own query

    @display(description="second factor")
    def second_factor(self, user: User) -> str:
        app = app_of(user)
        if app is not None:
            left = recovery_codes_left(user)
            return f"App since {app.created_at:%d %B %Y}, {left} recovery codes left. Lost? Reset it in the list."
        return "None yet; asked for at the next login." if is_bound(user) else "None, and none is asked for."

    @display(description="wrong tries")
    def wrong_tries(self, user: User) -> str:
        row = LoginTries.objects.filter(user=user).first()
        until = locked_until(row, timezone.now()) if row is not None else None
        return "Not locked." if until is None else f"Locked until {until:%H:%M} UTC. Unlock them in the list."

    @action(description="Unlock: they may try again at once", permissions=["change"])
    def unlock(self, request: HttpRequest, queryset: Rows) -> None:
        people = list(self.changeable(person(request), queryset))
        for one in people:
            forget_tries(one.pk)
        self.message_user(request, f"{len(people)} unlocked.")

    @action(description="Reset a lost second factor: they set up an app at their next login", permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, queryset: Rows) -> None:
        people = list(self.changeable(person(request), queryset))
        for one in people:
            reset_factor(one)
        self.message_user(request, f"{len(people)} reset. Their logins have ended.")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        dates = ("Login", {"fields": ("second_factor", "wrong_tries", "last_login", "date_joined")})
        power = (("Power over everything", {"fields": ("is_superuser",)}),) if may_everything(person(request)) else ()
        return (*self.ours, *power, dates)


site.register(User, UserAdmin)
site.register(Membership, MembershipAdmin)
