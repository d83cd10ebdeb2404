"""What happened to a row and to those that belong to it, as people read it: who, when, and each field before and after.

However many versions there are, it takes a handful of queries for each kind of row.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Max, OuterRef, QuerySet, Subquery

from venues.history import ADDED, AS_IT_STOOD, CHANGED, DELETED, shown_columns, versions_of
from venues.models import Membership, ProductAllergen, ProductOptionGroup, VenueProduct

Rows = QuerySet[Any]
Model = type[models.Model]

# Rows that have no name of their own are called by these.
CALLED_BY: dict[Model, tuple[str, ...]] = {
    ProductAllergen: ("allergen",),
    ProductOptionGroup: ("group",),
    VenueProduct: ("venue",),
    Membership: ("user", "role"),
}
VERBS = {ADDED: "added", CHANGED: "changed", DELETED: "deleted"}
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Kind:
    """Versions of rows of one model: the object's own (`link` is its id), or those that point to it by `link`."""

    model: Model
    versions: Rows
    link: str

    @property
    def own(self) -> bool:
        return self.link == "id"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, in words."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened to one row. `again`: whether this version can be asked for again, for it is not how things are."""

    kind: str
    title: str
    verb: str
    differences: list[Difference]
    path: str  # of the question, from the history page on
    again: bool
    own: bool


@dataclass(slots=True)
class Act:
    """What somebody did at once."""

    at: dt.datetime
    by: str
    stood: bool  # nobody did anything: what stands was noted, for it had come another way
    reason: str
    entries: list[Entry] = field(default_factory=list)


def acts_of(
    kinds: list[Kind], before: dt.datetime | None, most: int, zone: dt.tzinfo
) -> tuple[list[Act], dt.datetime | None]:
    """The newest acts before a moment, newest first, and where older ones begin (None: there are none)."""
    found: dict[uuid.UUID, dt.datetime] = {}
    for kind in kinds:
        rows = kind.versions if before is None else kind.versions.filter(history_date__lt=before)
        newest = rows.order_by().values("change").annotate(at=Max("history_date")).order_by("-at", "change")
        for change, at in newest.values_list("change", "at")[: most + 1]:
            found[change] = max(at, found.get(change, at))
    listed = sorted(found, key=lambda change: (found[change], change), reverse=True)
    chosen, older = listed[:most], found[listed[most - 1]] if len(listed) > most else None
    acts: dict[uuid.UUID, Act] = {}
    words = Words(zone)
    told = [(kind, *_with_former(kind, chosen)) for kind in kinds]
    for kind, versions, former, _ in told:
        words.learn(kind.model, [*versions, *former.values()])
    for kind, versions, former, newest_of in told:
        for version in versions:
            act = acts.setdefault(
                version.change,
                Act(
                    found[version.change],
                    version.by,
                    version.history_change_reason == AS_IT_STOOD,
                    version.history_change_reason or "",
                ),
            )
            if (entry := _entry(kind, version, former.get(version.pk), newest_of, words)) is not None:
                act.entries.append(entry)
    told_of = [acts[change] for change in chosen if change in acts and acts[change].entries]
    return told_of, older


def _with_former(kind: Kind, changes: list[uuid.UUID]) -> tuple[list[Any], dict[int, Any], dict[int, int]]:
    """The versions of these changes, the one before each, and the newest of each row."""
    earlier = versions_of(kind.model).filter(id=OuterRef("id"), pk__lt=OuterRef("pk")).order_by("-pk")
    rows = kind.versions.filter(change__in=changes).annotate(former=Subquery(earlier.values("pk")[:1]))
    versions = list(rows.order_by("pk"))
    former = versions_of(kind.model).in_bulk([version.former for version in versions if version.former is not None])
    ids = {version.id for version in versions}
    newest = versions_of(kind.model).filter(id__in=ids).order_by().values("id").annotate(newest=Max("pk"))
    return (
        versions,
        {version.pk: former[version.former] for version in versions if version.former in former},
        dict(newest.values_list("id", "newest")),
    )


def _entry(kind: Kind, version: Any, former: Any, newest_of: dict[int, int], words: "Words") -> Entry | None:
    verb = version.history_type
    if verb == CHANGED and former is None:
        verb = ""  # what was before is not kept any more
    old = former if verb == CHANGED else None
    differences = [] if verb == DELETED else list(differences_of(kind.model, old, version, words, kind.link))
    if verb == CHANGED and not differences:
        return None
    is_now = newest_of.get(version.id) == version.pk and verb != DELETED
    return Entry(
        kind=str(kind.model._meta.verbose_name),
        title=words.name_of(kind.model, version),
        verb=VERBS.get(verb, "as it was then"),
        differences=differences,
        path=f"{kind.model._meta.model_name}/{version.pk}/",
        again=not is_now,
        own=kind.own,
    )


def differences_of(model: Model, old: Any, new: Any, words: "Words", link: str = "id") -> Iterator[Difference]:
    """Each field that differs between two versions or rows; all that is said of the second where there is no first."""
    for column in shown_columns(model):
        value = getattr(new, column)
        if column == link or (old is None and value in (None, "", False)):
            continue
        was = getattr(old, column) if old is not None else None
        if old is None or not _same(was, value):
            named = words.field_of(model, column)
            before = "" if old is None else words.value_of(model, column, was)
            yield Difference(str(named.verbose_name), before, words.value_of(model, column, value))


def _same(one: Any, other: Any) -> bool:
    plain = [value.name if isinstance(value, models.fields.files.FieldFile) else value for value in (one, other)]
    return bool(plain[0] == plain[1])


class Words:
    """Values in words. What ids point to is learnt for all versions at once."""

    def __init__(self, zone: dt.tzinfo) -> None:
        self._zone = zone
        self._names: dict[Model, dict[Any, str]] = defaultdict(dict)

    def learn(self, model: Model, versions: Iterable[Any]) -> None:
        """Whatever these versions (or rows) point to: as it is called now, or was when it was deleted."""
        wanted: dict[Model, set[Any]] = defaultdict(set)
        for version in versions:
            for column in shown_columns(model):
                target = self.field_of(model, column).related_model
                if target is not None and getattr(version, column) is not None:
                    wanted[target].add(getattr(version, column))
        for target, ids in wanted.items():
            unknown = ids - self._names[target].keys()
            if unknown:
                rows = target._default_manager.in_bulk(unknown)
                self._names[target].update({pk: str(row) for pk, row in rows.items()})

    def value_of(self, model: Model, column: str, value: Any) -> str:
        named = self.field_of(model, column)
        if value is None or value == "":
            return NOTHING
        if (target := named.related_model) is not None:
            return self._names[target].get(value, f"{target._meta.verbose_name} that is gone")
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(named, models.FileField):
            return f"picture {str(value).rpartition('/')[2][:8]}"
        if isinstance(value, dt.datetime):
            return f"{value.astimezone(self._zone):%d %b %Y %H:%M}"
        if isinstance(value, dt.time):
            return f"{value:%H:%M}"
        return str(dict(named.flatchoices).get(value, value))

    def name_of(self, model: Model, version: Any) -> str:
        if model in CALLED_BY:
            columns = [model._meta.get_field(name).attname for name in CALLED_BY[model]]  # type: ignore[union-attr]
            return ", ".join(self.value_of(model, column, getattr(version, column)) for column in columns)
        kept = {one.attname: getattr(version, one.attname) for one in versions_of(model).model.tracked_fields}
        return str(model(**kept))

    @staticmethod
    def field_of(model: Model, column: str) -> Any:
        return next(one for one in model._meta.concrete_fields if one.attname == column)
