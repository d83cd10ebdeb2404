"""Taking people on by link: who may invite to what, who may accept, and what a link that is over says."""

import itertools
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from tests.factories import logged_in, make_person
from tests.venues.cast import House, make_house
from tests.venues.forms import faults_of, fields_of
from venues.codes import new_token, token_hash
from venues.invitations import InvitationGone, accept, invite, maker_may, prune_invitations
from venues.models import AuditEntry, Invitation, Membership, Role, User
from venues.roles import may_give, may_work_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

ADD = "admin:venues_invitation_add"
PASSWORD = "a long evening at the pub"
HERE = "/invitation/"


@pytest.fixture
def alice() -> House:
    return make_house("Alice")


def ask_for_link(by: User, **wanted: Any) -> Any:
    return logged_in(by).post(reverse(ADD), {"name": "Sam", "role": "staff", "operator": "", "venue": "", **wanted})


def link_of(answer: Any) -> str:
    found = re.search(r"/i/[\w-]{43}/", answer.content.decode())
    assert found is not None, faults_of(answer)
    return found[0]


def join(client: Client, link: str, name: str = "sam", password: str = PASSWORD) -> Any:
    """The way of a new person, from the link on."""
    opened = client.get(link)
    assert (opened.status_code, opened["Location"], opened["Referrer-Policy"]) == (302, HERE, "no-referrer")
    assert client.get(HERE).status_code == 200
    return client.post(HERE, {"username": name, "password1": password, "password2": password})


def test_somebody_new_joins_by_the_link_and_lands_at_their_board(alice: House, phone: Client) -> None:
    made = ask_for_link(alice.manager, venue=alice.venue.pk)
    link = link_of(made)
    assert b"This is shown once." in made.content
    assert b"data:image/svg+xml" in made.content
    row = Invitation.objects.latest("pk")
    assert row.token_hash == token_hash(link.split("/")[2])
    answer = join(phone, link)
    assert (answer.status_code, answer["Location"]) == (302, reverse("board", args=[alice.venue.pk]))
    sam = User.objects.get(username="sam")
    assert (may_work_at(sam, alice.venue.pk), sam.is_superuser, sam.check_password(PASSWORD)) == (True, False, True)
    assert phone.get(answer["Location"]).status_code == 200
    row.refresh_from_db()
    assert (row.state(timezone.now()), row.used_by) == ("used", sam)
    noted = list(AuditEntry.objects.filter(venue=alice.venue, about__startswith="Sam,").values_list("what", "name"))
    assert set(noted) == {("invited", "Alice-manager"), ("joined", "sam")}


def test_an_operator_invites_managers_and_operators_and_they_land_in_the_admin(alice: House) -> None:
    for name, wanted in (
        ("mia", {"role": "manager", "venue": alice.venue.pk}),
        ("ola", {"role": "operator", "operator": alice.operator.pk}),
    ):
        answer = join(Client(), link_of(ask_for_link(alice.owner, **wanted)), name)
        assert (answer.status_code, answer["Location"]) == (302, reverse("admin:index"))
        assert Membership.objects.get(user__username=name).role == wanted["role"]


def test_nobody_invites_to_more_than_they_have_nor_elsewhere(alice: House) -> None:
    bob = make_house("Bob")
    for by, wanted in (
        (alice.manager, {"role": "manager", "venue": alice.venue.pk}),
        (alice.manager, {"role": "operator", "operator": alice.operator.pk}),
        (alice.manager, {"venue": bob.venue.pk}),
        (alice.owner, {"venue": bob.venue.pk}),
        (alice.owner, {"role": "operator", "operator": bob.operator.pk}),
        (alice.owner, {"role": "operator", "operator": alice.operator.pk, "venue": alice.venue.pk}),
        (alice.owner, {"role": "manager"}),
    ):
        assert faults_of(ask_for_link(by, **wanted)), wanted
    assert ask_for_link(alice.staff, venue=alice.venue.pk).status_code == 302  # to the login
    assert Invitation.objects.filter(name="Sam").count() == 0


def open_link(alice: House, **fields: Any) -> tuple[Invitation, str]:
    row = Invitation(operator=alice.operator, venue=alice.venue, role=Role.STAFF, name="Sam")
    token = invite(row, fields.pop("by", alice.manager), timezone.now())
    Invitation.objects.filter(pk=row.pk).update(**fields)
    return row, f"/i/{token}/"


