"""Every page of the admin's models, by everybody: list, form, deletion, history, actions, inlines, autocomplete."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import ForeignKey, Model
from django.test import RequestFactory
from django.urls import reverse

from orders.models import VenueEvent
from tests.access.admin_matrix import ADMIN
from tests.access.answers import bytes_of, in_short, names
from tests.access.cast import NO_ROW, Cast, Place
from tests.access.database import differing, tables, written
from tests.access.rights import ADMIN_LOGIN, FORBIDDEN, MANAGERS, NO_ROW_OF_THE_ADMIN, OK, At, May, Who
from tests.venues.forms import fields_of
from venues.admin.history import RememberedAdmin
from venues.admin.site import site
from venues.history import DELETED, versions_of
from venues.models import Member, User, VenueFeed

pytestmark = pytest.mark.django_db

MODELS = [model for model in sorted(site._registry, key=lambda model: model._meta.label) if model in ADMIN]
NAMES = {At.OWN: "Alice", At.BESIDE: "Annexe", At.OTHER: "Bob"}
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
REMEMBERED = [model for model in MODELS if isinstance(site._registry[model], RememberedAdmin)]
each_remembered = pytest.mark.parametrize("model", REMEMBERED, ids=lambda model: model.__name__)
POPUPS = ("?_popup=1", "?_to_field=id", "?_to_field=name", "?_popup=1&_to_field=id", "?_changelist_filters=q%3Dalice")


def page_of(model: type[Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def no_pk(model: type[Model]) -> Any:
    pk = getattr(model._meta, "pk", None)
    return f"00000000-0000-0000-0000-{NO_ROW:012}" if "UUID" in type(pk).__name__ else NO_ROW


def by_turns(cast: Cast) -> Iterator[tuple[Who, At, Place]]:
    """Everybody at each place; whom the admin lets in nowhere, at two: it does not look what they ask for."""
    for at, place in cast.places.items():
        for who in Who if at != At.BESIDE else sorted(MANAGERS, key=list(Who).index):
            yield who, at, place


def test_every_model_of_the_admin_has_a_row() -> None:
    new = [model.__name__ for model in site._registry if model not in ADMIN]
    assert not new, f"{new} has no row in tests/access/admin_matrix.py: say who may (and give the cast a row of it)"


def test_counters_and_hashes_are_in_no_admin() -> None:
    assert not {VenueFeed, Member, VenueEvent} & set(site._registry)


@each_model
def test_every_action_and_inline_has_its_word_in_the_row(model: type[Model], cast: Cast) -> None:
    admin, row = site._registry[model], ADMIN[model]
    request = RequestFactory().get("/")
    request.user = User.objects.get(username="root")
    told = f"{model.__name__} of tests/access/admin_matrix.py"
    assert set(admin.get_actions(request)) == set(row.actions), f"Say in {told} who may use which action"
    assert {inline.model.__name__ for inline in admin.inlines} == set(row.inlines), f"Name the inlines in {told}"


@each_model
def test_a_list_holds_what_one_may_see_and_nothing_else(model: type[Model], cast: Cast) -> None:
    row, rows = ADMIN[model], {at: house.row_of(model).pk for at, house in cast.houses.items()}
    for who, asker in cast.askers.items():
        answer = asker.ask("GET", page_of(model, "changelist"), blank=who == Who.SUPERUSER)
        if who not in MANAGERS:
            assert in_short(answer) == ADMIN_LOGIN, who
            continue
        found = set(answer.context_data["cl"].queryset.values_list("pk", flat=True))
        for at, pk in rows.items():
            assert (pk in found) == (who in row.sees.at(at)), f"{who} in the list of {model.__name__}: {at}"
        unseen = {NAMES[at] for at in rows if not _meets(who, at)}
        assert not [name for name in unseen if names(answer, name)], f"{who} reads names in the list"


@each_model
def test_searches_and_filters_find_nothing_of_anothers(model: type[Model], cast: Cast) -> None:
    """In small letters, which find the same: what was searched for is repeated."""
    operator, address, bob = cast.askers[Who.OPERATOR], page_of(model, "changelist"), cast.houses[At.OTHER]
    for query in ({"q": "bob"}, {"all": "", "e": "1", "o": "1.2", "p": "0", "_facets": "True"}):
        assert not names(operator.ask("GET", address, query), "Bob"), query
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey) and field.related_model in ADMIN:
            ids = bob.row_of(field.related_model).pk, no_pk(field.related_model)
            theirs, none = (
                _listed(operator.ask("GET", address, {f"{field.name}__id__exact": pk}, blank=True)) for pk in ids
            )
            assert theirs == none, field.name


@each_model
def test_filters_by_what_stands_behind_a_row_are_refused(model: type[Model], cast: Cast) -> None:
    """`?user__password__startswith=` would tell a letter with each question; `?operator__name__startswith=` a name."""
    manager, address = cast.askers[Who.MANAGER], page_of(model, "changelist")
    secrets = ("password", "token_hash", "key_hash", "code_hash", "secret_hash", "name", "username")
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey):
            aim = field.related_model
            columns = {one.name for one in aim._meta.concrete_fields} & set(secrets)
            lookups = [f"{field.name}__{column}__startswith" for column in columns]
            lookups += [f"{field.name}__memberships__operator__name__startswith"]
        else:
            lookups = [f"{field.name}__startswith"] if field.name in secrets[:-2] else []
        for lookup in lookups:
            heard = [in_short(manager.ask("GET", address, {lookup: letter}, blank=True)) for letter in "Bz"]
            assert heard in (["400", "400"], [f"302 {address}"] * 2), f"{lookup}: {heard}"


@each_model
def test_who_sees_a_row_reads_its_history(model: type[Model], cast: Cast) -> None:
    for who, at, place in by_turns(cast):
        _ask_for_row(cast, who, at, place, model, "history", ADMIN[model].history or ADMIN[model].sees)


@each_remembered
def test_who_may_change_a_row_is_asked_whether_to_restore_it(model: type[Model], cast: Cast) -> None:
    kind, own, row = model._meta.model_name, cast.houses[At.OWN].row_of(model).pk, ADMIN[model]
    versions = {at: versions_of(model).filter(id=house.row_of(model).pk) for at, house in cast.houses.items()}
    for who, at, place in by_turns(cast):
        asker, pk, version = cast.askers[who], place.house.row_of(model).pk, versions[at].latest("pk").pk
        answer = asker.ask("GET", page_of(model, "restore", pk, kind, version), blank=True)
        refused = FORBIDDEN if who in row.sees.at(at) else NO_ROW_OF_THE_ADMIN.to(who)
        assert in_short(answer) == (OK if who in row.changes.at(at) else refused), f"{who} at {at}"
        if who not in row.changes.at(at) and refused != FORBIDDEN:
            none = asker.ask("GET", page_of(model, "restore", NO_ROW, kind, NO_ROW + 1))
            ids = [(f"{kind}/{NO_ROW + 1}", f"{kind}/{version}"), (NO_ROW, pk)]
            assert bytes_of(answer) == bytes_of(none, instead=ids), f"{who} at {at}"
        if pk != own and who in row.changes.own:
            theirs = asker.ask("POST", page_of(model, "restore", own, kind, version))
            nobodys = asker.ask("POST", page_of(model, "restore", own, kind, NO_ROW))
            assert bytes_of(theirs) == bytes_of(nobodys), f"{who}: a version of {at} at an own row"


@each_remembered
def test_what_was_deleted_at_another_operator_is_in_no_list(model: type[Model], cast: Cast) -> None:
    admin, bob = site._registry[model], cast.houses[At.OTHER]
    assert isinstance(admin, RememberedAdmin)
    with written():
        if admin.lists_deleted:
            last = versions_of(model).filter(id=bob.row_of(model).pk).latest("pk")
            last.pk, last.history_type, last.id = None, DELETED, NO_ROW  # as if another one had been deleted
            last.save(force_insert=True)
        for who, asker in cast.askers.items():
            answer = asker.ask("GET", page_of(model, "deleted"))
            wanted = (OK if admin.lists_deleted else "404") if who in MANAGERS else ADMIN_LOGIN
            assert in_short(answer) == wanted, who
            assert (str(NO_ROW) in answer.content.decode()) == (who == Who.SUPERUSER and admin.lists_deleted), who


@each_model
def test_who_may_delete_is_asked_whether_to(model: type[Model], cast: Cast) -> None:
    row = ADMIN[model]
    for who, at, place in by_turns(cast):
        answer = _ask_for_row(cast, who, at, place, model, "delete", row.deletes, seen=row.sees)
        if answer is None:
            continue
        with written() as writes:
            pk = place.house.row_of(model).pk
            gone = cast.askers[who].ask("POST", page_of(model, "delete", pk), {"post": "yes"})
        # What others point to stays, and the page says what does.
        kept = bool(answer.context_data["protected"] or answer.context_data["perms_lacking"])
        assert in_short(gone) == (OK if kept else f"302 {page_of(model, 'changelist')}")
        assert bool(writes) != kept, f"{who} deletes {model.__name__} at {at}"


@each_model
def test_who_sees_a_row_opens_its_form_and_who_may_change_it_saves_it(model: type[Model], cast: Cast) -> None:
    row = ADMIN[model]
    forms: dict[At, dict[str, Any]] = {}
    for who, at, place in by_turns(cast):
        page = _ask_for_row(cast, who, at, place, model, "change", row.sees, changed=row.changes)
        if page is not None and page.content and who in row.changes.at(at):
            forms[at] = {name: value for name, value in fields_of(page).items() if not name.startswith("_")}
        if who in row.changes.at(at):
            form = forms[at]
            address = page_of(model, "change", place.house.row_of(model).pk)
            with written():
                saved = cast.askers[who].ask("POST", address, form)
            if in_short(saved) == OK:  # this person's form has fields more
                form = fields_of(cast.askers[who].ask("GET", address))
                with written():
                    saved = cast.askers[who].ask("POST", address, form)
            assert in_short(saved) == f"302 {page_of(model, 'changelist')}", f"{who} at {at}: {_faults(saved)}"
        else:
            _refused(cast, who, at, place, model, "change", row.changes, seen=who in row.sees.at(at), method="POST")


@each_model
def test_who_may_add_gets_the_form(model: type[Model], cast: Cast) -> None:
    row, address = ADMIN[model], page_of(model, "add")
    for who, asker in cast.askers.items():
        wanted = OK if who in row.adds else FORBIDDEN if who in MANAGERS else ADMIN_LOGIN
        with written() as writes:
            answer = asker.ask("GET", address, blank=who == Who.SUPERUSER)
            # Nothing in it, where it would be taken.
            new = {} if who in row.adds else {"name": "New", "number": "99", "username": "new"}
            sent = asker.ask("POST", address, new, blank=True)
        assert in_short(answer) == wanted, f"{who} adds {model.__name__}"
        assert in_short(sent) == wanted, f"{who} adds {model.__name__}"
        assert not writes
        if who in (Who.MANAGER, Who.OPERATOR):
            assert not names(answer, "Bob"), f"{who} is offered another operator's"


@each_model
def test_no_choice_of_a_form_takes_anothers_row(model: type[Model], cast: Cast) -> None:
    fields = [f.name for f in model._meta.concrete_fields if isinstance(f, ForeignKey) and f.editable]
    named = [name for name in fields if _aim(model, name) in ADMIN]
    if not named:
        return
    for who in (Who.MANAGER, Who.OPERATOR):
        for at in (At.BESIDE, At.OTHER) if who == Who.MANAGER else (At.OTHER,):
            # What a manager sees of the operator's, they may point to.
            unseen = [name for name in named if who not in ADMIN[_aim(model, name)].sees.at(at)]
            hers = {name: cast.houses[at].row_of(_aim(model, name)).pk for name in unseen}
            answers = [_of_form(cast, who, model, sent) for sent in (hers, dict.fromkeys(unseen, NO_ROW))]
            assert answers[0] == answers[1], f"{who} learns of {at} by {unseen}"


@each_model
def test_actions_do_what_one_may_and_nothing_to_the_rest(model: type[Model], cast: Cast) -> None:
    for action, may in ADMIN[model].actions.items():
        for who, at, place in by_turns(cast):
            if who not in MANAGERS:
                continue
            told, seen = f"{action} of {model.__name__}: {who} at {at}", who in ADMIN[model].sees.at(at)
            _act(cast, who, model, action, place.house.row_of(model).pk, may=who in may.at(at), seen=seen, told=told)
        for who in (Who.NOBODY, Who.STAFF):
            answer = cast.askers[who].ask("POST", page_of(model, "changelist"), {"action": action})
            assert in_short(answer) == ADMIN_LOGIN


@each_model
def test_an_action_on_all_rows_of_a_list_ends_at_the_operator(model: type[Model], cast: Cast) -> None:
    bob = cast.houses[At.OTHER]
    rows = model._default_manager.filter(pk=bob.row_of(model).pk)
    for action in ADMIN[model].actions:
        chosen = {"action": action, ACTION_CHECKBOX_NAME: [rows[0].pk], "post": "yes", "select_across": "1"}
        before = list(rows.values()), tables(of_venues=frozenset({bob.venue.pk}))
        with written():
            cast.askers[Who.OPERATOR].ask("POST", page_of(model, "changelist"), chosen)
            after = list(rows.values()), tables(of_venues=frozenset({bob.venue.pk}))
            assert after == before, f"{action} of all {model.__name__}"


@each_model
def test_inlines_take_no_row_of_anothers(model: type[Model], cast: Cast) -> None:
    """Sent with the own row's form: the id of another's inline row, to be deleted; another's row in its fields."""
    inlines = [inline for inline in site._registry[model].inlines if inline.model.__name__ in ADMIN[model].inlines]
    manager, address = cast.askers[Who.MANAGER], page_of(model, "change", cast.houses[At.OWN].row_of(model).pk)
    if not inlines or Who.MANAGER not in ADMIN[model].changes.own:
        return
    form = {name: value for name, value in fields_of(manager.ask("GET", address)).items() if name[0] != "_"}
    before = tables(of_venues=frozenset({cast.houses[At.OTHER].venue.pk}))
    for inline in inlines:
        sets = [name for name in form if name.endswith("-TOTAL_FORMS") and _is_of(name, inline.model, model)]
        if not sets:
            continue  # it has a page of its own
        prefix = sets[0].removesuffix("-TOTAL_FORMS")
        theirs = inline.model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
        pointers = [f.name for f in inline.model._meta.concrete_fields if isinstance(f, ForeignKey) and f.editable]
        aims = {name: _aim(inline.model, name) for name in pointers}
        points = {
            f"{prefix}-0-{name}": cast.houses[At.OTHER].row_of(aim).pk for name, aim in aims.items() if aim in ADMIN
        }
        heard = []
        for pk, aimed in ((theirs or NO_ROW, points), (NO_ROW, dict.fromkeys(points, NO_ROW))):
            initial = max(1, int(form[f"{prefix}-INITIAL_FORMS"]))
            sent = form | {f"{prefix}-INITIAL_FORMS": initial, f"{prefix}-0-id": pk, f"{prefix}-0-DELETE": "on"}
            for one in (sent, form | aimed | {f"{prefix}-0-DELETE": ""}):
                total = max(1, int(form[f"{prefix}-TOTAL_FORMS"]))
                with written():
                    answer = manager.ask("POST", address, one | {f"{prefix}-TOTAL_FORMS": total}, blank=True)
                    after = tables(of_venues=frozenset({cast.houses[At.OTHER].venue.pk}))
                    assert not differing(before, after), f"{prefix} of {model.__name__}"
                heard.append((in_short(answer), _faults(answer)))
        assert heard[:2] == heard[2:], f"{prefix} of {model.__name__} tells what another operator has"


