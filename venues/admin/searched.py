"""Fields whose choices are searched for: what a browser sends in one, and what somebody makes up."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError


class Searched(AutocompleteSelect):
    """Django's own asks the database for whatever was sent when it shows a form with faults: no number, no answer."""

    known: tuple[str, str] | None = None
    """The key and the name of what was chosen, where they came with the row: each row would ask for them."""

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> Any:
        if self.known is None or list(value) != [self.known[0]]:
            return super().optgroups(name, [one for one in value if self._can_be(one)], attr)
        none = self.create_option(name, "", "", selected=False, index=0)
        return [(None, [none, self.create_option(name, *self.known, selected=True, index=1)], 0)]

    def _can_be(self, value: str) -> bool:
        try:
            self.field.remote_field.model._meta.pk.clean(value, None)
        except ValidationError:
            return False
        return True