def take_the_right_of_the_maker(alice: House) -> None:
    Membership.objects.filter(user=alice.manager).delete()


def test_every_dead_link_gets_the_same_answer(alice: House, phone: Client) -> None:
    now = timezone.now()
    dead: list[str] = [
        f"/i/{new_token()}/",
        "/i/x/",
        open_link(alice, used_at=now)[1],
        open_link(alice, revoked_at=now)[1],
        open_link(alice, expires_at=now - timedelta(seconds=1))[1],
        open_link(alice, made_by=None)[1],
        open_link(alice, by=make_person("Alice-left", Role.MANAGER, alice.venue, is_active=False))[1],
        open_link(alice, by=make_house("Bob").owner)[1],
    ]
    working = open_link(alice)[1]
    assert phone.get(working).status_code == 302
    take_the_right_of_the_maker(alice)
    answers = [phone.get(link) for link in (*dead, working)]
    assert {answer.status_code for answer in answers} == {404}
    for answer in answers:
        del answer.headers["Expires"]  # the moment of the answer
        assert (answer.content, sorted(answer.items())) == (answers[0].content, sorted(answers[0].items()))
    assert b"Ask whoever invited you for a new one." in answers[0].content
    assert phone.get(HERE).status_code == 404


def test_what_ends_while_the_page_is_open_ends_the_form_too(alice: House) -> None:
    ends: list[Callable[[Invitation], object]] = [
        lambda row: Invitation.objects.filter(pk=row.pk).update(revoked_at=timezone.now()),
        lambda row: Invitation.objects.filter(pk=row.pk).update(used_at=timezone.now()),
        lambda row: take_the_right_of_the_maker(alice),
    ]
    for end in ends:
        client, (row, link) = Client(), open_link(alice)
        client.get(link)
        end(row)
        answer = client.post(HERE, {"username": "sam", "password1": PASSWORD, "password2": PASSWORD})
        assert answer.status_code == 404
    venue = make_house("Carol")
    client, (_, link) = Client(), open_link(venue)
    client.get(link)
    Invitation.objects.filter(venue=venue.venue).delete()  # as when the venue goes
    assert client.get(HERE).status_code == 404
    assert not User.objects.filter(username="sam").exists()


def test_a_link_works_once_whoever_is_faster(alice: House) -> None:
    row, link = open_link(alice)
    first, second = Client(), Client()
    first.get(link)
    second.get(link)
    post = {"password1": PASSWORD, "password2": PASSWORD}
    assert first.post(HERE, {**post, "username": "first"}).status_code == 302
    assert second.post(HERE, {**post, "username": "second"}).status_code == 404
    with pytest.raises(InvitationGone):
        accept(row, User(username="third"), timezone.now())
    assert not User.objects.filter(username__in=["second", "third"]).exists()


def test_what_is_wrong_in_the_form_is_said_and_uses_nothing_up(alice: House, phone: Client) -> None:
    row, link = open_link(alice)
    for name, password, words in (
        ("ALICE-Staff", PASSWORD, "Somebody has this name already."),
        ("sam", "12345", "too short"),
        ("sam", "password123", "too common"),
        ("samsamsam", "samsamsam", "too similar"),
        ("s am", PASSWORD, "Enter a valid username"),
    ):
        answer = join(phone, link, name, password)
        assert (answer.status_code, words in answer.content.decode()) == (422, True), words
    row.refresh_from_db()
    assert row.state(timezone.now()) == "open"
    assert not User.objects.filter(username="sam").exists()


def test_somebody_with_an_account_accepts_for_it_and_sees_for_which(alice: House) -> None:
    bob = make_house("Bob")
    client = logged_in(bob.staff)
    client.get(open_link(alice)[1])
    assert b"You are logged in as Bob-staff." in client.get(HERE).content
    assert client.post(HERE)["Location"] == reverse("board", args=[alice.venue.pk])
    assert may_work_at(bob.staff, alice.venue.pk)
    assert may_work_at(bob.staff, bob.venue.pk)


