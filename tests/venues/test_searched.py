"""Fields that are searched for: what no search of theirs offers is answered on the form."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.venues.cast import House, make_house
from tests.venues.forms import fields_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

NO_CHOICE = "Select a valid choice. That choice is not one of the available choices."


@pytest.fixture
def alice() -> House:
    return make_house("Alice")


@pytest.mark.parametrize("typed", ["abc", "1.5", "9" * 30, "-1"])
@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("product", "category"),
        ("scheduledchange", "product"),
        ("scheduledchange", "category"),
        ("venueproduct", "product"),
    ],
)
def test_what_is_no_key_at_all_is_no_choice(alice: House, model: str, field: str, typed: str) -> None:
    client = Client()
    client.force_login(alice.owner)
    page = reverse(f"admin:venues_{model}_add")
    answer: Any = client.post(page, fields_of(client.get(page)) | {field: typed})
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors[field] == [NO_CHOICE]


@pytest.mark.parametrize("typed", ["abc", "9" * 30])
def test_nor_in_a_row_of_a_page(alice: House, typed: str) -> None:
    client = Client()
    client.force_login(alice.owner)
    page = reverse("admin:venues_optiongroup_change", args=[alice.group.pk])
    answer: Any = client.post(page, fields_of(client.get(page)) | {"options-0-product": typed})
    assert answer.status_code == 200
    (options,) = answer.context["inline_admin_formsets"]
    assert options.formset.forms[0].errors["product"] == [NO_CHOICE]
