"""The admin has a content security policy of its own; no other page is as free."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from tests.venues.cast import make_house

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]


@pytest.fixture
def manager() -> Client:
    client = Client()
    client.force_login(make_house("Alice").manager)
    return client


def policy(client: Client, path: str) -> dict[str, list[str]]:
    header = client.get(path).headers["Content-Security-Policy"]
    return {name: sources for name, *sources in (part.split() for part in header.split(";"))}


def test_the_admin_may_evaluate_its_own_templates_and_nothing_from_elsewhere(manager: Client) -> None:
    own = policy(manager, "/admin/")
    assert own["script-src"] == ["'self'", "'unsafe-eval'"]
    assert own["style-src"] == ["'self'", "'unsafe-inline'"]
    assert own["frame-ancestors"] == ["'none'"]
    assert own["default-src"] == ["'none'"]


@pytest.mark.parametrize("path", ["/", "/login/", "/t/nothing", "/administration"])
def test_no_other_page_is_as_free(manager: Client, path: str) -> None:
    assert "unsafe" not in str(policy(manager, path))


def test_a_page_asks_for_each_right_once(
    manager: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(10):  # a number in the sidebar is one of them
        assert manager.get(reverse("admin:app_list", args=["venues"])).status_code == 200
