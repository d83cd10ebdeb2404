"""Alerts to look at and to mark as seen; whoever is told of them, with how the last message went."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import SimpleListFilter, action, display
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.db.models import F, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from ontap.alerts.delivering import plan_test
from ontap.alerts.keeping import mark_seen
from ontap.alerts.models import Alert, AlertDelivery, AlertTarget
from ontap.alerts.signing import secret_of
from venues.admin.lists import BoundedPaginator, InScope
from venues.admin.places import OfVenueInNumbers
from venues.admin.scopes import managed_venues, theirs, whole_operators
from venues.admin.scoping import OneOperatorForm, Rows, ScopedAdmin, asked_by, person
from venues.admin.site import manages, site
from venues.audit import What, note
from venues.models import Operator, User
from venues.roles import MANAGERS, operators_for


def open_alerts(request: HttpRequest) -> int:
    """How many alerts of this person's venues nobody looks after; for the badge in the sidebar."""
    if not manages(request):
        return 0
    return Alert.objects.filter(venue__in=managed_venues(person(request)), over_at=None, seen_at=None).count()


class Standing(SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("unseen", "Open, seen by nobody"), ("open", "Open"), ("over", "Over")]

    def queryset(self, request: HttpRequest, queryset: Rows) -> Rows:
        wanted: dict[str, dict[str, Any]] = {
            "unseen": {"over_at": None, "seen_at": None},
            "open": {"over_at": None},
            "over": {"over_at__isnull": False},
        }
        return queryset.filter(**wanted.get(self.value() or "", {}))


class AlertAdmin(OfVenueInNumbers, ScopedAdmin):
    list_display = ("kind", "venue", "what", "since", "state", "seen")
    list_filter = (Standing, ("venue", InScope), "kind")
    list_select_related = ("venue", "seen_by")
    search_fields = ("venue__name", "what")
    ordering = (F("over_at").desc(nulls_first=True), "-pk")
    sortable_by = ()
    paginator = BoundedPaginator
    fields = ("venue", "kind", "what", "todo", "since", "state", "seen", "told")
    readonly_fields = fields
    actions = ("mark_seen",)
    adds = changes = deletes = False

    @display(description="state")
    def state(self, alert: Alert) -> str:
        return "open" if alert.over_at is None else f"over since {_clock(alert, alert.over_at)}"

    @display(description="seen")
    def seen(self, alert: Alert) -> str:
        if alert.seen_at is None:
            return "by nobody yet" if alert.over_at is None else "-"
        return f"by {alert.seen_by or 'somebody'}, {_clock(alert, alert.seen_at)}"

    @display(description="who was told")
    def told(self, alert: Alert) -> str:
        """Those targets that this alert went to: a manager sees only how many of them are not theirs to see."""
        if alert.told_at is None:
            return "Nobody yet."
        rows = alert.deliveries.filter(event="opened").values_list("state", flat=True)
        done = sum(state == "done" for state in rows)
        return f"{done} of {len(rows)} targets." if rows else "Nobody: no target is set up for this venue."

    @action(description="Seen: I look after it", permissions=["view"])
    def mark_seen(self, request: HttpRequest, queryset: Rows) -> None:
        mine, now = person(request), timezone.now()
        done = sum(mark_seen(pk, mine, now) for pk in queryset.values_list("pk", flat=True))
        self.message_user(request, f"{done} marked as seen by {mine}.")


class TargetForm(OneOperatorForm):
    """Venue or operator, and an address of the kind that was chosen."""

    asker: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "operator" in self.fields:
            self.fields["operator"].required = False
            self.fields["operator"].help_text = "For all venues of it; for one venue, choose that instead."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        venue, operator = cleaned.get("venue"), cleaned.get("operator")
        if venue is not None:
            cleaned["operator"] = venue.operator
        elif "venue" in self.fields and operator is None:
            self.add_error("venue", "For which venue, or operator?")
        elif operator is not None and "venue" in self.fields and not self._has_all_of(operator):
            self.add_error("venue", "At which venue?")
        address, way = cleaned.get("address"), cleaned.get("way") or self.instance.way
        if address is not None:
            try:
                _check_address(way, address)
            except ValidationError as error:
                self.add_error("address", error)
        return cleaned

    def _has_all_of(self, operator: Operator) -> bool:
        return whole_operators(self.asker).filter(pk=operator.pk).exists()


