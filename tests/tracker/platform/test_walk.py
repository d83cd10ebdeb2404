"""The guided walk: put a puck on table 7 now."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from orders.protocol import to_ms
from tests.factories import make_gateway, make_operator, make_person, make_table, make_venue
from tests.tracker.platform.evening import Evening
from tracker.walking import NoTag, Sighting, TagTaken, learn_tag, next_to_learn, seen_since, tables_to_walk
from venues.models import Role, Table

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def pub() -> Evening:
    """Tables 7 and 8 have tags 70 and 80; table 9 has none yet."""
    pub = Evening()
    pub.tables["9"] = make_table(pub.venue, "9")
    make_gateway(pub.agent)
    return pub


@pytest.fixture
def alice(pub: Evening) -> Client:
    """The venue's manager."""
    client = Client()
    client.force_login(make_person("alice", Role.MANAGER, pub.venue))
    return client


def ask(client: Client, pub: Evening, **query: Any) -> str:
    answer = client.get(f"/walk/{pub.venue.pk}/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def since(page: str) -> str:
    found = re.search(r'name="since" value="(\d+)"', page)
    assert found is not None
    return found[1]


def tag_of(table: Table) -> str | None:
    return Table.objects.get(pk=table.pk).tag_number


# What was seen, and what becomes of it


def test_a_puck_is_seen_where_it_was_put_since(pub: Evening) -> None:
    pub.tell("created", name="31", tag="70")
    began = pub.now
    key = pub.tell("created", name="22")
    assert seen_since(pub.venue.pk, began) == []
    pub.tell("modified", name="22", tag="90", key=key)
    assert seen_since(pub.venue.pk, began) == [Sighting("22", "90")]
    pub.tell("cleared", name="22", tag="90", key=key)
    assert seen_since(pub.venue.pk, began) == []


def test_another_puck_than_the_one_that_is_carried_does_not_count(pub: Evening) -> None:
    began = pub.now - timedelta(minutes=1)
    pub.tell("created", name="22", tag="90")
    pub.tell("created", name="31", tag="70")
    assert seen_since(pub.venue.pk, began, "22") == [Sighting("22", "90")]
    assert seen_since(pub.venue.pk, began) == [Sighting("31", "70"), Sighting("22", "90")]


def test_a_tag_of_another_table_is_taken_only_on_a_word(pub: Evening) -> None:
    with pytest.raises(TagTaken, match="table 7"):
        learn_tag(pub.tables["9"], "70")
    assert tag_of(pub.tables["7"]) == "70"
    learn_tag(pub.tables["9"], "70", instead=True)
    assert (tag_of(pub.tables["7"]), tag_of(pub.tables["9"])) == (None, "70")


@pytest.mark.parametrize("word", ["0", "12345", "bar", ""])
def test_a_place_that_is_no_tag_is_refused(pub: Evening, word: str) -> None:
    with pytest.raises(NoTag):
        learn_tag(pub.tables["9"], word)
    assert tag_of(pub.tables["9"]) is None


def test_one_walks_by_zone_as_people_count_and_round() -> None:
    venue = make_venue()
    made = {n: make_table(venue, n, zone=zone) for n, zone in (("10", ""), ("2", ""), ("Snug", ""), ("1", "Garden"))}
    tables = tables_to_walk(venue.pk)
    assert [table.number for table in tables] == ["2", "10", "Snug", "1"]
    assert next_to_learn(tables) == made["2"]
    assert next_to_learn(tables, made["10"]) == made["Snug"]
    assert next_to_learn(tables, made["1"]) == made["2"]
    for table in tables:
        table.tag_number = "1"
    assert next_to_learn(tables) is None


# The page


def test_it_begins_with_the_first_table_without_a_tag_and_learns_by_the_puck(pub: Evening, alice: Client) -> None:
    page = ask(alice, pub)
    assert re.search(r"Now put a puck on table\s+<span[^>]*>9<", page)
    pub.now = timezone.now()
    pub.tell("created", tag="90")
    form = {"table": pub.tables["9"].pk, "since": since(page), "puck": ""}
    seen = alice.get(f"/walk/{pub.venue.pk}/seen", {"since": since(page), "puck": ""})
    assert seen.json() == {"seen": True}
    answer = alice.post(f"/walk/{pub.venue.pk}/", form, follow=True)
    assert tag_of(pub.tables["9"]) == "90"
    words = answer.content.decode()
    assert "Table 9 has tag 90." in words
    assert "Every table has its tag." in words


def test_before_the_puck_was_seen_it_says_so_and_goes_on_waiting_from_the_same_moment(
    pub: Evening, alice: Client
) -> None:
    page = ask(alice, pub)
    form = {"table": pub.tables["9"].pk, "since": since(page), "puck": ""}
    answer = alice.post(f"/walk/{pub.venue.pk}/", form).content.decode()
    assert "Nothing was seen yet." in answer
    assert since(answer) == since(page)
    assert alice.get(f"/walk/{pub.venue.pk}/seen", {"since": since(page)}).json() == {"seen": False}


def test_of_several_pucks_the_manager_says_which(pub: Evening, alice: Client) -> None:
    began = to_ms(pub.now - timedelta(minutes=1))
    pub.tell("created", name="22", tag="90")
    pub.tell("created", name="31", tag="91")
    form = {"table": pub.tables["9"].pk, "since": began, "puck": ""}
    answer = alice.post(f"/walk/{pub.venue.pk}/", form).content.decode()
    assert "Puck 22, on tag 90" in answer
    assert "Puck 31, on tag 91" in answer
    alice.post(f"/walk/{pub.venue.pk}/", form | {"puck": "22", "tag": "90"})
    assert tag_of(pub.tables["9"]) == "90"


def test_a_tag_that_another_table_has_is_asked_about(pub: Evening, alice: Client) -> None:
    began = to_ms(pub.now - timedelta(minutes=1))
    pub.tell("created", tag="70")
    form = {"table": pub.tables["9"].pk, "since": began, "puck": "22"}
    answer = alice.post(f"/walk/{pub.venue.pk}/", form)
    words = answer.content.decode()
    assert tag_of(pub.tables["9"]) is None
    assert "Tag 70 is under table 7 already." in words
    assert "Now it has tag" not in words
    alice.post(f"/walk/{pub.venue.pk}/", form | {"tag": "70", "instead": "yes"})
    assert (tag_of(pub.tables["7"]), tag_of(pub.tables["9"])) == (None, "70")


def test_an_agent_that_is_away_is_named_with_what_to_do(pub: Evening, alice: Client) -> None:
    assert "Pucks are not seen now." in ask(alice, pub)


@pytest.mark.parametrize("moment", ["", "x", "9" * 30, "-1"])
def test_a_moment_that_is_none_is_now(pub: Evening, alice: Client, moment: str) -> None:
    assert alice.get(f"/walk/{pub.venue.pk}/seen", {"since": moment}).json() == {"seen": False}


@pytest.mark.parametrize("puck", ["\0", "2" * 400])
def test_a_puck_that_can_be_none_was_not_seen(pub: Evening, alice: Client, puck: str) -> None:
    assert alice.get(f"/walk/{pub.venue.pk}/seen", {"since": "1", "puck": puck}).json() == {"seen": False}
    form = {"table": pub.tables["9"].pk, "since": "1", "puck": puck}
    assert "Nothing was seen yet." in alice.post(f"/walk/{pub.venue.pk}/", form).content.decode()


def test_a_table_of_another_venue_learns_nothing(pub: Evening, alice: Client) -> None:
    other = make_table(make_venue(pub.venue.operator), "1")
    alice.post(f"/walk/{pub.venue.pk}/", {"table": other.pk, "puck": "22", "tag": "5"})
    assert tag_of(other) is None


# Who may


def test_it_is_for_those_who_manage_the_venue(pub: Evening) -> None:
    address = f"/walk/{pub.venue.pk}/"
    bob = make_person("bob", Role.STAFF, pub.venue)
    charlie = make_person("charlie", Role.OPERATOR, make_operator())
    owner = make_person("owner", Role.OPERATOR, pub.venue.operator)
    form = {"table": pub.tables["9"].pk, "puck": "22", "tag": "5"}
    for person in (bob, charlie):
        client = Client()
        client.force_login(person)
        nowhere = client.get("/walk/999999/")
        for answer in (client.get(address), client.post(address, form), client.get(f"{address}seen")):
            assert (answer.status_code, answer.content) == (404, nowhere.content)
    assert Client().get(address).headers["Location"].startswith("/login/")
    assert Client().get(f"{address}seen").status_code == 404
    assert tag_of(pub.tables["9"]) is None
    client = Client()
    client.force_login(owner)
    client.post(address, form)
    assert tag_of(pub.tables["9"]) == "5"


def test_a_post_without_its_token_is_refused(pub: Evening) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_person("dora", Role.MANAGER, pub.venue))
    form = {"table": pub.tables["9"].pk, "puck": "22", "tag": "5"}
    assert client.post(f"/walk/{pub.venue.pk}/", form).status_code == 403
    assert tag_of(pub.tables["9"]) is None


def test_a_pucks_name_from_the_address_is_only_text(pub: Evening, alice: Client) -> None:
    assert "<b>x" not in ask(alice, pub, puck="<b>x", table=pub.tables["9"].pk)
    assert uuid.UUID(int=0).hex not in ask(alice, pub, puck=uuid.UUID(int=0).hex)
