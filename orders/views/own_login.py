"""A person's own login: their app and recovery codes, and the end of all logins at once."""

from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orders.views.login import place_of
from orders.views.second_factor import KEY, recovery_page
from venues.admin.site import manages
from venues.asking_again import ask_again
from venues.logins import end_logins
from venues.models import User
from venues.second_factor import app_of, is_bound, make_recovery_codes, new_key, recovery_codes_left, remove_factor


@never_cache
@require_http_methods(["GET", "POST"])
def own_login_page(request: HttpRequest) -> HttpResponse:
    """`/login/own/`: what somebody has, and what they may do with it."""
    user = request.user
    if not isinstance(user, User):
        return redirect_to_login(reverse("own-login"))
    if request.method == "POST":
        return _change(request, user)
    page = {
        "app": app_of(user),
        "left": recovery_codes_left(user),
        "bound": is_bound(user),
        "manages": manages(request),
        "place": place_of(user),
    }
    return render(request, "login/own.html", page)


def _change(request: HttpRequest, user: User) -> HttpResponse:
    """Ending logins takes power away and asks for nothing; all else asks for the password, where it was not given
    lately."""
    if request.POST.get("do") == "end":
        end_logins(user.pk)
        logout(request)
        return redirect("login")
    asked = ask_again(request, user)
    if asked is not None:
        return asked
    match request.POST.get("do"):
        case "app":
            request.session[KEY] = new_key()
            return redirect("login-set-up")
        case "codes" if app_of(user) is not None:
            return recovery_page(request, make_recovery_codes(user), reverse("own-login"))
        case "remove" if not is_bound(user):
            remove_factor(user)
            return redirect("own-login")
    return HttpResponseBadRequest("There is nothing like that to do.")