def test_a_higher_role_takes_the_place_of_a_lower_one_and_never_the_other_way(alice: House) -> None:
    up = open_link(alice, by=alice.owner, role=Role.MANAGER)[1]
    client = logged_in(alice.staff)
    client.get(up)
    assert client.post(HERE)["Location"] == reverse("admin:index")
    assert Membership.objects.get(user=alice.staff).role == Role.MANAGER
    assert client.get(reverse("admin:index")).status_code == 200  # another role ends logins, but not this one
    alice.staff.refresh_from_db()
    row, down = open_link(alice)
    for user, role in ((alice.staff, Role.MANAGER), (alice.owner, Role.OPERATOR)):
        client = logged_in(user)
        client.get(down)
        answer = client.post(HERE)
        assert (answer.status_code, b"You have this role here already" in answer.content) == (422, True)
        assert Membership.objects.get(user=user).role == role
    row.refresh_from_db()
    assert row.state(timezone.now()) == "open"


def test_looking_at_a_link_uses_nothing_up_and_only_its_own_page_takes_a_form(alice: House, phone: Client) -> None:
    row, link = open_link(alice)
    for ask in (phone.get, phone.head, phone.get):
        assert ask(link).status_code == 302
    assert phone.post(link).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.get(link)
    assert strict.post(HERE, {"username": "sam", "password1": PASSWORD, "password2": PASSWORD}).status_code == 403
    row.refresh_from_db()
    assert row.state(timezone.now()) == "open"


def test_wrong_links_are_counted_like_wrong_codes(alice: House, settings: Settings) -> None:
    client, link = Client(REMOTE_ADDR="10.77.0.1"), open_link(alice)[1]
    answers = (client.get(f"/i/{number}/").status_code for number in itertools.count())
    tries = list(itertools.takewhile(lambda status: status == 404, itertools.islice(answers, 500)))
    assert len(tries) <= settings.ONTAP_FAILURES_PER_MINUTE
    assert client.get(link).status_code == 429
    assert Client(REMOTE_ADDR="10.77.0.2").get(link).status_code == 302


def test_the_list_says_how_each_stands_and_takes_back(alice: House) -> None:
    bob = make_house("Bob")
    row, link = open_link(alice)
    manager_wanted = open_link(alice, by=alice.owner, role=Role.MANAGER)[0]
    page = reverse("admin:venues_invitation_changelist")
    chosen = {"action": "take_back", ACTION_CHECKBOX_NAME: [row.pk, manager_wanted.pk]}
    for rival in (bob.owner, bob.manager):
        logged_in(rival).post(page, chosen)
    assert Client().get(link).status_code == 302
    client = logged_in(alice.manager)
    client.post(page, chosen)
    states = [Invitation.objects.get(pk=one.pk).state(timezone.now()) for one in (row, manager_wanted)]
    assert states == ["revoked", "open"]  # a manager takes back what a manager may give
    assert Client().get(link).status_code == 404
    listed = client.get(page).content.decode()
    assert "taken back" in listed
    assert token_hash(link.split("/")[2]) not in listed
    take_the_right_of_the_maker(alice)
    open_link(alice)
    assert "dead: whoever made it may not give this role any more" in logged_in(alice.owner).get(page).content.decode()
    assert [client.get(page, {"state": "open"}).status_code for client in [logged_in(alice.owner)]] == [200]
    shown = fields_of(logged_in(alice.owner).get(reverse("admin:venues_invitation_change", args=[row.pk])))
    assert not {"name", "role", "venue", "operator"} & set(shown)


def test_old_invitations_are_pruned(alice: House) -> None:
    now = timezone.now()
    old = open_link(alice, expires_at=now - timedelta(days=91))[0]
    assert prune_invitations(now) == 1
    assert prune_invitations(now) == 0
    assert not Invitation.objects.filter(pk=old.pk).exists()


def test_the_list_takes_as_many_queries_for_many_as_for_few(alice: House) -> None:
    client, counts = logged_in(alice.owner), []
    for more in (2, 12):
        for _ in range(more):
            open_link(alice)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("admin:venues_invitation_changelist")).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[1] <= 20


def test_whoever_may_give_a_role_is_one_question_in_two_forms(alice: House) -> None:
    bob = make_house("Bob")
    root = make_person("root", is_superuser=True)
    people = (alice.owner, alice.manager, alice.staff, bob.owner, bob.manager, root, make_person("nobody"))
    for person, role in itertools.product(people, Role):
        venue = None if role == Role.OPERATOR else alice.venue
        row = Invitation(operator=alice.operator, venue=venue, role=role, name="Sam")
        invite(row, person, timezone.now())
        may = may_give(person, role, alice.operator.pk, venue.pk if venue is not None else None)
        assert maker_may(row) == may, (person, role)
