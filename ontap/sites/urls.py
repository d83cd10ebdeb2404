"""The address of the sites."""

from django.urls import path

from ontap.sites.views import sites_page

urlpatterns = [path("", sites_page, name="sites")]
