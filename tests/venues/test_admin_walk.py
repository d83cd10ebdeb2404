"""Another operator's rows answer exactly like rows that do not exist, on every address of the admin there is."""

import itertools
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import ForeignKey, Model
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from orders.models import Order, VenueEvent
from tests.venues.cast import House, make_house
from venues.admin.site import site
from venues.models import Member, User, Venue, VenueFeed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

MODELS = sorted(site._registry, key=lambda model: model._meta.label)
NO_ROW = 987_654_321
NO_ORDER = uuid.UUID(int=NO_ROW)


@pytest.fixture
def alice() -> House:
    return make_house("Alice")


@pytest.fixture
def bob() -> House:
    return make_house("Bob")


def rivals(bob: House) -> list[Client]:
    """Bob's owner and manager, each at a browser: whoever has an admin at the other house."""
    return [logged_in(bob.owner), logged_in(bob.manager)]


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def missing(model: type[Model]) -> Any:
    return NO_ORDER if model is Order else NO_ROW


def addresses_of(model: type[Model], pk: Any) -> Iterator[str]:
    """Every address of the admin that names one row."""
    for page in ("change", "delete", "history"):
        yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=[pk])
    if model is User:
        yield reverse("admin:auth_user_password_change", args=[pk])
    if model is Venue:
        yield reverse("admin:venues_venue_menu", args=[pk])


def lists_of(model: type[Model], page: str = "changelist") -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")


def words_of(answer: Any, pk: Any) -> tuple[int, str, str]:
    """What an answer says, but for the id that was asked for, which it may repeat, and the form's token."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    for quoted in (f"/{pk}/", f"“{pk}”"):
        text = text.replace(quoted, "PK")
    return answer.status_code, answer.get("Location", "").replace(f"/{pk}/", "PK"), text


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_anothers_row_is_a_row_that_does_not_exist(model: type[Model], alice: House, bob: House) -> None:
    hers, none = alice.row_of(model).pk, missing(model)
    before = list(model._default_manager.filter(pk=hers).values())
    pages = list(zip(addresses_of(model, hers), addresses_of(model, none), strict=True))
    clients = rivals(bob)
    for client, (her_page, no_page), method in itertools.product(clients, pages, ("get", "post")):
        ask = getattr(client, method)
        asked = words_of(ask(her_page, {"post": "yes"}), hers), words_of(ask(no_page, {"post": "yes"}), none)
        assert asked[0] == asked[1], (method, her_page)
    for client in clients:
        # The next page shows the messages about all that was not found.
        assert b"Alice" not in client.get(reverse("admin:index")).content
    assert list(model._default_manager.filter(pk=hers).values()) == before


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_lists_searches_and_forms_show_nothing_of_anothers(model: type[Model], alice: House, bob: House) -> None:
    own = [field.name for field in model._meta.concrete_fields if isinstance(field, ForeignKey)]
    # In small letters, which find the same: what was searched for is repeated.
    queries: list[dict[str, Any]] = [
        {},
        {"q": "alice"},
        {"q": "alice 1"},
        {"all": ""},
        *({f"{n}__id__exact": alice.venue.pk} for n in own),
    ]
    initial = {name: alice.row_of(model._meta.get_field(name).related_model).pk for name in own if _named(model, name)}
    for client in rivals(bob):
        for query in queries:
            assert b"Alice" not in client.get(lists_of(model), query).content, query
        assert b"Alice" not in client.get(lists_of(model, "add"), initial).content


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_own_rows_are_there_and_their_pages_offer_nothing_of_anothers(
    model: type[Model], alice: House, bob: House
) -> None:
    change, *others = addresses_of(model, bob.row_of(model).pk)
    for client in rivals(bob):
        answers = [client.get(page) for page in (lists_of(model), change, *others)]
        assert [answer.status_code for answer in answers[:2]] == [200, 200]
        for answer in answers:
            assert answer.status_code in (200, 403)  # 403: their own, but not theirs to change
            assert b"Alice" not in answer.content


def test_no_choice_of_any_form_takes_anothers_row(alice: House, bob: House) -> None:
    fields = [(model, field) for model in MODELS for field in model._meta.concrete_fields if _named(model, field.name)]
    assert len(fields) > 10
    for client, (model, field) in itertools.product(rivals(bob), fields):
        ids = alice.row_of(field.related_model).pk, NO_ROW
        hers, none = (_faults(client.post(lists_of(model, "add"), {field.name: pk}), field.name) for pk in ids)
        assert hers == none, (model, field.name)


def test_autocompletes_find_nothing_of_anothers(alice: House, bob: House) -> None:
    models: list[type[Model]] = [*MODELS, Member, VenueEvent, VenueFeed]
    pointers = [(model, f) for model in models for f in model._meta.concrete_fields if isinstance(f, ForeignKey)]
    answered = 0
    for client, (model, field) in itertools.product(rivals(bob), pointers):
        words = {"app_label": model._meta.app_label, "model_name": str(model._meta.model_name)}
        answer = client.get(reverse("admin:autocomplete"), {**words, "field_name": field.name, "term": "alice"})
        assert b"Alice" not in answer.content, (model, field.name)
        answered += answer.status_code == 200
    assert answered


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_actions_change_nothing_of_anothers(model: type[Model], alice: House, bob: House) -> None:
    hers = alice.row_of(model)
    before = _row_and_events(hers)
    for client in rivals(bob):
        request = client.get(lists_of(model)).wsgi_request
        for action in site._registry[model].get_actions(request):
            chosen = {"action": action, ACTION_CHECKBOX_NAME: [hers.pk], "post": "yes"}
            client.post(lists_of(model), chosen)
            client.post(lists_of(model), {**chosen, "select_across": "1"})
    assert _row_and_events(hers) == before


def test_staff_and_strangers_get_no_further_than_the_login(alice: House) -> None:
    strangers = (logged_in(alice.staff), logged_in(_without_roles()), Client())
    pages = [reverse("admin:index"), reverse("admin:autocomplete"), reverse("admin:jsi18n")]
    for model in MODELS:
        pages += [lists_of(model), lists_of(model, "add"), *addresses_of(model, alice.row_of(model).pk)]
    for client in strangers:
        for page in pages:
            answer = client.get(page)
            assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, reverse("admin:login")), page


def test_counters_and_hashes_are_in_no_admin() -> None:
    assert not {VenueFeed, Member, VenueEvent} & set(MODELS)
    assert len(MODELS) >= 13


def _row_and_events(row: Any) -> Any:
    rows = list(type(row)._default_manager.filter(pk=row.pk).values())
    return rows, VenueEvent.objects.filter(venue__name="Alice's").count()


def _without_roles() -> User:
    return User.objects.create_user("nobody", is_staff=True)


def _named(model: type[Model], name: str) -> bool:
    """Whether a field of the model's own form points to a model of the admin."""
    field = model._meta.get_field(name)
    return isinstance(field, ForeignKey) and field.editable and field.related_model in site._registry


def _faults(answer: Any, field: str) -> Any:
    """What the form says of one field; the status where there is no form."""
    context: Any = getattr(answer, "context", None)
    return context["adminform"].form.errors.get(field) if context and "adminform" in context else answer.status_code


def test_a_page_asks_for_each_right_once(alice: House, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    client = logged_in(alice.manager)
    with django_assert_max_num_queries(10):  # a number in the sidebar is one of them
        assert client.get(reverse("admin:app_list", args=["venues"])).status_code == 200
