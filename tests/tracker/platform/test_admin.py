"""Agents in the admin: Alice has a pub, Bob another operator's, Charlie only pulls pints at Alice's."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse
from django.utils import timezone

from tests.factories import logged_in, make_agent, make_command, make_gateway, make_person, make_venue
from tests.venues.forms import fields_of, send_changed
from tracker import enrolment, links, wire
from tracker.models import EdgeAgent, Enrolment, Gateway, GatewayCommand
from venues.models import Role, User, Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

CONNECT = "/admin/tracker/edgeagent/add/"
SEEN = wire.SeenGateway(name="<b>LRS</b>", host="lrs.local", address="192.168.1.9")


@pytest.fixture
def pub() -> Venue:
    return make_venue(name="Alice's")


@pytest.fixture
def alice(pub: Venue) -> User:
    return make_person("alice", Role.MANAGER, pub)


@pytest.fixture
def bob() -> User:
    return make_person("bob", Role.OPERATOR, make_venue(name="Bob's").operator)


@pytest.fixture
def charlie(pub: Venue) -> User:
    return make_person("charlie", Role.STAFF, pub)


def waiting(host: str = "bar-pi") -> str:
    """The code of an agent that waits."""
    return enrolment.begin(host, "1.0", "10.0.0.5", timezone.now()).code


def act(user: User, row: Any, action: str) -> Any:
    address = reverse(f"admin:tracker_{row._meta.model_name}_changelist")
    return logged_in(user).post(address, {"action": action, ACTION_CHECKBOX_NAME: [row.pk]}, follow=True)


def page_of(row: Any) -> str:
    return reverse(f"admin:tracker_{row._meta.model_name}_change", args=[row.pk])


def test_the_page_shows_who_asks_before_anything_is_confirmed(alice: User, pub: Venue) -> None:
    page = logged_in(alice).post(CONNECT, {"step": "find", "code": waiting("<script>pi")})
    text = page.content.decode()
    assert all(word in text for word in ("10.0.0.5", "&lt;script&gt;pi", "1.0", "Alice&#x27;s"))
    assert not EdgeAgent.objects.exists()


def test_a_manager_connects_an_agent(alice: User, pub: Venue) -> None:
    client = logged_in(alice)
    found = client.post(CONNECT, {"step": "find", "code": waiting()})
    fields = fields_of(found) | {"step": "confirm"}
    assert fields["venue"] == str(pub.pk)  # their only one
    answer = client.post(CONNECT, fields, follow=True)
    agent = EdgeAgent.objects.get()
    assert (agent.venue, agent.enrolled_by) == (pub, alice)
    assert b"It will connect by itself" in answer.content
    assert b"has not connected yet" in answer.content


def test_a_second_agent_asks_for_a_yes_that_names_the_first(alice: User, pub: Venue) -> None:
    first, _ = make_agent(pub, "old-pi")
    client = logged_in(alice)
    fields = {"step": "confirm", "code": waiting("new-pi"), "venue": pub.pk}
    asked = client.post(CONNECT, fields)
    assert b"old-pi" in asked.content
    assert EdgeAgent.objects.get(revoked_at=None) == first
    without_yes = client.post(CONNECT, fields | {"replaces": first.pk})
    assert b"old-pi" in without_yes.content
    assert EdgeAgent.objects.get(revoked_at=None) == first
    client.post(CONNECT, fields_of(asked) | {"step": "confirm", "yes": "on"})
    assert EdgeAgent.objects.get(revoked_at=None).host == "new-pi"
    assert EdgeAgent.objects.count() == 2


def test_an_agent_that_is_not_ours_is_sent_away(alice: User, pub: Venue) -> None:
    logged_in(alice).post(CONNECT, {"step": "refuse", "code": waiting()})
    assert Enrolment.objects.get().refused_at is not None


@pytest.mark.parametrize("code", ["BBBB-BBBB", "", "x" * 41, "\x00"])
def test_a_wrong_code_says_so(alice: User, code: str) -> None:
    page = logged_in(alice).post(CONNECT, {"step": "find", "code": code})
    assert page.status_code == 200
    assert b"errorlist" in page.content


def test_after_five_wrong_codes_the_right_one_is_no_use_for_ten_minutes(alice: User) -> None:
    client, code = logged_in(alice), waiting()
    for _ in range(5):
        client.post(CONNECT, {"step": "find", "code": "BBBB-BBBB"})
    page = client.post(CONNECT, {"step": "find", "code": code})
    assert (page.status_code, b"10.0.0.5" in page.content) == (429, False)


def test_another_operators_venue_is_no_venue_to_connect_to(bob: User, pub: Venue) -> None:
    client, code = logged_in(bob), waiting()
    hers = client.post(CONNECT, {"step": "confirm", "code": code, "venue": pub.pk})
    none = client.post(CONNECT, {"step": "confirm", "code": code, "venue": 987_654_321})
    assert hers.status_code == none.status_code == 200
    for page in (hers, none):
        assert page.context["form"].errors["venue"] == [
            "Select a valid choice. That choice is not one of the available choices."
        ]
    assert b"Alice" not in hers.content
    assert not EdgeAgent.objects.exists()


def test_staff_connect_nothing_and_see_nothing(charlie: User, pub: Venue) -> None:
    agent, _ = make_agent(pub)
    client = logged_in(charlie)
    pages = (CONNECT, reverse("admin:tracker_edgeagent_changelist"), page_of(agent))
    assert all(client.get(page).status_code == 302 for page in pages)
    assert client.post(CONNECT, {"step": "confirm", "code": waiting(), "venue": pub.pk}).status_code == 302
    assert EdgeAgent.objects.count() == 1


def test_revoking_is_for_those_who_manage_the_venue(alice: User, bob: User, pub: Venue) -> None:
    agent, token = make_agent(pub)
    act(bob, agent, "revoke")
    agent.refresh_from_db()
    assert agent.revoked_at is None
    act(alice, agent, "revoke")
    assert links.open_link(token, uuid.UUID(int=1), "", timezone.now()) is None
    assert b"revoked" in logged_in(alice).get(reverse("admin:tracker_edgeagent_changelist")).content


def test_what_was_sent_and_why_is_on_the_agents_page(alice: User, pub: Venue) -> None:
    agent, _ = make_agent(pub)
    make_command(pub, "17", "page", why="order 12 is ready", state="failed", detail="<i>busy</i>", agent=agent)
    text = logged_in(alice).get(page_of(agent)).content.decode()
    assert all(word in text for word in ("page", "17", "order 12 is ready", "failed", "&lt;i&gt;busy"))


def test_health_is_shown_in_parts_with_since_when_and_what_to_do(alice: User, pub: Venue) -> None:
    agent, token = make_agent(pub)
    links.open_link(token, uuid.UUID(int=1), "", timezone.now())
    make_gateway(agent, state="token_refused", since=timezone.now() - timedelta(hours=1))
    text = logged_in(alice).get(reverse("admin:tracker_edgeagent_changelist")).content.decode()
    assert "token token refused since" in text
    assert "Press its button to pair it again" in text


def test_dead_commands_are_tried_again_by_those_who_manage_the_venue(alice: User, bob: User, pub: Venue) -> None:
    dead, done = make_command(pub, state="dead"), make_command(pub, state="done")
    act(bob, dead, "again")
    assert GatewayCommand.objects.get(pk=dead.pk).state == "dead"
    act(alice, dead, "again")
    act(alice, done, "again")
    assert [c.state for c in GatewayCommand.objects.order_by("pk")] == ["planned", "done"]


def test_a_manager_answers_the_agent_on_the_gateways_page(alice: User, bob: User, pub: Venue) -> None:
    news = wire.GatewayNews(state="choose", seen=(SEEN,))
    gateway = make_gateway(make_agent(pub)[0], state="choose", seen=wire.to_text(news))
    page = logged_in(alice).get(page_of(gateway))
    assert b"&lt;b&gt;LRS&lt;/b&gt; at 192.168.1.9" in page.content
    assert logged_in(bob).post(page_of(gateway), {"answer": "pair_again"}).status_code == 302
    assert Gateway.objects.get().choice == ""
    send_changed(logged_in(alice), page_of(gateway), answer=wire.to_text(SEEN))
    assert (Gateway.objects.get().choice, Gateway.objects.get().choice_gateway) == ("use", wire.to_text(SEEN))


def test_a_manager_says_which_gateway_is_right_in_the_place_of_the_old_one(alice: User, pub: Venue) -> None:
    news = wire.GatewayNews(state="changed", seen=(SEEN,))
    gateway = make_gateway(make_agent(pub)[0], state="changed", seen=wire.to_text(news))
    send_changed(logged_in(alice), page_of(gateway), answer=wire.to_text(SEEN))
    assert (Gateway.objects.get().choice, Gateway.objects.get().choice_gateway) == ("accept_change", wire.to_text(SEEN))


@pytest.mark.parametrize("answer", ["reboot", '{"name":"other","host":"h","address":"http://evil"}'])
def test_an_answer_that_was_not_offered_is_refused(alice: User, pub: Venue, answer: str) -> None:
    gateway = make_gateway(make_agent(pub)[0], state="choose")
    send_changed(logged_in(alice), page_of(gateway), answer=answer)
    assert Gateway.objects.get().choice == ""


def test_no_hash_is_on_any_page(alice: User, pub: Venue) -> None:
    agent, _ = make_agent(pub)
    pages = (page_of(agent), reverse("admin:tracker_edgeagent_changelist"))
    assert all(agent.token_hash.encode() not in logged_in(alice).get(page).content for page in pages)
