"""Keys and roles ask for the password again; nothing that was typed is lost."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.orders.logins import PASSWORD, App, a_browser, give_code, give_password, make_login
from tests.venues.cast import House, make_house
from tests.venues.forms import fields_of
from venues.models import Device, Membership, Operator, Role, SecondFactor, Table, User
from venues.tries import MOST

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

LATER = timedelta(minutes=11)
ADD_DEVICE = reverse("admin:venues_device_add")
PEOPLE = reverse("admin:venues_user_changelist")


@pytest.fixture
def alice() -> House:
    return make_house("Alice")


@pytest.fixture
def owner(alice: House, phone: Client) -> Client:
    """Ola, who runs Alice's, and logged in eleven minutes ago."""
    make_login("ola", Role.OPERATOR, alice.operator)
    with time_machine.travel(timezone.now() - LATER, tick=False):
        give_password(phone, "ola")
    return phone


def asked(answer: Any) -> bool:
    return answer.status_code == 403 and b"Your password again" in answer.content


def answer_it(client: Client, question: Any, **given: str) -> Any:
    """Send the question's form, as a browser would: to the address it names, with all it holds."""
    address = re.search(r'<form method="post" action="([^"]*)">', question.content.decode())
    assert address is not None
    return client.post(address[1], fields_of(question) | {"again_password": PASSWORD} | given)


def page_of(row: Any, page: str = "change") -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def test_every_act_with_keys_and_roles_asks(alice: House, owner: Client) -> None:
    role, staff = Membership.objects.get(user=alice.staff), alice.staff
    pages = [
        ADD_DEVICE,
        reverse("admin:venues_membership_add"),
        reverse("admin:venues_user_add"),
        reverse("admin:venues_invitation_add"),
        reverse("admin:auth_user_password_change", args=[staff.pk]),
        reverse("admin:tracker_edgeagent_add"),
        reverse("admin:password_change"),
    ]
    forms: list[tuple[str, dict[str, Any]]] = [
        *((page, {}) for page in pages),
        (page_of(role), {"role": "manager"}),
        (page_of(role, "delete"), {"post": "yes"}),
        (page_of(staff), {"username": "x"}),
        (page_of(staff, "delete"), {"post": "yes"}),
        (page_of(alice.operator), {"second_factor": "off"}),
        (PEOPLE, {"action": "reset_second_factor", ACTION_CHECKBOX_NAME: [staff.pk]}),
        (PEOPLE, {"action": "delete_selected", ACTION_CHECKBOX_NAME: [staff.pk]}),
        (f"/board/{alice.venue.pk}/tables/{alice.table.pk}/rotate", {}),
        (reverse("admin:venues_venue_codes", args=[alice.venue.pk]), {"do": "rotate-yes", "which": "shown"}),
        (f"{page_of(role, 'history')}membership/1/", {}),
    ]
    for page in pages:
        assert asked(owner.get(page)), page
    for page, data in forms:
        assert asked(owner.post(page, data)), page
    assert Table.objects.get(pk=alice.table.pk).code_version == alice.table.code_version
    assert Membership.objects.get(pk=role.pk).role == Role.STAFF


def test_looking_and_all_else_asks_for_nothing(alice: House, owner: Client) -> None:
    for page in (page_of(alice.staff), page_of(alice.operator), PEOPLE, page_of(alice.product)):
        assert owner.get(page).status_code == 200
    assert owner.post(PEOPLE, {"action": "unlock", ACTION_CHECKBOX_NAME: [alice.staff.pk]}).status_code == 302
    assert owner.post(f"/board/{alice.venue.pk}/tables/{alice.table.pk}/stop").status_code == 302


def test_a_form_that_is_opened_asks_first_and_is_then_there(alice: House, owner: Client) -> None:
    address = f"{ADD_DEVICE}?venue={alice.venue.pk}"
    wrong = answer_it(owner, owner.get(address), again_password="guess")
    assert asked(wrong)
    assert b"is not right" in wrong.content
    done = answer_it(owner, wrong)
    assert done["Location"] == address
    assert owner.get(address).status_code == 200


def test_what_was_typed_goes_on_as_it_was(alice: House, owner: Client) -> None:
    typed = {"venue": alice.venue.pk, "name": 'A "quoted" <tablet> & more'}
    question = owner.post(ADD_DEVICE, typed)
    assert not Device.objects.filter(name=typed["name"]).exists()
    shown = answer_it(owner, answer_it(owner, question, again_password="guess"))
    assert shown.status_code == 200
    assert b"This is shown once" in shown.content
    assert Device.objects.filter(name=typed["name"]).count() == 1


