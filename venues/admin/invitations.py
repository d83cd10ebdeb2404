"""Invitations: a link for somebody who is to work here. Nobody invites to more than they have."""

from typing import Any

import segno
from django.contrib.admin import SimpleListFilter, action, display
from django.db.models import Case, Q, When
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from venues.addresses import invitation_page
from venues.admin.lists import InScope
from venues.admin.people import MembershipForm
from venues.admin.scopes import invitations_changeable, invitations_seen
from venues.admin.scoping import Rows, ScopedAdmin, asked_by, person
from venues.admin.site import site
from venues.invitations import invite, revoke
from venues.models import Invitation, User
from venues.roles import giver_may

STATES = {
    "open": "open",
    "used": "accepted",
    "revoked": "taken back",
    "expired": "not used in three days",
    "dead": "dead: whoever made it may not give this role any more",
}


class StateFilter(SimpleListFilter):
    title, parameter_name = "state", "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, words) for name, words in STATES.items() if name != "dead"]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        waits = Q(used_at=None, revoked_at=None)
        which = {
            "open": waits & Q(expires_at__gt=timezone.now()),
            "used": Q(used_at__isnull=False),
            "revoked": Q(revoked_at__isnull=False),
            "expired": waits & Q(expires_at__lte=timezone.now()),
        }
        return queryset.filter(which.get(self.value() or "", Q()))


class InvitationAdmin(ScopedAdmin):
    """Links are shown once, on the page that answers the form: not in a message, which would travel in a cookie."""

    list_display = ("name", "role", "place", "state", "made_by", "made_at", "expires_at", "used_by")
    list_filter = (
        StateFilter,
        "role",
        ("operator", InScope),
        ("venue", InScope),
    )
    list_select_related = ("operator", "venue", "made_by", "used_by")
    search_fields = ("name", "used_by__username")
    ordering = ("-pk",)
    fields = ("name", "role", "operator", "venue")
    deletes = False  # they say who let whom in
    actions = ("take_back",)
    asks_again = ("add",)

    def scope(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=invitations_seen(user).values("pk"))

    def changeable(self, user: User, rows: Rows) -> Rows:
        return rows.filter(pk__in=invitations_changeable(user).values("pk"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.fields
        return (*self.fields, "state", "made_by", "made_at", "expires_at", "used_by", "used_at", "revoked_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.get_fields(request, obj)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, form=asked_by(MembershipForm, person(request)), **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:  # of one that is made, nothing can be changed
            obj.new_token = invite(obj, person(request), timezone.now())

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        link = invitation_page(obj.new_token)
        code = segno.make(link, error="m", micro=False)
        context = {
            **self.admin_site.each_context(request),
            "title": f"The link for {obj.name}",
            "invitation": obj,
            "link": link,
            "code": code.svg_data_uri(scale=5, border=4, light="white"),
        }
        return TemplateResponse(request, "admin/new_invitation.html", context)

    @display(description="where")
    def place(self, invitation: Invitation) -> str:
        return str(invitation.venue or f"all venues of {invitation.operator}")

    @display(description="state")
    def state(self, invitation: Invitation) -> str:
        state = invitation.state(timezone.now())
        return STATES["dead" if state == "open" and not invitation.maker_may else state]  # type: ignore[attr-defined]

    def get_queryset(self, request: HttpRequest) -> Rows:
        may = Case(When(giver_may("made_by"), then=True), default=False)
        rows: Rows = super().get_queryset(request).annotate(maker_may=may)
        return rows

    @action(description="Take back: their links are dead at once", permissions=["change"])
    def take_back(self, request: HttpRequest, queryset: Rows) -> None:
        rows = self.changeable(person(request), queryset).select_related("operator", "venue").order_by("pk")
        done = sum(revoke(invitation, timezone.now()) for invitation in rows)
        self.message_user(request, "1 invitation taken back." if done == 1 else f"{done} invitations taken back.")


site.register(Invitation, InvitationAdmin)