class TargetAdmin(ScopedAdmin):
    """Secrets are shown on the page that answers the form, and again only as a new one."""

    form = TargetForm
    list_display = ("address", "way", "operator", "venue", "active", "last")
    list_filter = (("operator", InScope), ("venue", InScope), "way", "active")
    list_select_related = ("operator", "venue")
    search_fields = ("address", "venue__name")
    ordering = ("operator__name", "venue__name", "address", "pk")
    fields = ("way", "address", "operator", "venue", "active", "last")
    readonly_fields = ("last",)
    fixed = ("way", "operator", "venue")
    actions = ("send_test", "renew_secret")
    asks_again = ("add", "renew_secret")

    def scope(self, user: User, rows: Rows) -> Rows:
        """An operator's all; a manager's, those of their venues: the operator's own addresses are not theirs to see."""
        return rows.filter(theirs(user))

    def choices(self, request: HttpRequest, field: str, rows: Rows) -> Rows:
        if field == "operator":
            return rows.filter(pk__in=operators_for(person(request), MANAGERS).values("pk"))
        return super().choices(request, field, rows)

    def get_queryset(self, request: HttpRequest) -> Rows:
        newest = AlertDelivery.objects.filter(target=OuterRef("pk")).order_by("-planned_at", "-pk")
        columns = {f"last_{name}": Subquery(newest.values(name)[:1]) for name in ("state", "detail", "planned_at")}
        rows: Rows = super().get_queryset(request).annotate(**columns)
        return rows

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change=change, form=asked_by(TargetForm, person(request)), **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj is not None else tuple(name for name in self.fields if name != "last")

    @display(description="last message")
    def last(self, target: Any) -> str:
        if not settings.ONTAP_EMAIL_URL and target.way == "mail":
            return "Not sent: this installation has no mail server (ONTAP_EMAIL_URL)."
        state = getattr(target, "last_state", None)
        if state is None:
            return "None yet: send a test."
        words = {"planned": "on its way", "sending": "on its way", "failed": "tried again", "dead": "given up"}
        when = f"{target.last_planned_at:%d %b %H:%M} UTC"
        return ", ".join(word for word in (when, words.get(state, "told"), target.last_detail) if word)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        self._note(obj, "changed" if change else "added")

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        if obj.way != "webhook":
            return super().response_add(request, obj, post_url_continue)
        return self._secret_page(request, obj)

    @action(description="Send a test", permissions=["change"])
    def send_test(self, request: HttpRequest, queryset: Rows) -> None:
        rows = list(self.changeable(person(request), queryset))
        for target in rows:
            plan_test(target, timezone.now())
        self.message_user(request, f"{len(rows)} tests are on their way: look at “last message” in a few seconds.")

    @action(description="New secret: the webhook's former one is void at once", permissions=["change"])
    def renew_secret(self, request: HttpRequest, queryset: Rows) -> HttpResponse | None:
        rows = list(self.changeable(person(request), queryset).filter(way="webhook")[:2])
        if len(rows) != 1:
            self.message_user(request, "Choose one webhook.", messages.WARNING)
            return None
        AlertTarget.objects.filter(pk=rows[0].pk).update(secret_version=F("secret_version") + 1)
        self._note(rows[0], "a new secret")
        rows[0].refresh_from_db()
        return self._secret_page(request, rows[0])

    @staticmethod
    def _note(target: AlertTarget, done: str) -> None:
        note(What.ALERTS_SENT_TO, f"{target}: {done}", operator=target.operator, venue=target.venue)

    def _secret_page(self, request: HttpRequest, target: AlertTarget) -> HttpResponse:
        secret = secret_of(target.pk, target.secret_version)
        context = {"title": f"The secret of {target}", "target": target, "secret": secret}
        page = {**self.admin_site.each_context(request), **context}
        return TemplateResponse(request, "admin/alert_secret.html", page, status=HTTPStatus.OK)


def _check_address(way: str | None, address: str) -> None:
    """Where a webhook's name points to is looked at when it is called: it may change until then."""
    if way == "mail":
        EmailValidator("This is no e-mail address.")(address)
        return
    schemes = ["https", "http"] if settings.EMBEDDED else ["https"]
    URLValidator(schemes, message="This is no https address.")(address)
    if "@" in address.partition("//")[2].partition("/")[0] or "#" in address:
        raise ValidationError("Without a name, a password and a #: receivers check the signature instead.")


def _clock(alert: Alert, at: Any) -> str:
    return f"{at.astimezone(alert.venue.zone):%d %b %H:%M}"


site.register(Alert, AlertAdmin)
site.register(AlertTarget, TargetAdmin)
