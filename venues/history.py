"""History: each save of a menu, a place or a role keeps a version of the row, with who and when.

Versions are written by a save, never by an order: stock is counted down by an UPDATE, which no version notes. What
staff do during an evening (pauses, stopped tables, codes) is in the venue's events and in the audit log.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, Max, OuterRef, Q
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils import timezone
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record

from venues.acting import acting

if TYPE_CHECKING:
    from venues.models import User

    class _Records:
        """As mypy sees the library, which has no types."""

        cls: type[models.Model]
        excluded_fields: list[str]

        def __init__(self, **words: Any) -> None: ...
        def finalize(self, sender: type[models.Model], **kwargs: Any) -> None: ...
        def post_save(self, instance: Any, created: bool, using: Any = None, **kwargs: Any) -> None: ...
        def create_historical_record(self, instance: Any, history_type: str) -> None: ...

else:
    _Records = HistoricalRecords

ADDED, CHANGED, DELETED = "+", "~", "-"
AS_IT_STOOD = "As it stood"
AT_ONCE = 2_000  # rows of one statement, so that none holds its locks for long


class Version(models.Model):
    """What every version has beside the row's values. What one request changed has one `change`."""

    change = models.UUIDField(db_index=True)
    by = models.CharField(max_length=150, blank=True)  # as they were called then; a person may be gone

    class Meta:
        abstract = True


class History(_Records):
    """Put on a model as `history`. `excluded` fields are in no version."""

    def __init__(self, *excluded: str) -> None:
        super().__init__(
            bases=(Version,),
            excluded_fields=list(excluded),
            history_id_field=models.BigAutoField(primary_key=True),
            get_user=_who,
            user_db_constraint=False,  # whoever removes their own account is still noted
        )

    def finalize(self, sender: type[models.Model], **kwargs: Any) -> None:
        super().finalize(sender, **kwargs)
        if self.cls is sender:
            pre_save.connect(self.keep_what_was, sender=sender, weak=False)

    def keep_what_was(self, instance: Any, update_fields: Any = None, **kwargs: Any) -> None:
        """A version of the row as it stands, where the newest says otherwise: it was written in bulk, or by an UPDATE,
        or before there was history. Else nobody could say what this save changes."""
        if kwargs.get("raw") or instance._state.adding or self._tells_nothing(update_fields):
            return
        stands: Any = self.cls._base_manager.filter(pk=instance.pk).first()
        if stands is None:
            return
        newest = versions_of(self.cls).filter(**{self.cls._meta.pk.attname: instance.pk}).order_by("-pk").first()
        if _is_news(stands, newest):
            stands._history_user, stands._change_reason = None, AS_IT_STOOD
            self.create_historical_record(stands, ADDED if newest is None else CHANGED)

    def post_save(self, instance: Any, created: bool, using: Any = None, **kwargs: Any) -> None:
        if not self._tells_nothing(kwargs.get("update_fields")):
            super().post_save(instance, created, using=using, **kwargs)

    def _tells_nothing(self, update_fields: Any) -> bool:
        """Whether such a save writes only what no version has."""
        return update_fields is not None and set(update_fields) <= set(self.excluded_fields)


def _is_news(row: models.Model, newest: Any) -> bool:
    """Whether the newest version of a row says otherwise than it stands, or there is none."""
    columns = shown_columns(type(row))
    return newest is None or any(getattr(newest, name) != _kept(row, name) for name in columns)


def note_what_was(rows: Sequence[models.Model]) -> None:
    """A version of each of these rows of one model as it was read, where its newest says otherwise. Two queries."""
    if not rows:
        return
    versions = versions_of(type(rows[0])).filter(id__in=[row.pk for row in rows]).order_by()
    latest = versions.filter(pk__in=versions.values("id").annotate(latest=Max("pk")).values("latest"))
    newest = {version.id: version for version in latest}
    note_versions([row for row in rows if row.pk not in newest], ADDED, AS_IT_STOOD)
    changed = [row for row in rows if row.pk in newest and _is_news(row, newest[row.pk])]
    note_versions(changed, CHANGED, AS_IT_STOOD)


def note_versions(rows: Sequence[models.Model], kind: str, reason: str) -> None:
    """A version of each of these rows of one model, as a save of each would write it. One query."""
    if not rows:
        return
    model = versions_of(type(rows[0])).model
    stood, now, who = reason == AS_IT_STOOD, timezone.now(), acting()
    noted = {
        "history_date": now,
        "history_type": kind,
        "history_change_reason": reason,
        "history_user": None if stood else who.person,
        "change": uuid.uuid4() if stood else who.change,
        "by": "" if stood else who.name,
    }
    columns = [field.attname for field in model.tracked_fields]
    model.objects.bulk_create(model(**noted, **{name: _kept(row, name) for name in columns}) for row in rows)


def versions_of(model: type[models.Model]) -> "models.QuerySet[Any]":
    """All versions of a model's rows; AttributeError for a model without history."""
    found: models.QuerySet[Any] = model.history.all()  # type: ignore[attr-defined]  # the library sets it
    return found


def has_history(model: type[models.Model]) -> bool:
    return hasattr(model._meta, "simple_history_manager_attribute")


def shown_columns(model: type[models.Model]) -> list[str]:
    """The columns in which a version may differ for people: what nobody can edit is none of them."""
    tracked = versions_of(model).model.tracked_fields
    return [field.attname for field in tracked if field.editable and not field.primary_key]


def _kept(row: models.Model, column: str) -> Any:
    value = getattr(row, column)
    return value.name if isinstance(value, models.fields.files.FieldFile) else value


def _who(**kwargs: Any) -> "User | None":
    return acting().person


@receiver(pre_create_historical_record)
def note_who(instance: Any, history_instance: Any, **kwargs: Any) -> None:
    now = acting()
    stood = history_instance.history_change_reason == AS_IT_STOOD
    history_instance.change = uuid.uuid4() if stood else now.change
    history_instance.by = "" if stood else now.name


def prune_history(now: datetime) -> int:
    """Remove versions older than ONTAP_HISTORY_DAYS, in batches; how many there were.

    The last one before that stays as long as its row does, without who made it: else nobody could say what the next
    change has changed.
    """
    end, removed = now - timedelta(days=settings.ONTAP_HISTORY_DAYS), 0
    for model in filter(has_history, apps.get_models()):
        versions = versions_of(model).order_by()
        later = versions.filter(id=OuterRef("id"), pk__gt=OuterRef("pk"), history_date__lt=end)
        old = versions.filter(Q(history_type=DELETED) | Exists(later), history_date__lt=end)
        while ids := list(old.values_list("pk", flat=True)[:AT_ONCE]):
            removed += versions.filter(pk__in=ids).delete()[0]
        versions.filter(~Q(by="") | Q(history_user__isnull=False), history_date__lt=end).update(
            by="", history_user=None
        )
    return removed