def test_autocompletes_find_what_one_may_see(cast: Cast) -> None:
    every: list[type[Model]] = [*MODELS, Member, VenueEvent, VenueFeed]
    pointers = [(model, f) for model in every for f in model._meta.concrete_fields if isinstance(f, ForeignKey)]
    found_any = set()
    for who in (Who.NOBODY, Who.STAFF, Who.MANAGER, Who.OPERATOR, Who.SUPERUSER):
        for model, field in pointers:
            names = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
            answer = cast.askers[who].ask(
                "GET", reverse("admin:autocomplete"), {**names, "field_name": field.name, "term": ""}
            )
            if who not in MANAGERS:
                assert in_short(answer) == ADMIN_LOGIN
                continue
            if in_short(answer) != OK:
                assert in_short(answer) in (FORBIDDEN, "404")
                continue
            found = {one["id"] for one in json.loads(answer.content)["results"]}
            for at, house in cast.houses.items():
                sees = who in ADMIN[field.related_model].sees.at(at)
                pk = str(house.row_of(field.related_model).pk)
                assert (pk in found) <= sees, f"{who} finds {field.related_model.__name__} of {at} by {field}"
                found_any |= {who} if pk in found else set()
    assert found_any == MANAGERS


def _meets(who: Who, at: At) -> bool:
    """Whether this person may read names of a place at all: an operator's people share its menu and its options."""
    return at != At.OTHER or who == Who.SUPERUSER


