"""Logging in, for the board and the admin alike."""

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from orders.views.visits import count_failure, refuse_too_many, too_many_failures
from venues.roles import MANAGERS, operators_for, venues_for


class LoginPage(LoginView):
    """`/login/`: wrong passwords are counted per address, as wrong codes are."""

    template_name = "login.html"

    def post(self, request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if too_many_failures(request):
            return refuse_too_many(request)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        count_failure(self.request)
        return super().form_invalid(form)

    def get_default_redirect_url(self) -> str:
        """Managers to the admin, staff to their first board."""
        user = self.request.user
        if operators_for(user, MANAGERS).exists():
            return reverse("admin:index")
        venue = venues_for(user).order_by("pk").first()
        return reverse("board", args=[venue.pk]) if venue is not None else reverse("home")
