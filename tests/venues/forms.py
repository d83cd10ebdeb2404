"""What a browser would send back of a page's form, so that tests change one field and keep the rest."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Any] = {}
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        name, value = given.get("name") or "", given.get("value")
        kind = given.get("type", "text")
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.found[self._select] = value or ""
        elif tag == "textarea":
            self._area, self.found[name] = name, ""
        elif tag != "input" or kind in ("submit", "file", "button") or not name:
            return
        elif kind not in ("checkbox", "radio"):
            self.found[name] = value or ""
        elif "checked" in given:
            self.found[name] = value or "on"

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.found[self._area] += data


def fields_of(answer: Any) -> dict[str, Any]:
    """Name to value of every field on the page, as the browser fills it."""
    parser = _Fields()
    parser.feed(answer.content.decode())
    return parser.found


def send_changed(client: Client, page: str, **changes: Any) -> Any:
    """The answer to the page's form, sent with these changes; None leaves a field out."""
    fields = fields_of(client.get(page))
    fields.update(changes)
    return client.post(page, {name: value for name, value in fields.items() if value is not None})


def faults_of(answer: Any) -> list[str]:
    """Every fault that the page shows beside its fields."""
    context = answer.context
    forms = [
        context["adminform"].form,
        *(form for formset in context["inline_admin_formsets"] for form in formset.formset),
    ]
    said = [fault for form in forms for faults in form.errors.values() for fault in faults]
    sets = [fault for formset in context["inline_admin_formsets"] for fault in formset.formset.non_form_errors()]
    return said + sets