def _aim(model: type[Model], name: str) -> Any:
    return model._meta.get_field(name).related_model


def _is_of(field: str, inline: type[Model], parent: type[Model]) -> bool:
    names = {
        relation.get_accessor_name() for relation in parent._meta.related_objects if relation.related_model is inline
    }
    return field.removesuffix("-TOTAL_FORMS") in names


def _ask_for_row(
    cast: Cast,
    who: Who,
    at: At,
    place: Place,
    model: type[Model],
    page: str,
    may: May,
    *,
    seen: May | None = None,
    changed: May | None = None,
) -> Any:
    """The page of a row for those who may; for the others it is refused as it should be, and None."""
    if who in may.at(at):
        # One reads the page for all who may open it, and one for all who may change what is on it.
        readers = {next((one for one in Who if one in rights.at(at)), None) for rights in (may, changed or may)}
        answer = cast.askers[who].ask(
            "GET", page_of(model, page, place.house.row_of(model).pk), blank=who not in readers
        )
        assert in_short(answer) == OK, f"{page} of {model.__name__}: {who} at {at} may, and heard {in_short(answer)}"
        assert who == Who.SUPERUSER or not names(answer, "Bob"), f"{page} of {model.__name__}: {who} reads of Bob"
        return answer
    for method in ("GET", "POST") if page == "delete" else ("GET",):
        _refused(cast, who, at, place, model, page, may, seen=seen is not None and who in seen.at(at), method=method)
    return None


