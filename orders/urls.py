"""Addresses of orders: those that hold a secret (`/t/`, `/k/`, `/i/`, and `/s/` of sockets), and the board's."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from orders.views.bills import pay_order, pay_table, table_page
from orders.views.board import board_page, device_page
from orders.views.docket import docket_page
from orders.views.find import find_page, order_detail, undo_order
from orders.views.guest import guest_page, here_page
from orders.views.installed import board_manifest, guest_manifest, offline_page, service_worker
from orders.views.invitation import invitation_link, invitation_page
from orders.views.login import LoginPage
from orders.views.own_login import own_login_page
from orders.views.pausing import pause_page
from orders.views.preview import preview_page
from orders.views.second_factor import code_page, set_up_page
from orders.views.session import SessionView, session
from orders.views.sold_out import sold_out_page
from orders.views.staff_order import order_page
from orders.views.tables import change_table, tables_page

urlpatterns = [
    path("t/<str:code>", guest_page, name="guest"),
    path("t/<str:code>/", guest_page),
    path("here/<id:venue_id>/", here_page, name="here"),
    path("here/<id:venue_id>/manifest.webmanifest", guest_manifest, name="guest-manifest"),
    path("service-worker.js", service_worker, name="service-worker"),
    path("offline", offline_page, name="offline"),
    path("k/<str:key>/", device_page, name="device"),
    path("i/<str:token>/", invitation_link, name="invitation-link"),
    path("invitation/", invitation_page, name="invitation"),
    path("session", session, name="session"),
    path("api/session", SessionView.as_view(), name="api-session"),
    path("board/<id:venue_id>/", board_page, name="board"),
    path("board/<id:venue_id>/manifest.webmanifest", board_manifest, name="board-manifest"),
    path("board/<id:venue_id>/tables/", tables_page, name="board-tables"),
    path("board/<id:venue_id>/tables/<id:table_id>/", table_page, name="board-table"),
    path("board/<id:venue_id>/tables/<id:table_id>/paid", pay_table, name="board-table-paid"),
    path("board/<id:venue_id>/tables/<id:table_id>/<slug:verb>", change_table, name="table-verb"),
    path("board/<id:venue_id>/pause", pause_page, name="board-pause"),
    path("board/<id:venue_id>/preview/", preview_page, name="board-preview"),
    path("board/<id:venue_id>/sold-out/", sold_out_page, name="board-sold-out"),
    path("board/<id:venue_id>/order/", order_page, name="board-order"),
    path("board/<id:venue_id>/find/", find_page, name="board-find"),
    path("board/<id:venue_id>/orders/<uuid:order_id>/", order_detail, name="board-order-detail"),
    path("board/<id:venue_id>/orders/<uuid:order_id>/paid", pay_order, name="board-order-paid"),
    path("board/<id:venue_id>/orders/<uuid:order_id>/undo", undo_order, name="board-order-undo"),
    path("board/<id:venue_id>/orders/<uuid:order_id>/docket", docket_page, name="board-docket"),
    path("login/", LoginPage.as_view(), name="login"),
    path("login/code/", code_page, name="login-code"),
    path("login/set-up/", set_up_page, name="login-set-up"),
    path("login/own/", own_login_page, name="own-login"),
    path("logout/", LogoutView.as_view(next_page="login"), name="logout"),
]
