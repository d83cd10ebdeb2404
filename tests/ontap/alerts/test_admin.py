"""Alerts and their targets in admin: whose they are to see, to set up, and what is shown once."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from ontap.alerts.models import Alert, AlertDelivery, AlertTarget
from ontap.alerts.signing import secret_of
from tests.factories import logged_in, make_alert, make_person, make_target, make_venue
from venues.models import Role, User, Venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]
ALERTS = "admin:ontap_alert_changelist"
TARGETS, NEW = "admin:ontap_alerttarget_changelist", "admin:ontap_alerttarget_add"


@pytest.fixture
def venue() -> Venue:
    return make_venue(name="The Anchor")


@pytest.fixture
def manager(venue: Venue) -> User:
    return make_person("olga", Role.MANAGER, venue)


@pytest.fixture
def owner(venue: Venue) -> User:
    return make_person("owner", Role.OPERATOR, venue.operator)


def chosen(action: str, *rows: Any) -> dict[str, Any]:
    return {"action": action, "_selected_action": [row.pk for row in rows]}


def webhook(**fields: Any) -> dict[str, Any]:
    return {"way": "webhook", "address": "https://example.com/hook", "active": "on", **fields}


def test_a_number_in_the_sidebar_counts_own_alerts_that_nobody_looks_after(venue: Venue, manager: User) -> None:
    make_alert(make_venue(venue.operator))
    client = logged_in(manager)
    assert badge(client) == ""
    alert = make_alert(venue)
    assert badge(client) == "1"
    client.post(reverse(ALERTS), chosen("mark_seen", alert))
    assert badge(client) == ""
    page = client.get(reverse(ALERTS)).content.decode()
    assert "by olga" in page


def badge(client: Client) -> str:
    context: Any = client.get(reverse("admin:index")).context
    [item] = [item for group in context["sidebar_navigation"] for item in group["items"] if item["title"] == "Alerts"]
    return str(item["badge"])


def test_nobody_marks_anothers_alert_as_seen(manager: User) -> None:
    alert = make_alert(make_venue())
    logged_in(manager).post(reverse(ALERTS), {**chosen("mark_seen", alert), "select_across": "1"})
    alert.refresh_from_db()
    assert alert.seen_at is None


def test_a_manager_sets_up_a_webhook_of_the_venue_and_sees_its_secret_once(venue: Venue, manager: User) -> None:
    client = logged_in(manager)
    answer = client.post(reverse(NEW), webhook(venue=venue.pk))
    target = AlertTarget.objects.get()
    assert (target.venue, target.operator) == (venue, venue.operator)
    secret = secret_of(target.pk, 1)
    assert secret in answer.content.decode()
    for page in (reverse(TARGETS), reverse("admin:ontap_alerttarget_change", args=[target.pk])):
        assert secret not in client.get(page).content.decode()


def test_a_new_secret_takes_the_place_of_the_former(venue: Venue, manager: User) -> None:
    target = make_target(venue, "https://example.com/hook", way="webhook")
    answer = logged_in(manager).post(reverse(TARGETS), chosen("renew_secret", target))
    assert secret_of(target.pk, 2) in answer.content.decode()
    target.refresh_from_db()
    assert target.secret_version == 2


def test_only_an_operator_is_told_of_all_venues(venue: Venue, manager: User, owner: User) -> None:
    fields = {"way": "mail", "address": "all@example.com", "active": "on", "operator": venue.operator_id}
    answer = logged_in(manager).post(reverse(NEW), fields)
    assert b"At which venue?" in answer.content
    assert not AlertTarget.objects.exists()
    assert logged_in(owner).post(reverse(NEW), fields).status_code == 302
    assert AlertTarget.objects.get().venue is None
    assert b"all@example.com" not in logged_in(manager).get(reverse(TARGETS)).content


@pytest.mark.parametrize(
    "address",
    ["ftp://example.com/", "https://me:word@example.com/", "https://example.com/#x", "example.com", "javascript:x"],
)
def test_an_address_that_is_none_is_said_so(venue: Venue, manager: User, address: str) -> None:
    answer = logged_in(manager).post(reverse(NEW), webhook(venue=venue.pk, address=address))
    assert answer.status_code == 200
    assert not AlertTarget.objects.exists()


def test_production_takes_https_alone(venue: Venue, manager: User, settings: Settings) -> None:
    settings.EMBEDDED = False
    logged_in(manager).post(reverse(NEW), webhook(venue=venue.pk, address="http://example.com/"))
    assert not AlertTarget.objects.exists()


def test_a_test_is_sent_to_own_targets_alone_and_its_outcome_is_in_the_list(venue: Venue, manager: User) -> None:
    own, other = make_target(venue, way="webhook", address="https://example.com/hook"), make_target(make_venue())
    client = logged_in(manager)
    client.post(reverse(TARGETS), chosen("send_test", own, other))
    [delivery] = AlertDelivery.objects.all()
    assert (delivery.target, delivery.event) == (own, "test")
    assert b"on its way" in client.get(reverse(TARGETS)).content
    AlertDelivery.objects.update(state="dead", detail="Answered 404.")
    assert b"given up, Answered 404." in client.get(reverse(TARGETS)).content


def test_without_a_mail_server_the_list_says_so(venue: Venue, manager: User, settings: Settings) -> None:
    make_target(venue)
    settings.ONTAP_EMAIL_URL = ""
    page = logged_in(manager).get(reverse(TARGETS)).content.decode()
    assert "this installation has no mail server" in re.sub(r"\s+", " ", page)


def test_alerts_are_changed_by_no_form(venue: Venue, owner: User) -> None:
    alert = make_alert(venue)
    address = reverse("admin:ontap_alert_change", args=[alert.pk])
    logged_in(owner).post(address, {"what": "Nothing."})
    assert Alert.objects.get().what == alert.what
    assert logged_in(owner).get(reverse("admin:ontap_alert_add")).status_code == 403