def _refused(
    cast: Cast,
    who: Who,
    at: At,
    place: Place,
    model: type[Model],
    page: str,
    may: May,
    *,
    seen: bool,
    method: str = "GET",
) -> None:
    """403 for what one sees; otherwise as for an id that nobody has, in popups and with every query."""
    asker, pk, none = cast.askers[who], place.house.row_of(model).pk, no_pk(model)
    told, sent = f"{method} {page} of {model.__name__}: {who} at {at}", {"post": "yes", "name": "x"}
    never = who in MANAGERS - (may.own | may.beside | may.other)  # whichever row it is
    wanted = {FORBIDDEN} if seen else {NO_ROW_OF_THE_ADMIN.to(who)} | ({FORBIDDEN} if never else set())
    for query in ("", *POPUPS) if who == Who.MANAGER and at == At.OTHER else ("",):
        with written() as writes:
            answer = asker.ask(method, page_of(model, page, pk) + query, sent if method == "POST" else None)
            missing_page = page_of(model, page, none) + query
            if (who, method, missing_page) not in cast.of_nobody:  # the same at each place
                missing = asker.ask(method, missing_page, sent if method == "POST" else None)
                cast.of_nobody[who, method, missing_page] = missing
            missing = cast.of_nobody[who, method, missing_page]
        assert query or in_short(answer) in wanted, f"{told} may not, and heard {in_short(answer)}"
        if not seen:
            assert bytes_of(answer) == bytes_of(missing, instead=[(none, pk)]), f"{told} learns that it is there"
        assert not writes, f"{told} may not, and wrote {writes}"


