"""What somebody wants to know: from an address's query to a question, or to words on what is wrong with it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, QueryDict

from ontap.reports.clocks import Clock, clocks_of
from ontap.reports.measures import DELIVERY, MEASURES, NAMED, Measure
from venues.hours import DAY, business_date
from venues.models import Table, Venue
from venues.models.places import counted

DAYS = 28
MOST_DAYS = 3660
TYPES = {"ON_PREMISE": "At a table", "TO_GO": "To go"}
FOLDED = ("type", "place", "target", "measure", "shown")
SHOWN = {"orders": "Orders", "time": "Median of what charts show", "mismatches": "Other table than the code's"}


@dataclass(frozen=True, slots=True)
class Question:
    """A period of whole business days, at venues that the person manages, narrowed where it is said."""

    venues: tuple[Venue, ...]
    clocks: tuple[Clock, ...]
    first: dt.date
    last: dt.date
    type: str = ""
    zone: str = ""
    table: str = ""
    target_minutes: int = 10
    measure: Measure = DELIVERY
    shown: str = "orders"

    @property
    def target_s(self) -> int:
        return self.target_minutes * 60

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def venue(self) -> Venue | None:
        """The one venue, where it is one."""
        return self.venues[0] if len(self.venues) == 1 else None


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class QuestionForm(forms.Form):
    """The form above each report. Everything has a default, so an address without a query is a question too."""

    venue = forms.ChoiceField(required=False)
    first = forms.DateField(label="From", widget=DateInput, required=False)
    last = forms.DateField(label="To", widget=DateInput, required=False)
    type = forms.ChoiceField(required=False, choices=[("", "All types"), *TYPES.items()])
    place = forms.ChoiceField(required=False)
    target = forms.IntegerField(label="Target, minutes", required=False, min_value=1, max_value=600)
    measure = forms.ChoiceField(
        label="Charts show",
        required=False,
        choices=[(measure.name, f"{measure.title} ({measure.kind})") for measure in MEASURES],
    )
    shown = forms.ChoiceField(label="The room shows", required=False, choices=list(SHOWN.items()))

    def __init__(self, query: QueryDict, managed: Sequence[Venue], now: dt.datetime) -> None:
        """`managed`: the venues that this person may ask about. Raises Http404 for any other one."""
        self._managed = {str(venue.pk): venue for venue in managed}
        asked = query.get("venue", "")
        if asked and asked not in self._managed:
            raise Http404
        self._venues = (self._managed[asked],) if asked else tuple(managed)
        today = max(business_date(now, venue.zone, venue.day_starts) for venue in self._venues)
        self._defaults = {
            "first": (today - (DAYS - 1) * DAY).isoformat(),
            "last": today.isoformat(),
            "target": "10",
            "measure": DELIVERY.name,
            "shown": "orders",
        }
        super().__init__(
            {**self._defaults, **{name: value for name, value in query.items() if str(value).strip()}}, label_suffix=""
        )
        self.fields["venue"] = forms.ChoiceField(
            required=False, choices=[("", "All venues"), *((str(venue.pk), venue.name) for venue in managed)]
        )
        self.fields["place"] = forms.ChoiceField(required=False, choices=_places(self._venues))
        self.order_fields(["venue", "first", "last", "type", "place", "target", "measure", "shown"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first is not None and last is not None:
            if first > last:
                self.add_error("last", "This is before the first day.")
            elif (last - first).days >= MOST_DAYS or not 1970 < first.year <= last.year < 9999:
                self.add_error("first", "A period is at most ten years long.")
        return cleaned

    @property
    def is_narrowed(self) -> bool:
        """Whether there is something to see in the fields that are folded away."""
        usual = {**self._defaults, "type": "", "place": ""}
        return any(self[name].errors or self[name].value() not in (usual[name], None) for name in FOLDED)

    @property
    def type_words(self) -> str:
        return TYPES.get(str(self["type"].value()), "")

    @property
    def shown_words(self) -> str:
        """What the plates of the room say."""
        shown = self.cleaned_data["shown"]
        return NAMED[self.cleaned_data["measure"]].title if shown == "time" else SHOWN[shown]

    @property
    def question(self) -> Question | None:
        """What is asked; None where something is wrong, which the form then shows."""
        if not self.is_valid():
            return None
        cleaned = self.cleaned_data
        what, _, place = cleaned["place"].partition(":")
        return Question(
            venues=self._venues,
            clocks=clocks_of(self._venues),
            first=cleaned["first"],
            last=cleaned["last"],
            type=cleaned["type"],
            zone=place if what == "zone" else "",
            table=place if what == "table" else "",
            target_minutes=cleaned["target"],
            measure=NAMED[cleaned["measure"]],
            shown=cleaned["shown"],
        )


def _places(venues: tuple[Venue, ...]) -> list[tuple[str, Any]]:
    """The zones of the venues, and the tables where it is one venue."""
    tables = Table.objects.filter(venue__in=venues).values_list("zone", "number")
    found = [("", "Everywhere")]
    zones = dict.fromkeys(zone for zone, _ in tables.order_by("pk") if zone)
    found += [(f"zone:{zone}", zone) for zone in zones]
    if len(venues) == 1:
        found += [(f"table:{number}", f"Table {number}") for number in sorted((n for _, n in tables), key=counted)]
    return found
