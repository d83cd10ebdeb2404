"""Addresses of the reports."""

from django.urls import path

from ontap.reports.views import orders_file, report_page, sheet_file

urlpatterns = [
    path("", report_page, name="reports"),
    path("orders.csv", orders_file, name="report-orders"),
    path("<slug:name>/", report_page, name="report"),
    path("<slug:name>/<slug:sheet>.csv", sheet_file, name="report-sheet"),
]
