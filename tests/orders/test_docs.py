"""docs/protocol.md, docs/asyncapi.yaml and docs/operations.md say what the code does: every frame, action and word."""

import ast
import json
import re
import uuid
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from django.test import Client
from jsonschema import Draft7Validator

from ontap import server_protocol
from orders import feed, protocol, snapshots
from orders.changes import Whereabouts
from orders.errors import Forbidden, Refused
from orders.frames import BOARD_NOTICES, Frames
from orders.models import VenueEvent
from orders.protocol import Echo, Speaker
from orders.render import whole_order
from orders.services import pause, record_location
from orders.states import State
from orders.tables import guests_wait
from orders.unanswered import answer_for_nobody
from tests.orders.pub import Pub, events_of, make_pub, one, placed
from venues.codes import table_code
from venues.models import Option, OptionGroup, ProductAllergen, ProductOptionGroup, Venue

ROOT = Path(__file__).resolve().parents[2]
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
API: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text())
MESSAGES: dict[str, Any] = API["components"]["messages"]
SCHEMAS: dict[str, Any] = API["components"]["schemas"]
# A guest's order is a board's with fewer keys: shown once, in words.
NOT_SHOWN = {"v2.frame.order.guest", "v2.frame.snapshot.guest"}
SPEAKERS = {
    "guest_v1": Speaker(1, board=False, version=1, table_number="1"),
    "board_v1": Speaker(1, board=True, version=1),
    "guest_v2": Speaker(1, board=False, version=2, table_number="1"),
    "board_v2": Speaker(1, board=True, version=2),
}
EPOCH = str(uuid.UUID(int=1))
OF_AUTOBAHN = {1002, 1007, 1009}  # with which it fails a connection by itself
SAMPLES = {
    "order.request": "v1.request.order",
    "order.response": "v1.frame.order",
    "acceptorder.request": "v1.request.acceptorder",
    "acceptorder.response": "v1.frame.status",
    "completeorder.request": "v1.request.completeorder",
    "completeorder.response": "v1.frame.status",
    "openorders.request": "v1.request.openorders",
    "openorders.response": "v1.frame.openorders",
}
Shown = tuple[str, dict[str, Any]]


def closed(schema: Any) -> Any:
    """The schema with no key allowed that it does not name: what is not documented must not slip through."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {} if "properties" not in schema else {"additionalProperties": False}
    return shut | {key: closed(value) for key, value in schema.items()}


@cache
def validator(message: str) -> Any:
    return Draft7Validator(
        {"$ref": f"#/components/messages/{message}/payload", "components": closed(API["components"])}
    )


def faults(message: str, frame: Any) -> list[str]:
    """What is wrong with a frame, judged as this message of asyncapi.yaml; nothing where it is right."""
    return [f"{message}: {error.json_path}: {error.message}" for error in validator(message).iter_errors(frame)]


def examples() -> list[Shown]:
    """The JSON examples of protocol.md with the names in their fences; a fence without one is a fault."""
    fences = re.findall(r"^```([^\n]*)\n(.*?)^```$", PROTOCOL, re.M | re.S)
    return [(mark.removeprefix("json").strip(), json.loads(text)) for mark, text in fences if mark]


def first_column(text: str, heading: str) -> set[str]:
    """The words of the first column of the first table under a heading."""
    table = re.search(rf"^{heading}\n.*?^\|[-|]+\|\n(.*?)(?:^$|\Z)", text, re.M | re.S)
    assert table is not None, heading
    return {row.split("|")[1].strip(" `") for row in table[1].splitlines()}


def trees(*sources: str) -> Iterator[ast.Module]:
    """The Python of packages or single files."""
    for source in sources:
        path = ROOT / source
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            yield ast.parse(file.read_text(), str(file))


def calls(*sources: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call, with what is called as it is written."""
    nodes = (node for tree in trees(*sources) for node in ast.walk(tree))
    return ((ast.unparse(node.func), node) for node in nodes if isinstance(node, ast.Call))


