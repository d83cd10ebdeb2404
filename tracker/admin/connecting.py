"""The page "Connect an agent": the code from the agent's terminal, who it says it is, the venue, and a yes."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from tracker import enrolment
from tracker.models import EdgeAgent, Enrolment
from venues.admin.scopes import managed_venues
from venues.admin.scoping import person
from venues.models import Venue

LIST = "admin:tracker_edgeagent_changelist"
UNKNOWN = "No agent waits under this code. Look at its terminal: a code lives for ten minutes."
TOO_MANY = "Too many wrong codes. Wait ten minutes."


class CodeForm(forms.Form):
    code = forms.CharField(max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off", "size": 12}))


class VenueForm(CodeForm):
    """The code once more: what is confirmed is what was shown under it."""

    code = forms.CharField(max_length=40, widget=forms.HiddenInput)
    venue = forms.ModelChoiceField(queryset=Venue.objects.none())
    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput)
    yes = forms.BooleanField(required=False, label="Yes, replace it")


def connect_page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """GET asks for the code; POSTs find the agent, connect it or say that it is not ours."""
    step = request.POST.get("step", "")
    if request.method != "POST" or not step:
        return _page(request, site, CodeForm())
    code_form = CodeForm(request.POST)
    if not code_form.is_valid():
        return _page(request, site, code_form)
    try:
        found = enrolment.find(code_form.cleaned_data["code"], person(request), timezone.now())
    except enrolment.TooManyTries:
        code_form.add_error("code", TOO_MANY)
        return _page(request, site, code_form, status=HTTPStatus.TOO_MANY_REQUESTS)
    if found is None:
        code_form.add_error("code", UNKNOWN)
        return _page(request, site, code_form)
    if step == "refuse":
        enrolment.refuse(found, timezone.now())
        messages.success(request, f"The agent on {found.host or found.address} was sent away.")
        return redirect(LIST)
    form = _venue_form(request, request.POST if step == "confirm" else None)
    if step != "confirm" or not form.is_valid():
        return _page(request, site, form, found)
    return _confirm(request, site, form, found)


def _confirm(request: HttpRequest, site: AdminSite, form: VenueForm, found: Enrolment) -> HttpResponse:
    venue, said_yes = form.cleaned_data["venue"], form.cleaned_data["yes"]
    replaces = form.cleaned_data["replaces"] if said_yes else None
    try:
        agent = enrolment.confirm(found, venue, person(request), timezone.now(), replaces=replaces)
    except enrolment.AgentThere as there:
        form = _venue_form(request, {**request.POST.dict(), "replaces": there.agent.pk, "yes": ""})
        return _page(request, site, form, found, there.agent)
    if agent is None:
        messages.error(request, UNKNOWN)
    else:
        messages.success(request, f"The agent on {agent} is {venue}'s. It will connect by itself.")
    return redirect(LIST)


def _venue_form(request: HttpRequest, data: Any) -> VenueForm:
    venues = managed_venues(person(request)).order_by("name")
    first = venues.first() if venues.count() == 1 else None
    form = VenueForm(data, initial={"code": request.POST.get("code", ""), "venue": first})
    field = form.fields["venue"]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = venues
    return form


def _page(
    request: HttpRequest,
    site: AdminSite,
    form: forms.Form,
    found: Enrolment | None = None,
    existing: EdgeAgent | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": "Connect an agent",
        "form": form,
        "found": found,
        "existing": existing,
    }
    return TemplateResponse(request, "admin/connect_agent.html", context, status=status)
