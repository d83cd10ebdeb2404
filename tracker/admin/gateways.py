"""Gateways: what their agents tell of them, and a manager's answers to what no agent may decide."""

from typing import Any

from django import forms
from django.contrib.admin import display
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tracker import wire
from tracker.choices import choose, seen_gateways
from tracker.models import Gateway
from venues.admin.lists import InScope
from venues.admin.places import OfVenue
from venues.admin.scoping import OneOperatorForm, ScopedAdmin
from venues.admin.site import site

ANSWERS = {
    "": "Nothing",
    "pair_again": "Forget the pairing, and pair anew",
}
USE = "Use {0.name} at {0.address}"
USE_INSTEAD = f"{USE} in this one's place"


class GatewayForm(OneOperatorForm):
    answer = forms.ChoiceField(label="tell the agent", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "answer" in self.fields:
            words = USE_INSTEAD if self.instance.state == "changed" else USE
            seen = [(wire.to_text(one), words.format(one)) for one in seen_gateways(self.instance)]
            self.fields["answer"].choices = [*ANSWERS.items(), *seen]  # type: ignore[attr-defined]


class GatewayAdmin(OfVenue, ScopedAdmin):
    form = GatewayForm
    list_display = ("venue", "state", "since", "detail", "name", "address")
    list_filter = (("venue", InScope), "state")
    list_select_related = ("venue",)
    search_fields = ("venue__name", "name", "=address")
    ordering = ("venue__name", "pk")
    readonly_fields = (
        "venue",
        "agent",
        "state",
        "since",
        "detail",
        "window_until",
        "name",
        "host",
        "address",
        "timezone",
        "offset_s",
        "tags",
    )
    fields = (*readonly_fields, "answer")
    adds = deletes = False

    @display(description="tags under the tables")
    def tags(self, gateway: Gateway) -> SafeString:
        address = reverse("walk", args=[gateway.venue_id])
        return format_html('<a href="{}">Walk from table to table with a puck</a>', address)

    def save_model(self, request: HttpRequest, obj: Gateway, form: Any, change: bool) -> None:
        """The row is the agent's to write; what was answered goes to it."""
        answer = form.cleaned_data["answer"]
        if answer in ANSWERS:
            if answer:
                choose(obj, answer)
        else:
            choice = "accept_change" if obj.state == "changed" else "use"
            choose(obj, choice, wire.SeenGateway.model_validate_json(answer))


site.register(Gateway, GatewayAdmin)
