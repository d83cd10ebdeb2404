"""Every page's address."""

from django.urls import include, path

from ontap.errors import not_found
from ontap.health import healthz, readyz
from ontap.home import home
from orders.views.login import LoginPage
from venues.admin.site import site

handler404 = not_found

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("", home, name="home"),
    path("", include("venues.urls")),
    path("", include("orders.urls")),
    path("", include("tracker.urls")),
    path("sites/", include("ontap.sites.urls")),
    path("reports/", include("ontap.reports.urls")),
    path("admin/login/", LoginPage.as_view()),  # one login, with one count of wrong passwords
    path("admin/", site.urls),
]