def literals(node: ast.expr) -> set[str]:
    """The texts that an expression may be: a literal, or a choice of two."""
    if isinstance(node, ast.IfExp):
        return literals(node.body) | literals(node.orelse)
    assert isinstance(node, ast.Constant), f"{ast.unparse(node)}: a stable word stands in the code as it is"
    assert isinstance(node.value, str), ast.unparse(node)
    return {node.value}


def refusals() -> set[str]:
    """The names of Refused and all its subclasses in orders."""
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for tree in trees("orders")
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"Refused"}
    while more := {name for name, own in bases.items() if own & found} - found:
        found |= more
    return found


def error_codes() -> set[str]:
    """Every code with which orders refuses: second argument of Refused, of its kinds, and of their super().__init__."""
    codes: set[str] = set()
    names = refusals()
    for name, call in calls("orders"):
        if name in {*names, "super().__init__"} and len(call.args) >= 2:
            codes |= literals(call.args[1])
        assert not (name in names and call.keywords), ast.unparse(call)
    return codes


def http_codes() -> set[str]:
    """Every code of an answer over HTTP that is a word of ours."""
    codes: set[str] = set()
    for name, call in calls("orders", "venues"):
        if name == "NoStanding" or (name == "error_body" and isinstance(call.args[0], ast.Constant)):
            codes |= literals(call.args[0])
        elif name == "error" and len(call.args) >= 3 and isinstance(call.args[1], ast.Constant):
            codes |= literals(call.args[1])
    return codes


def close_codes() -> set[int]:
    """The constants of the protocol, the numbers that orders closes with, and what the server adds by itself."""
    constants = {value for value in vars(protocol).values() if type(value) is int and 1000 <= value < 5000}
    source = "".join(path.read_text() for path in (ROOT / "orders").rglob("*.py"))
    servers = {server_protocol.GOING_AWAY, server_protocol.SERVICE_RESTART, *OF_AUTOBAHN}
    return constants | servers | {int(code) for code in re.findall(r'(?:\.close\(|"code": )(\d{4})\b', source)}


def target(ref: str) -> Any:
    found: Any = API
    for part in ref.removeprefix("#/").split("/"):
        found = found[part]
    return target(found["$ref"]) if isinstance(found, dict) and "$ref" in found else found


