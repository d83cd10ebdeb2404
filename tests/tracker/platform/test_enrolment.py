"""From a code on a terminal to a token: what the agent is told over HTTP, and what is kept of it."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from orders.door import failures
from tests.factories import make_person, make_venue
from tracker import enrolment, links, wire
from tracker.enrolment import AgentThere, TooManyTries
from tracker.models import EdgeAgent, Enrolment, WrongCode
from venues.models import Role, User, Venue

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def venue() -> Venue:
    return make_venue()


@pytest.fixture
def manager(venue: Venue) -> User:
    return make_person("Charlie", Role.MANAGER, venue)


def begin(agent: Client, **body: Any) -> dict[str, Any]:
    answer = agent.post(wire.ENROL_PATH, {"host": "bar-pi", "version": "1.0"} | body, "application/json")
    assert answer.status_code == 200, answer.content
    new: dict[str, Any] = answer.json()
    return new


def wait(agent: Client, secret: str) -> Any:
    return agent.post(f"{wire.ENROL_PATH}/wait", {"secret": secret}, "application/json")


def confirm(code: str, venue: Venue, manager: User, **fields: Any) -> EdgeAgent | None:
    found = enrolment.find(code, manager, timezone.now())
    assert found is not None
    return enrolment.confirm(found, venue, manager, timezone.now(), **fields)


def test_an_agent_gets_a_code_to_show_and_a_secret_to_keep(phone: Client) -> None:
    new = begin(phone)
    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", new["code"])
    assert (new["expires_s"], new["every_s"], set(new)) == (600, 2, {"code", "secret", "expires_s", "every_s"})
    row = Enrolment.objects.get()
    assert (row.host, row.version) == ("bar-pi", "1.0")
    assert row.address.startswith("10.9.")


def test_it_waits_until_a_manager_confirms_and_then_has_its_token(phone: Client, venue: Venue, manager: User) -> None:
    new = begin(phone)
    assert wait(phone, new["secret"]).status_code == 202
    agent = confirm(new["code"], venue, manager)
    answer = wait(phone, new["secret"])
    assert (answer.status_code, set(answer.json()), answer.json()["venue"]) == (200, {"token", "venue"}, str(venue.pk))
    assert agent is not None
    assert (agent.venue, agent.host, agent.enrolled_by) == (venue, "bar-pi", manager)
    assert links.open_link(answer.json()["token"], uuid.UUID(int=1), "", timezone.now()) is not None


def test_a_lost_answer_is_given_again_until_the_token_was_used(phone: Client, venue: Venue, manager: User) -> None:
    new = begin(phone)
    confirm(new["code"], venue, manager)
    first, second = wait(phone, new["secret"]).json(), wait(phone, new["secret"]).json()
    assert first == second
    links.open_link(first["token"], uuid.UUID(int=1), "", timezone.now())
    assert wait(phone, new["secret"]).status_code == 410


def test_nothing_of_code_secret_and_token_is_kept(phone: Client, venue: Venue, manager: User) -> None:
    new = begin(phone)
    confirm(new["code"], venue, manager)
    token = wait(phone, new["secret"]).json()["token"]
    kept = repr([list(model._default_manager.values()) for model in (Enrolment, EdgeAgent, WrongCode)])
    for secret in (new["code"], new["code"].replace("-", ""), new["secret"], token):
        assert secret not in kept


@pytest.mark.parametrize("how", ["expired", "refused", "unknown", "revoked", "not fetched in time"])
def test_what_will_never_be_is_gone_whatever_the_cause(phone: Client, venue: Venue, manager: User, how: str) -> None:
    new, now = begin(phone), timezone.now()
    if how == "refused":
        assert enrolment.refuse(Enrolment.objects.get(), now)
    if how in ("revoked", "not fetched in time"):
        agent = confirm(new["code"], venue, manager)
        assert agent is not None
        if how == "revoked":
            enrolment.revoke(agent, now)
    later = now + timedelta(minutes=11 if how in ("expired", "not fetched in time") else 0)
    with time_machine.travel(later, tick=False):
        answer = wait(phone, "x" * 43 if how == "unknown" else new["secret"])
    assert (answer.status_code, answer.json()["code"]) == (410, "gone")


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"secret": 1.5e999}', '{"secret": "' + "x" * 65 + '"}', "\x00"])
def test_a_body_that_is_none_is_an_error(phone: Client, body: str) -> None:
    answer = phone.post(f"{wire.ENROL_PATH}/wait", body, "application/json")
    assert answer.status_code in (400, 410)


@pytest.mark.parametrize("body", ["[]", '{"host": ["x"]}', '{"host": "' + "x" * 201 + '"}', "{"])
def test_an_agent_with_an_odd_name_is_refused(phone: Client, body: str) -> None:
    assert phone.post(wire.ENROL_PATH, body, "application/json").status_code == 400
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("path", ["", "/wait"])
def test_nothing_is_to_be_read_there(phone: Client, path: str) -> None:
    assert phone.get(wire.ENROL_PATH + path).status_code == 405


def test_one_address_begins_no_more_than_thirty_in_ten_minutes(phone: Client) -> None:
    for _ in range(30):
        begin(phone)
    answer = phone.post(wire.ENROL_PATH, {}, "application/json")
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")


def test_no_more_than_a_thousand_wait(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(phone)
    monkeypatch.setattr(enrolment, "MOST_OPEN", 1)
    assert phone.post(wire.ENROL_PATH, {}, "application/json").status_code == 429
    with time_machine.travel(timezone.now() + timedelta(minutes=10), tick=False):
        begin(phone)


def test_wrong_secrets_are_counted_per_address(phone: Client) -> None:
    for _ in range(failures.most):
        assert wait(phone, "wrong").status_code == 410
    assert wait(phone, begin(phone)["secret"]).status_code == 429


@pytest.mark.parametrize("typed", ["{0}", "{1}", " {0} ", "{2}"])
def test_a_code_is_typed_as_people_type(phone: Client, manager: User, typed: str) -> None:
    code = begin(phone)["code"]
    typed = typed.format(code, code.replace("-", ""), code.lower().replace("-", " "))
    assert enrolment.find(typed, manager, timezone.now()) is not None


def test_five_wrong_codes_are_the_most_in_ten_minutes(phone: Client, manager: User) -> None:
    code, now = begin(phone)["code"], timezone.now()
    for _ in range(5):
        assert enrolment.find("BBBB-BBBB", manager, now) is None
    with pytest.raises(TooManyTries):
        enrolment.find(code, manager, now)
    assert enrolment.find(code, make_person(), now) is not None  # another person's are their own
    with time_machine.travel(now + timedelta(minutes=10), tick=False):
        code = begin(phone)["code"]
        assert enrolment.find(code, manager, timezone.now()) is not None


def test_right_codes_are_no_wrong_tries(phone: Client, manager: User) -> None:
    code = begin(phone)["code"]
    assert all(enrolment.find(code, manager, timezone.now()) for _ in range(10))


def test_a_second_agent_replaces_the_first_only_after_a_yes(phone: Client, venue: Venue, manager: User) -> None:
    first = confirm(begin(phone)["code"], venue, manager)
    assert first is not None
    code = begin(phone, host="new-pi")["code"]
    with pytest.raises(AgentThere) as there:
        confirm(code, venue, manager)
    assert there.value.agent == first
    with pytest.raises(AgentThere):
        confirm(code, venue, manager, replaces=first.pk + 1)  # a yes to another agent is none to this
    second = confirm(code, venue, manager, replaces=first.pk)
    first.refresh_from_db()
    assert second is not None
    assert (first.revoked_at is not None, second.revoked_at, second.host) == (True, None, "new-pi")


def test_a_code_connects_one_agent(phone: Client, venue: Venue, manager: User) -> None:
    found = enrolment.find(begin(phone)["code"], manager, timezone.now())
    assert found is not None
    assert enrolment.confirm(found, venue, manager, timezone.now()) is not None
    assert enrolment.confirm(found, make_venue(), manager, timezone.now()) is None
    assert not enrolment.refuse(found, timezone.now())


def test_what_has_expired_is_removed_twice_over(phone: Client, manager: User) -> None:
    begin(phone)
    enrolment.find("BBBB-BBBB", manager, timezone.now())
    for _ in range(2):
        enrolment.prune(timezone.now() + timedelta(minutes=19))
        assert (Enrolment.objects.count(), WrongCode.objects.count()) == (1, 0)
    for _ in range(2):
        enrolment.prune(timezone.now() + timedelta(minutes=21))
        assert not Enrolment.objects.exists()