def _act(cast: Cast, who: Who, model: type[Model], action: str, pk: Any, *, may: bool, seen: bool, told: str) -> None:
    address = page_of(model, "changelist")
    with written() as writes:
        chosen = {"action": action, ACTION_CHECKBOX_NAME: [pk], "post": "yes"}
        answer = cast.askers[who].ask("POST", address, chosen, blank=may)
    if may:
        # What others point to is not deleted, and the page says so.
        quiet = action in ADMIN[model].quiet or (action == "delete_selected" and in_short(answer) == OK)
        assert writes or quiet, f"{told} may, and did nothing"
        return
    assert not writes, f"{told} may not, and wrote {writes}"
    none = no_pk(model)
    missing = cast.askers[who].ask("POST", address, {**chosen, ACTION_CHECKBOX_NAME: [none]})
    assert seen or bytes_of(answer) == bytes_of(missing, instead=[(none, pk)]), f"{told} learns that it is there"


def _of_form(cast: Cast, who: Who, model: type[Model], sent: dict[str, Any]) -> Any:
    """What the form to add says of these fields; the status where there is none."""
    with written():
        answer = cast.askers[who].ask("POST", page_of(model, "add"), sent, blank=True)
    context = getattr(answer, "context_data", None)
    if not context or "adminform" not in context:
        return in_short(answer)
    errors = context["adminform"].form.errors
    return {name: errors.get(name) for name in sent}


def _listed(answer: Any) -> Any:
    """The rows of a list; where it leads, if it is none."""
    return set(answer.context_data["cl"].queryset) if in_short(answer) == OK else in_short(answer)


def _faults(answer: Any) -> Any:
    """What a form with its inlines says is wrong."""
    context = getattr(answer, "context_data", None)
    if not context or "errors" not in context:
        return None
    return [str(fault) for fault in context["errors"]]