def test_many_values_of_one_name_are_all_kept(alice: House, owner: Client) -> None:
    people = [make_login(name, Role.STAFF, alice.venue) for name in ("sam", "tom")]
    for person in people:
        App.of(person)
    chosen = {"action": "reset_second_factor", ACTION_CHECKBOX_NAME: [person.pk for person in people]}
    question = owner.post(PEOPLE, chosen)
    kept = re.findall(rf'name="{ACTION_CHECKBOX_NAME}" value="(\d+)"', question.content.decode())
    assert kept == [str(person.pk) for person in people]


def test_ten_minutes_long_nobody_is_asked_again(alice: House, owner: Client) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        answer_it(owner, owner.get(ADD_DEVICE))
    for minutes, is_asked in ((9, False), (11, True)):
        with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
            assert asked(owner.get(ADD_DEVICE)) is is_asked, minutes


def test_the_code_is_asked_for_where_there_is_one(alice: House) -> None:
    Operator.objects.update(second_factor=SecondFactor.ON)
    app, client, now = App.of(make_login("ola", Role.OPERATOR, alice.operator)), a_browser(), timezone.now()
    with time_machine.travel(now, tick=False):
        give_password(client, "ola")
        give_code(client, app.code())
        assert client.get(ADD_DEVICE).status_code == 200
    with time_machine.travel(now + LATER, tick=False):
        question = client.get(ADD_DEVICE)
        for code in ("", app.wrong()):
            assert asked(answer_it(client, question, again_code=code))
        assert asked(answer_it(client, question, again_code=app.code(), again_password="guess"))
        assert answer_it(client, question, again_code=app.code(1))["Location"] == ADD_DEVICE


def test_wrong_answers_lock_the_account(alice: House, owner: Client) -> None:
    question = owner.get(ADD_DEVICE)
    for _ in range(MOST):
        answer_it(owner, question, again_password="guess")
    assert asked(answer_it(owner, question))
    assert give_password(a_browser(), "ola").status_code == 200


def test_another_operators_page_asks_like_one_that_does_not_exist(alice: House, owner: Client) -> None:
    bob = make_house("Bob")
    answers = []
    for pk in (bob.staff.pk, 987_654_321):
        page = reverse("admin:venues_user_change", args=[pk])
        question = owner.post(page, {"username": "x"})
        texts = [re.sub(r'value="\w{64}"', "", question.content.decode()).replace(f"/{pk}/", "/PK/")]
        answers.append((question.status_code, texts))
    assert answers[0] == answers[1]


def test_who_manages_nothing_is_not_asked_but_sent_away(alice: House) -> None:
    client = a_browser()
    make_login("sam", Role.STAFF, alice.venue)
    with time_machine.travel(timezone.now() - LATER, tick=False):
        give_password(client, "sam")
    assert client.get(ADD_DEVICE)["Location"].startswith(reverse("admin:login"))
    rotate = client.post(f"/board/{alice.venue.pk}/tables/{alice.table.pk}/rotate")
    assert (rotate.status_code, asked(rotate)) == (403, False)


def test_a_board_by_login_that_was_not_used_for_hours_asks_too(alice: House, settings: Any) -> None:
    """Its person is nobody to pages that manage by then, and still at the board."""
    settings.ONTAP_LOGIN_IDLE_HOURS = 2
    client, start = a_browser(), timezone.now()
    make_login("ola", Role.OPERATOR, alice.operator)
    board = f"/board/{alice.venue.pk}/"
    with time_machine.travel(start, tick=False):
        give_password(client, "ola")
    for hours in (1, 2, 3):
        with time_machine.travel(start + timedelta(hours=hours), tick=False):
            assert client.get(board).status_code == 200
    with time_machine.travel(start + timedelta(hours=3), tick=False):
        question = client.post(f"{board}tables/{alice.table.pk}/rotate", {"back": "1"})
        assert asked(question)
        assert b'id="sheet"' in question.content  # shown in the board's own sheet
        done = answer_it(client, question)
        assert done["Location"] == f"{board}tables/{alice.table.pk}/"
    assert Table.objects.get(pk=alice.table.pk).code_version == alice.table.code_version + 1


def test_changes_of_ones_own_second_factor_ask(owner: Client) -> None:
    own = reverse("own-login")
    for do in ("app", "codes", "remove"):
        assert asked(owner.post(own, {"do": do})), do
    assert answer_it(owner, owner.post(own, {"do": "app"}))["Location"] == reverse("login-set-up")
    assert User.objects.get(username="ola").login_version == 0
