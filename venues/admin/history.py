"""The history page of an object, and restoring: for every model whose versions are kept.

Scope: an object's versions are seen by whoever sees the object; those of a deleted one by whoever could see it at the
end, as each admin says in `was_seen`. Nothing here finds a version by its id alone.
"""

import datetime as dt
import zoneinfo
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms.models import _get_foreign_key
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.dateparse import parse_datetime

from venues.admin.asking import let_ask
from venues.admin.scopes import managed_venues
from venues.admin.scoping import Rows, ScopedAdmin, operator_id_of, person
from venues.audit import What, note
from venues.history import DELETED, has_history, versions_of
from venues.models import Operator, User, Venue
from venues.restoring import Plan, bring_along, plan_for, restore
from venues.versions import Kind, Words, acts_of

ACTS_ON_A_PAGE = 40
LATELY = 100  # deleted objects on their list


class RememberedAdmin(ScopedAdmin):
    """The base of admins whose rows have a history."""

    lists_deleted = True
    """Whether deleted objects are listed and can be put back. Not where too much went with them."""

    def was_seen(self, user: User, versions: Rows) -> Rows:
        """Those of the last versions of deleted objects that this person could see; none, unless it is said."""
        return versions.none()

    def faults_of(self, request: HttpRequest, row: Any) -> list[str]:
        """Why this person may not make the row what it is now about to be; a reason more than the form's own."""
        return []

    def get_urls(self) -> Any:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        own = [
            path("deleted/", view(self.deleted_view), name=f"{name}_deleted"),
            path(
                "<path:object_id>/history/<slug:kind>/<int:version>/", view(self.restore_view), name=f"{name}_restore"
            ),
        ]
        let_ask(own, ("restore",) if "change" in self.asks_again else ())
        return [*own, *super().get_urls()]

    @property
    def deleted_page(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_deleted")

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        found = self._found(request, object_id)
        if isinstance(found, HttpResponse):
            return found
        obj, gone = found
        zone = zone_of(obj or gone, person(request))
        before = _moment(request.GET.get("before", ""))
        acts, older = acts_of(self._kinds(request, obj or gone), before, ACTS_ON_A_PAGE, zone)
        page = {
            "acts": acts,
            "older": urlencode({"before": older.isoformat()}) if older is not None else "",
            "newest": before is None,
            "gone": gone,
            "may_restore": self._may_restore(request, obj),
        }
        return self._page(request, "admin/history.html", obj or gone, zone, page)

    def restore_view(self, request: HttpRequest, object_id: str, kind: str, version: int) -> HttpResponse:
        """The question what would change; its answer does it."""
        found = self._found(request, object_id)
        if isinstance(found, HttpResponse):
            return found
        obj, gone = found
        if not self._may_restore(request, obj):
            raise PermissionDenied
        kinds = {str(one.model._meta.model_name): one for one in self._kinds(request, obj or gone)}
        chosen = kinds.get(kind)
        row = chosen.versions.filter(pk=version).first() if chosen is not None else None
        if chosen is None or row is None or (obj is None and not chosen.own):
            raise Http404
        zone = zone_of(obj or gone, person(request))
        with transaction.atomic():
            plan = self._plan(request, chosen, row, zone, [one for one in kinds.values() if not one.own])
            moved = request.method == "POST" and request.POST.get("newest") != str(plan.newest)
            if request.method == "POST" and not moved and not plan.faults and (plan.is_new or plan.columns):
                return self._restored(request, plan, chosen, row, zone)
        words = Words(zone)
        words.learn(chosen.model, [row])
        page = {
            "plan": plan,
            "moved": moved,
            "name": words.name_of(chosen.model, row),
            "kind": chosen.model._meta.verbose_name,
            "at": row.history_date,
            "by": row.by,
            "history": reverse(f"admin:{self._name('history')}", args=[quote((obj or gone).id)]),
        }
        return self._page(request, "admin/restore.html", obj or gone, zone, page)

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        """What was deleted lately and could be seen by this person."""
        user = person(request)
        if not self.lists_deleted:
            raise Http404
        if not self.has_view_permission(request):
            raise PermissionDenied
        there = self.model._base_manager.values("pk")
        last = self.was_seen(user, versions_of(self.model).filter(history_type=DELETED)).exclude(id__in=there)
        rows = list(last.order_by("-pk")[:LATELY])
        zone = zone_of(None, user)
        words = Words(zone)
        words.learn(self.model, rows)
        seen: dict[int, Any] = {}
        for row in rows:  # the last time, where it was put back and deleted again
            seen.setdefault(row.id, row)
        page = {
            "rows": [
                {
                    "name": words.name_of(self.model, row),
                    "at": row.history_date,
                    "by": row.by,
                    "history": reverse(f"admin:{self._name('history')}", args=[quote(row.id)]),
                    "restore": reverse(
                        f"admin:{self._name('restore')}", args=[quote(row.id), self.opts.model_name, row.pk]
                    ),
                }
                for row in seen.values()
            ],
            "may_restore": self._may_restore(request, None),
            "list": reverse(f"admin:{self._name('changelist')}"),
            "title": f"{str(self.opts.verbose_name_plural).capitalize()} that were deleted",
        }
        return self._page(request, "admin/deleted.html", None, zone, page)

    def _restored(self, request: HttpRequest, plan: Plan, kind: Kind, version: Any, zone: dt.tzinfo) -> HttpResponse:
        at = f"{version.history_date.astimezone(zone):%d %b %Y %H:%M}"
        row = restore(plan, person(request), f"Restored as of {at}")
        words = f"{kind.model._meta.verbose_name} {row}, as of {at}"
        self._note(row, words)
        self.log_change(request, row, f"Restored as of {at}.")
        self.message_user(request, f"Restored: {words}.")
        owner = row.pk if kind.own else getattr(row, kind.link)
        return HttpResponseRedirect(reverse(f"admin:{self._name('history')}", args=[quote(owner)]))

    @staticmethod
    def _note(row: Any, words: str) -> None:
        venue = row if isinstance(row, Venue) else getattr(row, "venue", None)
        operator_id = operator_id_of(row)
        operator = Operator.objects.filter(pk=operator_id or 0).first() if venue is None else None
        note(What.RESTORED, words, venue=venue, operator=operator)

    def _plan(self, request: HttpRequest, kind: Kind, version: Any, zone: dt.tzinfo, others: list[Kind]) -> Plan:
        holders = {self.model: self, **{one.model: one for one in self.get_inline_instances(request)}}

        def choices_of(model: Any) -> Any:
            return lambda field, rows: self.may_point(request, holders[model], field, rows)

        plan = plan_for(kind, version, zone, choices_of(kind.model))
        if kind.own:
            plan.faults += [] if plan.faults else self.faults_of(request, plan.row)
            for other in others:
                bring_along(plan, version, other, zone, choices_of(other.model))
        return plan

    def may_point(self, request: HttpRequest, holder: Any, field: str, rows: Rows) -> Rows:
        """What a restored row may point to: what the form would offer."""
        chosen: Rows = holder.choices(request, field, rows)
        return chosen

    def _found(self, request: HttpRequest, object_id: str) -> tuple[Any, Any] | HttpResponse:
        """The object, or else the last version of a deleted one; or the answer for what does not exist."""
        obj = self.get_object(request, unquote(object_id))
        if obj is not None:
            if not self.has_view_or_change_permission(request, obj):
                raise PermissionDenied
            return obj, None
        try:
            pk: Any = self.opts.pk.to_python(unquote(object_id)) or 0
        except ValidationError:
            pk = 0
        gone = None
        if not self.model._base_manager.filter(pk=pk).exists():
            last = versions_of(self.model).filter(history_type=DELETED, id=pk)
            gone = self.was_seen(person(request), last).order_by("-pk").first()
        if gone is None:
            return self.not_there(request, object_id)
        return None, gone

    def _kinds(self, request: HttpRequest, of: Any) -> list[Kind]:
        """The object's own versions, and those of the rows on its page."""
        kinds = [Kind(self.model, versions_of(self.model).filter(id=of.id), "id")]
        for inline in self.get_inline_instances(request):
            if not has_history(inline.model):
                continue
            link = _get_foreign_key(self.model, inline.model, fk_name=inline.fk_name).attname
            rows = versions_of(inline.model).filter(**{link: of.id})
            if any(one.name == "venue" for one in inline.model._meta.concrete_fields):
                rows = rows.filter(venue__in=managed_venues(person(request)))
            kinds.append(Kind(inline.model, rows, link))
        return kinds

    def _may_restore(self, request: HttpRequest, obj: Any) -> bool:
        if obj is not None:
            return self.has_change_permission(request, obj)
        return self.lists_deleted and self.has_add_permission(request)

    def _name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def _page(
        self, request: HttpRequest, template: str, of: Any, zone: dt.tzinfo, page: dict[str, Any]
    ) -> HttpResponse:
        name = ""
        if of is not None:
            words = Words(zone)
            words.learn(self.model, [of])
            name = words.name_of(self.model, of)
        context = {
            **self.admin_site.each_context(request),
            "title": f"What changed: {name}",
            "opts": self.opts,
            "object": of if isinstance(of, self.model) else None,
            "zone": zone,
            "model_name": self.opts.model_name,
            "object_id": getattr(of, "id", ""),
            **page,
        }
        return TemplateResponse(request, template, context)


def _moment(text: str) -> dt.datetime | None:
    """From where on an address asks for older changes; None for what is no moment."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def zone_of(row: Any, user: User) -> dt.tzinfo:
    """The venue's clock; for what belongs to several venues the one that all of the reader's share, or else UTC."""
    venue = row if isinstance(row, Venue) else getattr(row, "venue", None)
    if isinstance(venue, Venue):
        return venue.zone
    zones = list(managed_venues(user).values_list("timezone", flat=True).distinct().order_by("timezone")[:2])
    return zoneinfo.ZoneInfo(zones[0]) if len(zones) == 1 else dt.UTC
