"""Addresses of tracker. Its websocket is `wire.PATH` (`ontap.asgi`); what managers look at is in the admin."""

from django.urls import path

from tracker import wire
from tracker.views import BeginView, WaitView
from tracker.walk_page import seen_on_walk, walk_page

_ENROL = wire.ENROL_PATH.lstrip("/")

urlpatterns = [
    path(_ENROL, BeginView.as_view(), name="agent-enrol"),
    path(f"{_ENROL}/wait", WaitView.as_view(), name="agent-enrol-wait"),
    path("walk/<id:venue_id>/", walk_page, name="walk"),
    path("walk/<id:venue_id>/seen", seen_on_walk, name="walk-seen"),
]
