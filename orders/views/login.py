"""Logging in, for the board and the admin alike: a password first, and a code where the person has or needs one."""

from django.contrib.auth import authenticate
from django.contrib.auth import login as log_in
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_login_failed
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from orders.views.visits import count_failure, refuse_too_many, too_many_failures
from venues.logins import half_in
from venues.models import User
from venues.roles import MANAGERS, may_everything, operators_for, venues_for
from venues.second_factor import app_of, needs_code
from venues.tries import count_try, forget_tries

NEXT = "login_next"  # where somebody wanted to go, while their login is not whole


class LoginForm(AuthenticationForm):
    """Wrong passwords are counted per account. An unknown name, a wrong password and a locked account are one answer,
    and one piece of work."""

    def clean(self) -> dict[str, str]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if username is None or not password:
            return self.cleaned_data
        tried = count_try(username, timezone.now())
        found = authenticate(self.request, username=username, password=password)
        if found is not None and not tried.allowed:
            found = None
            user_login_failed.send(__name__, credentials={"username": username}, request=self.request)
        if found is None:
            raise self.get_invalid_login_error()
        assert isinstance(found, User)
        self.user_cache = found
        tried.give_back()
        return self.cleaned_data


class LoginPage(LoginView):
    """`/login/`: wrong passwords are counted per address too, as wrong codes are."""

    template_name = "login/login.html"
    authentication_form = LoginForm

    def dispatch(self, request: HttpRequest, *args: str, **kwargs: str) -> HttpResponseBase:
        half = half_in(request.session, timezone.now()) if request.method == "GET" else None
        if half is not None:
            request.session[NEXT] = self.get_redirect_url() or request.session.get(NEXT, "")
            return redirect(next_step(half))
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: str, **kwargs: str) -> HttpResponse:
        if too_many_failures(request):
            return refuse_too_many(request)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        count_failure(self.request)
        return super().form_invalid(form)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        assert isinstance(user, User)
        self.request.session.flush()  # a login begins under a key of its own, whoever was here before
        log_in(self.request, user)
        if needs_code(user):
            self.request.session[NEXT] = self.get_redirect_url()
            return redirect(next_step(user))
        forget_tries(user.pk)
        return redirect(self.get_success_url())

    def get_default_redirect_url(self) -> str:
        return place_of(self.request.user)


def next_step(user: User) -> str:
    """The page that makes this half login whole."""
    return reverse("login-code" if app_of(user) is not None else "login-set-up")


def place_of(user: User | AnonymousUser) -> str:
    """Where somebody works: managers in the admin, staff at their first board."""
    if may_everything(user) or operators_for(user, MANAGERS).exists():
        return reverse("admin:index")
    venue = venues_for(user).order_by("pk").first()
    return reverse("board", args=[venue.pk]) if venue is not None else reverse("home")
