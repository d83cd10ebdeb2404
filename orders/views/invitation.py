"""The link of an invitation, and the page on which somebody accepts it.

The secret is in the address of the first step only, which leaves it as a cookie: no form is sent from a page whose
address must go to nobody, for browsers would send it without its origin.
"""

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.forms import BaseUserCreationForm, UsernameField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from orders.views.visits import count_failure, refuse_too_many, set_secret_cookie, too_many_failures
from venues.invitations import HasRole, InvitationGone, NameTaken, accept, has_role, invitation_with
from venues.models import Invitation, Role, User

INVITATION_COOKIE = "ontap_invitation"
KEPT = timedelta(hours=1)
TAKEN = forms.ValidationError("Somebody has this name already. Choose another.", code="unique")

if TYPE_CHECKING:
    _NewPerson = BaseUserCreationForm[User]
else:
    _NewPerson = BaseUserCreationForm


class NewPersonForm(_NewPerson):
    """A name to log in by, and a password that passes our rules."""

    class Meta:
        model = User
        fields = ("username",)
        field_classes = {"username": UsernameField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if self[name].errors:
                field.widget.attrs["aria-invalid"] = "true"

    def clean_username(self) -> str:
        """Names that differ in large letters only are one name for people."""
        username = str(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=username).exists():
            raise TAKEN
        return username


@never_cache
@require_safe
def invitation_link(request: HttpRequest, token: str) -> HttpResponse:
    """`GET /i/<token>/`: keeps the token as a cookie and goes to the page, so that it is in no address any more.

    Uses nothing up: whoever previews a link accepts nothing.
    """
    if too_many_failures(request):
        return refuse_too_many(request)
    if invitation_with(token, timezone.now()) is None:
        count_failure(request)
        return _gone(request)
    answer = redirect("invitation")
    answer["Referrer-Policy"] = "no-referrer"
    set_secret_cookie(request, answer, INVITATION_COOKIE, token, KEPT)
    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_page(request: HttpRequest) -> HttpResponse:
    """`/invitation/`: a new person chooses name and password; somebody who is logged in accepts as they are."""
    if too_many_failures(request):
        return refuse_too_many(request)
    token, now = request.COOKIES.get(INVITATION_COOKIE, ""), timezone.now()
    invitation = invitation_with(token, now) if token else None
    if invitation is None:
        if token:
            count_failure(request)
        return _gone(request)
    page: dict[str, Any] = {"invitation": invitation, "where": invitation.venue or invitation.operator}
    me = request.user if isinstance(request.user, User) else None
    form = None
    if me is not None:
        page["has_role"] = has_role(invitation, me)
    else:
        form = NewPersonForm(request.POST if request.method == "POST" else None)
        page["form"] = form
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            return _accepted(request, invitation, me or form.save(commit=False))  # type: ignore[union-attr]
        except InvitationGone:
            return _gone(request)
        except NameTaken:
            assert form is not None
            form.add_error("username", TAKEN)
        except HasRole:
            page["has_role"] = True
    if form is not None and form.has_error("username", "unique"):
        count_failure(request)  # a link is no way to ask for names without end
    status = HTTPStatus.OK if request.method != "POST" else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "invitation/page.html", page, status=status)


def _accepted(request: HttpRequest, invitation: Invitation, person: User) -> HttpResponse:
    """To where the role works: staff to their board, others to the admin."""
    accept(invitation, person, timezone.now())
    if request.user == person:
        person.refresh_from_db(fields=["login_version"])
        update_session_auth_hash(request, person)  # another role ends all other logins
    else:
        login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    at_board = invitation.role == Role.STAFF and invitation.venue_id is not None
    answer = redirect(reverse("board", args=[invitation.venue_id]) if at_board else reverse("admin:index"))
    answer.delete_cookie(INVITATION_COOKIE)
    return answer


def _gone(request: HttpRequest) -> HttpResponse:
    """One answer for unknown, used, revoked and expired."""
    answer = render(request, "invitation/gone.html", status=HTTPStatus.NOT_FOUND)
    answer["Referrer-Policy"] = "no-referrer"
    answer.delete_cookie(INVITATION_COOKIE)
    return answer
