"""The form of a planned change: of one product or a category, in the venue's own time, on one day or on several."""

import calendar
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSplitDateTimeWidget,
)

from venues.admin.scopes import categories_changeable, products_changeable
from venues.admin.scoping import OneOperatorForm
from venues.models import Category, Product, ScheduledChange, User, Venue
from venues.price_changes import STEPS
from venues.scheduling import local_moment, overlapping, zone_of

IN_VENUES_TIME = "By the clocks of the venue; of a shared menu, of the first venue that uses it."
A_DAY = timedelta(days=1)
MOST_YEARS = 10  # from now; at the ends of the calendar no zone has a moment for a clock's time
WEEKDAYS = list(enumerate(calendar.day_name))


class LocalMoment(forms.SplitDateTimeField):
    """A date and a time as they stand on a clock, of which only the whole form knows the zone."""

    widget = UnfoldAdminSplitDateTimeWidget

    def compress(self, data_list: Any) -> datetime | None:
        if not data_list:
            return None
        if not all(data_list):
            raise ValidationError("Give a date and a time.")
        return datetime.combine(*data_list)


class ChangeForm(OneOperatorForm):
    on = forms.NullBooleanField(
        label="Yes or no",
        required=False,
        widget=UnfoldAdminSelectWidget(choices=[("", "---------"), ("true", "Yes"), ("false", "No")]),
        help_text="Whether it is available, or active.",
    )
    step = forms.TypedChoiceField(
        label="Rounded to",
        coerce=int,
        choices=list(STEPS.items()),
        initial=1,
        required=False,
        empty_value="1",
        widget=UnfoldAdminSelectWidget,
    )
    starts_at = LocalMoment(label="From", help_text=IN_VENUES_TIME)
    ends_at = LocalMoment(label="Until", required=False, help_text="Then the former value is back. Empty: it stays.")
    also_on = forms.TypedMultipleChoiceField(
        label="The same on",
        coerce=int,
        choices=WEEKDAYS,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Other days of the seven from the first one on, at the same time. Each becomes a change of its own.",
    )

    asker: User
    also: list[ScheduledChange]
    """The same on the other days, once the form is valid."""

    def clean(self) -> dict[str, Any]:
        cleaned, self.also = super().clean(), []
        product, category, venue = (cleaned.get(name) for name in ("product", "category", "venue"))
        what = cleaned.get("what")
        thing = category if product is None else product
        if product is not None and category is not None:
            self.add_error("category", "Of one product, or of a category: leave one of the two empty.")
        elif thing is None and not {"product", "category"}.intersection(self.errors):
            self.add_error("product", "Of which product? Or choose a category.")
        self._clean_value(cleaned, what, of_category=isinstance(thing, Category))
        if what == ScheduledChange.AVAILABLE and venue is None:
            self.add_error("venue", "At which venue? To take it off the menu of all, plan “Active on the menu”.")
        elif what == ScheduledChange.ACTIVE and venue is not None:
            self.add_error("venue", "It is active on the menu of all venues, or not: leave this empty.")
        if thing is not None:
            section = thing if isinstance(thing, Category) else thing.category
            self._clean_where(thing, section, venue)
            self._clean_moments(cleaned, zone_of(venue, thing))
        else:
            cleaned |= {"starts_at": None, "ends_at": None}  # by whose clocks?
        return cleaned

    def _clean_value(self, cleaned: dict[str, Any], what: str | None, *, of_category: bool) -> None:
        unused = {"on", "price" if of_category else "percent"}
        if what == ScheduledChange.PRICE:
            wanted = "percent" if of_category else "price"
            missing = cleaned.get(wanted) is None or (of_category and not cleaned[wanted])
            if missing and wanted not in self.errors:
                self.add_error(wanted, "By how many percent? -20 is 20 % off." if of_category else "Which price?")
        elif what is not None:
            unused = {"price", "percent"}
            if cleaned.get("on") is None:
                self.add_error("on", "Yes or no?")
        cleaned.update(dict.fromkeys(unused))

    def _clean_where(self, thing: Product | Category, section: Category, venue: Venue | None) -> None:
        one = "product" if isinstance(thing, Product) else "category"
        if venue is not None and venue.menu_id != section.menu_id:
            self.add_error("venue", "This venue sells another menu.")
        elif venue is not None and thing.venue_id not in (None, venue.pk):
            self.add_error("venue", f"This {one} is another venue's own.")
        elif venue is None and not self._may_change(thing):
            self.add_error("venue", "This menu is shared. Choose the venue for which it is planned.")

    def _may_change(self, thing: Product | Category) -> bool:
        if isinstance(thing, Category):
            return categories_changeable(self.asker).filter(pk=thing.pk).exists()
        return products_changeable(self.asker).filter(pk=thing.pk).exists()

    def _clean_moments(self, cleaned: dict[str, Any], zone: ZoneInfo) -> None:
        from_, until = cleaned.get("starts_at"), cleaned.get("ends_at")
        for name, naive in (("starts_at", from_), ("ends_at", until)):
            if naive is not None:
                cleaned[name] = self._moment(name, naive, zone)
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts is None or from_ is None:
            return
        if ends is not None and ends <= starts:
            self.add_error("ends_at", "It ends after it starts.")
        elif (ends or starts) <= timezone.now():
            self.add_error("ends_at" if ends else "starts_at", "This is over already.")
        elif not self.errors:
            self._clean_days(cleaned, zone, from_, until)

    def _moment(self, name: str, naive: datetime, zone: ZoneInfo) -> datetime | None:
        if abs(naive.year - timezone.now().year) > MOST_YEARS:
            self.add_error(name, f"Take a day that is at most {MOST_YEARS} years from now.")
            return None
        moment = local_moment(naive, zone)
        if moment is None:
            self.add_error(name, f"On {naive:%d %b} clocks in {zone} skip this time. Take one an hour later.")
        return moment

    def _clean_days(self, cleaned: dict[str, Any], zone: ZoneInfo, starts: datetime, ends: datetime | None) -> None:
        names = ("product", "category", "venue", "what", "price", "percent", "step", "on", "weekly")
        values = {name: cleaned[name] for name in names}
        first = ScheduledChange(**values, starts_at=cleaned["starts_at"], ends_at=cleaned["ends_at"])
        days = {(day - starts.weekday()) % 7 for day in cleaned.get("also_on", ())} - {0}
        if days and (ends is None or ends - starts > A_DAY):
            self.add_error("also_on", "What comes on several days ends within a day.")
            return
        for day in sorted(days):
            assert ends is not None
            begins = self._moment("starts_at", starts + day * A_DAY, zone)
            over = self._moment("ends_at", ends + day * A_DAY, zone)
            if begins is not None and over is not None:
                self.also.append(ScheduledChange(**values, starts_at=begins, ends_at=over))
        for change in [first, *self.also]:
            if (other := overlapping(change).first()) is not None:
                self.add_error(None, overlap_in_words(change, other))


def overlap_in_words(change: ScheduledChange, other: ScheduledChange) -> str:
    until = f" until {in_local_time(other, other.ends_at)}" if other.ends_at is not None else ""
    named = "" if other.thing == change.thing else f", of {other.thing}"
    begins = f"{other.value_in_words}, from {in_local_time(other, other.starts_at)}"
    return f"This overlaps with another{named}: {begins}{until}. Withdraw that first."


def in_local_time(change: ScheduledChange, at: datetime) -> str:
    known = getattr(change, "menus_zone", None)
    zone = ZoneInfo(known) if known and change.venue is None else zone_of(change.venue, change.thing)
    return f"{at.astimezone(zone):%a %d %b %Y %H:%M}"