def refs(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        node = list(node.values())
    if isinstance(node, list):
        for part in node:
            yield from refs(part)


def said(operations: str, channel: str) -> Iterator[Any]:
    """The messages of a channel's operations of this direction, answers too."""
    for operation in API["operations"].values():
        if operation["channel"]["$ref"] == f"#/channels/{channel}":
            if operation["action"] == operations:
                yield from (target(ref["$ref"]) for ref in operation["messages"])
            if operations == "send":
                yield from (target(ref["$ref"]) for ref in operation.get("reply", {}).get("messages", []))


@pytest.fixture
def pub() -> Pub:
    """A pub whose first product has an option and an allergen."""
    pub = make_pub()
    product = pub.products[0]
    group = OptionGroup.objects.create(operator_id=product.operator_id, name="Size")
    Option.objects.create(group=group, name="Large", price="0.40")
    ProductOptionGroup.objects.create(product=product, group=group)
    ProductAllergen.objects.create(product=product, allergen="gluten", state="contains", detail="barley")
    return pub


def with_options(pub: Pub) -> list[dict[str, Any]]:
    option = Option.objects.get(group__products=pub.products[0])
    return [{"product_id": str(pub.products[0].pk), "quantity": 2, "options": [str(option.pk)], "note": "no foam"}]


def live_an_evening(pub: Pub) -> None:
    """Everything that makes an event which sockets hear of."""
    first = pub.place(lines=with_options(pub), client_order_id="k-1", tracker_number="22")
    for action, status in (("accept", None), ("accept", "Being poured"), ("ready", None), ("complete", None)):
        pub.move(f"{action}order", first.order_id, status)
    second = pub.place({str(pub.products[1].pk): 1})
    assert second.order_id is not None
    where = Whereabouts("22", "5", "located", "ON_PREMISE")
    record_location(pub.venue.pk, second.order_id, where, actor="Table Tracker", now=pub.tick())
    pub.move_to_table(second.order_id, "2")
    pub.tick_line(second.order_id, 0)
    for paid in (True, False):
        pub.pay(second.order_id, paid=paid)
    rejected = placed(pub.move("acceptorder", second.order_id, "rejected"))
    pub.undo(second.order_id, rejected.seq)
    pub.move("cancelorder", second.order_id)
    pub.place({"product_name": "Ale 3", "product_price": "3.00"})  # type: ignore[dict-item]
    pub.count_stock(3, 2)
    events_of(pub.placement({str(pub.products[3].pk): 2}))
    pause(pub.venue.pk, pub.now, "The kitchen catches up.", pub.tick())
    pause(pub.venue.pk, None, "", pub.tick())
    waiting = pub.place({str(pub.products[4].pk): 1})
    assert waiting.order_id is not None
    answer_for_nobody(waiting.order_id, pub.tick(61))
    one(guests_wait(pub.venue.pk, "4", pub.tick()))


def heard(pub: Pub) -> Iterator[Shown]:
    """Every frame that sockets get for the venue's events, with the message it is meant to be."""
    for event in feed.events_of(VenueEvent.objects.filter(venue=pub.venue).order_by("seq")):
        frames = Frames(event, EPOCH)
        told = {"v1.frame.order": frames.v1_board, "v1.frame.status": frames.v1_guest}
        for listener, text in (("board", frames.v2_board), ("guest", frames.v2_guest)):
            told["v2.frame.notice" if event.kind != "order" else f"v2.frame.order.{listener}"] = text
            yield from ((name, json.loads(frame)) for name, frame in told.items() if frame is not None)


def rendered(pub: Pub) -> list[tuple[Callable[..., str], str, tuple[Any, ...]]]:
    """Every renderer of the protocol, the message that it makes, and what to give it for that."""
    error = Refused("Flat white: only 2 left.", "sold_out", "order_items")
    about, ids = Echo("k-1", str(uuid.uuid4())), ("bPk1gFW2nU0mR5qV", str(uuid.uuid4()))
    orders = [whole_order(row) for row in snapshots.read_session(pub.venue.pk, pub.sessions[0].pk).orders]
    own = [protocol.for_guest(order) for order in orders]
    paused = {"until": protocol.to_ms(pub.now), "reason": ""}
    return [
        (protocol.open_orders_frame, "v1.frame.openorders", (orders,)),
        (protocol.open_orders_frame, "v1.frame.openorders", ([],)),
        (protocol.board_frame, "v1.frame.order", (orders[0],)),
        (protocol.status_frame, "v1.frame.status", (orders[0],)),
        (protocol.error_frame, "v1.frame.error", (1, error, *ids, about)),
        (protocol.order_frame, "v2.frame.order.board", (EPOCH, 1, "placed", orders[0])),
        (protocol.order_frame, "v2.frame.order.guest", (EPOCH, 1, "placed", own[0])),
        (protocol.hello_frame, "v2.frame.hello", (EPOCH, 0, pub.venue.pk, "guest", 15)),
        (protocol.snapshot_frame, "v2.frame.snapshot.board", (EPOCH, 1, orders, 1, paused, 2)),
        (protocol.snapshot_frame, "v2.frame.snapshot.guest", (EPOCH, 1, own, 1, None, 0)),
        (protocol.ack_frame, "v2.frame.ack", ("k-1", uuid.uuid4(), 41, 7)),
        (protocol.ack_frame, "v2.frame.ack", (None, uuid.uuid4(), 41, 7)),
        (protocol.notice_frame, "v2.frame.notice", ("menu", EPOCH, 1, {})),
        (protocol.database_frame, "v2.frame.notice", (True,)),
        (protocol.heartbeat_frame, "v2.frame.heartbeat", (1,)),
        (protocol.session_ended_frame, "v2.frame.session_ended", ("cleared",)),
        (protocol.error_frame, "v2.frame.error", (2, error, *ids, about)),
        (protocol.error_frame, "v2.frame.error", (2, Forbidden(), *ids, Echo())),
    ]


def same_keys(shown: Any, real: Any) -> bool:
    """Whether an example has the keys of the real thing, all the way down; of lists the first of each is looked at."""
    if isinstance(shown, dict) and isinstance(real, dict):
        return list(shown) == list(real) and all(same_keys(shown[key], real[key]) for key in shown)
    if isinstance(shown, list) and isinstance(real, list) and shown and real:
        return same_keys(shown[0], real[0])
    return isinstance(shown, list) == isinstance(real, list) and isinstance(real, dict) <= (shown is None)


def test_every_reference_leads_somewhere() -> None:
    found = set(refs(API))
    assert all(target(ref) is not None for ref in found)
    assert {f"#/components/schemas/{name}" for name in SCHEMAS} <= found


@pytest.mark.parametrize("channel", SPEAKERS)
def test_every_action_is_an_operation_and_every_operation_an_action(channel: str) -> None:
    asked = [message["payload"]["properties"]["action"]["const"] for message in said("receive", channel)]
    assert sorted(asked) == sorted(SPEAKERS[channel].actions)
    assert {f"{channel}_{action}" for action in asked} | {f"{channel}_hears"} == {
        name for name in API["operations"] if name.startswith(channel)
    }


def test_every_message_is_asked_or_told_on_some_channel() -> None:
    assert API["channels"].keys() == SPEAKERS.keys()
    for direction, kind in (("receive", ".request."), ("send", ".frame.")):
        on_channels = [message for channel in SPEAKERS for message in said(direction, channel)]
        for name, message in MESSAGES.items():
            assert (kind in name) == any(message is one for one in on_channels), name


@pytest.mark.django_db
def test_every_frame_of_an_event_is_as_described(pub: Pub) -> None:
    live_an_evening(pub)
    frames = list(heard(pub))
    assert [fault for name, frame in frames for fault in faults(name, frame)] == []
    changes = {frame["change"] for name, frame in frames if name == "v2.frame.order.board"}
    kinds = {frame["kind"] for name, frame in frames if name == "v2.frame.notice"}
    assert changes == set(SCHEMAS["Change"]["enum"])
    assert kinds | {"health"} == BOARD_NOTICES


@pytest.mark.django_db
def test_every_frame_that_the_protocol_renders_is_as_described(pub: Pub) -> None:
    pub.place(lines=with_options(pub), client_order_id="k-1", tracker_number="22")
    pub.move("acceptorder", pub.place({str(pub.products[1].pk): 1}).order_id)
    known = rendered(pub)
    renderers = {make for name, make in vars(protocol).items() if name.endswith("_frame") and name != "read_frame"}
    assert {make for make, _, _ in known} == renderers
    assert {name for _, name, _ in known} == {name for name in MESSAGES if ".frame." in name}
    assert [fault for make, name, given in known for fault in faults(name, json.loads(make(*given)))] == []


@pytest.mark.django_db
def test_a_frame_with_a_key_too_many_or_too_few_is_a_fault(pub: Pub) -> None:
    pub.place(lines=with_options(pub))
    for name, frame in heard(pub):
        assert faults(name, frame | {"colour": "red"})
        key = next(iter(frame))
        assert faults(name, {other: frame[other] for other in frame if other != key})
        if name == "v2.frame.order.board":  # a guest must not be told what concerns staff
            assert faults("v2.frame.order.guest", frame)


@pytest.mark.parametrize(("sample", "message"), SAMPLES.items())
def test_every_golden_sample_is_as_described_and_shown(sample: str, message: str) -> None:
    text = (ROOT / "tests" / "wire_samples" / f"{sample}.json").read_text()
    assert faults(message, json.loads(text)) == []
    if sample != "completeorder.response":  # its frame is shown by the one to acceptorder
        shown = [json.dumps(frame) for name, frame in examples() if name == message]
        assert shown == [json.dumps(json.loads(text))]


def test_every_message_has_an_example_that_is_right() -> None:
    shown = [(name, frame) for name, frame in examples() if not name.startswith("http.")]
    assert {name for name, _ in shown} | NOT_SHOWN == set(MESSAGES)
    assert [fault for name, frame in shown for fault in faults(name, frame)] == []


@pytest.mark.parametrize("channel", SPEAKERS)
def test_every_request_shown_is_understood(channel: str) -> None:
    asked = list(said("receive", channel))
    own = [frame for name, frame in examples() if any(MESSAGES.get(name) is message for message in asked)]
    assert own
    for frame in own:
        if channel == "board_v2" and frame["action"] == "order":
            frame["table_number"] = "7"
        protocol.parse_request(protocol.read_frame(json.dumps(frame)), SPEAKERS[channel])


def test_words_of_the_documents_are_those_of_the_code() -> None:
    assert SCHEMAS["State"]["enum"] == list(State.ALL)
    assert first_column(PROTOCOL, "### Events") == BOARD_NOTICES | {"database"}


def test_every_error_code_is_documented_and_every_documented_one_is_raised() -> None:
    raised = error_codes()
    assert {"forbidden", "order_moved", "unavailable", "wrong_table", "too_many_orders"} <= raised
    assert first_column(PROTOCOL, "## Errors") == raised
    assert SCHEMAS["ErrorCode"]["enum"] == sorted(raised)


def test_every_close_code_is_documented_and_every_documented_one_is_sent() -> None:
    sent = close_codes()
    assert {protocol.REVOKED, 1009, 1012, 1013} <= sent
    assert {int(code) for code in first_column(PROTOCOL, "## Close codes")} == sent
    assert {int(code) for code in API["x-close-codes"]} == sent


def test_every_code_over_http_is_documented_and_every_documented_one_is_answered() -> None:
    assert first_column(PROTOCOL, "## HTTP") == http_codes()


@pytest.mark.django_db
def test_answers_over_http_have_the_keys_that_are_shown(pub: Pub, client: Client) -> None:
    shown = dict(examples())
    table = pub.tables[0]
    refused = client.get("/session", secure=True)
    assert (refused.status_code, list(refused.json())) == (401, list(shown["http.error"]))
    assert refused.json() == shown["http.error"]
    code = {"code": table_code(table.pk, table.code_version)}
    assert code.keys() == shown["http.code"].keys()
    member = client.post("/api/session", code, content_type="application/json", secure=True).json()
    assert list(member) == list(shown["http.member"])
    client.cookies["ontap_member"] = member["token"]
    where = {"venue_id": str(pub.venue.pk), "table_number": table.number}
    assert list(client.get("/session", where, secure=True).json()) == list(shown["http.session"])
    Venue.objects.filter(pk=pub.venue.pk).update(words_sent="The hatch has it.")
    menu = client.get(f"/api/v1/venues/{pub.venue.pk}/menu", secure=True).json()
    assert same_keys(shown["http.menu"], menu)


def test_every_setting_is_documented_and_every_documented_one_is_read() -> None:
    read = {
        literal
        for name, call in calls("ontap/settings.py")
        if re.fullmatch(r"env\.[a-z_]+", name) and call.args
        for literal in literals(call.args[0])
    }
    assert first_column(OPERATIONS, "## Settings") == read


def test_every_command_that_is_named_is_there() -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", PROTOCOL + OPERATIONS))
    assert "new_epoch" in named
    assert named <= get_commands().keys()
