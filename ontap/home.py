"""The page at the address without a path."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from venues.admin.site import manages


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """`/`: what a guest should do, and for who manages something the way to it."""
    return render(request, "home.html", {"manages": manages(request)})
