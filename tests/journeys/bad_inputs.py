"""What clients send that is wrong, and what each must get: the table behind `test_bad_input`.

Of a text every error is told by the error frame, and the socket stays open. In the texts stand for what the test knows
only when it runs: `@table` and `@order_id`, and `@order_time` where a number belongs. Every other key of a text is
right, so that the answer speaks of the one that is wrong. Of the demo's menu, `SCARCE` takes some products away.
"""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tests.ontap.raw_socket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, encode

Role = Literal["guest", "board"]
MOST_BYTES = 131_072

GUEST, BOARD, EITHER = ("guest",), ("board",), ("guest", "board")
ONE, TWO, BOTH = (1,), (2,), (1, 2)


@dataclass(frozen=True, slots=True)
class BadInput:
    """A text, who sends it in which versions, and the `code` and `field` that version 2 says (version 1: in words)."""

    wrong: str
    text: str
    code: str
    field: str | None
    roles: tuple[str, ...]
    versions: tuple[int, ...]


ORDER: dict[str, Any] = {
    "action": "order",
    "venue_id": "1",
    "table_number": "@table",
    "order_items": {"13": 1},
}
ACCEPT: dict[str, Any] = {
    "action": "acceptorder",
    "order_id": "@order_id",
    "order_time": "@order_time",
    "venue_id": "1",
    "table_number": "@table",
    "order_status": "accepted",
}
LEFT_OUT = object()
# Product 12 is not on sale at venue 1, 11 is sold out, of 10 nothing is left, of 9 three. Nobody is alerted meanwhile.
SCARCE = """
from datetime import timedelta
from django.utils import timezone
from venues.models import Venue, VenueProduct
Venue.objects.filter(pk=1).update(alert_after=86400, escalate_after=86400, reject_after=86400)
tomorrow = timezone.now() + timedelta(days=1)
scarce = {12: {"available": False}, 11: {"sold_out_until": tomorrow}, 10: {"stock": 0}, 9: {"stock": 3}}
for product_id, difference in scarce.items():
    VenueProduct.objects.update_or_create(venue_id=1, product_id=product_id, defaults=difference)
"""

# One text for every place where a program could take it for something else.
INJECTIONS = {
    "SQL": "1'; DROP TABLE orders_order; --",
    "HTML": "<script>alert(1)</script>",
    "a format string": "%s%n{0.__class__}",
    "a template": "{{ 7 * 7 }}{% debug %}",
    "a lookup": "${jndi:ldap://127.0.0.1/a}",
    "a path": "../../../../etc/passwd",
    "a prototype's name": "__proto__",
    "a constructor's name": "constructor",
    "a dunder name": "__class__",
}
UNPRINTABLE = {
    "NUL": "a\x00b",
    "a line feed": "a\nb",
    "a tab": "a\tb",
    "escape": "\x1b[2J",
    "delete": "a\x7f",
    "a C1 control": "a\x85b",
    "a no-break space": "a\u00a0b",
    "a zero-width space": "a\u200bb",
    "a right-to-left override": "\u202eaccepted",
    "a line separator": "a\u2028b",
    "a byte order mark": "\ufeffaccepted",
    "a private character": "\ue000",
    "an unassigned character": "\u0378",
    "a noncharacter": "\uffff",
    "a tag": "\U000e0041",
}
NOT_TEXTS: dict[str, Any] = {
    "null": None,
    "a number": 1,
    "a truth": True,
    "a list": ["1"],
    "an object": {"1": 1},
    "a fraction": 1.5,
}


def dumped(frame: dict[str, Any]) -> str:
    kept = {key: value for key, value in frame.items() if value is not LEFT_OUT}
    return json.dumps(kept, ensure_ascii=False).replace('"@order_time"', "@order_time")


def order(**changes: Any) -> str:
    return dumped(ORDER | changes)


def raw_order(key: str, raw: str) -> str:
    """An order with this JSON, however strange, as the value of the key."""
    return order(**{key: "@raw"}).replace('"@raw"', raw)


def items(raw: str) -> str:
    return raw_order("order_items", raw)


def move(action: str = "acceptorder", **changes: Any) -> str:
    return dumped(ACCEPT | {"action": action} | changes)


def raw_move(key: str, raw: str) -> str:
    return move(**{key: "@raw"}).replace('"@raw"', raw)


def lines(*wanted: Any) -> str:
    return order(order_items=LEFT_OUT, lines=list(wanted))


def _faulty_json() -> Iterator[BadInput]:
    texts = {
        "nothing": "",
        "a space": " ",
        "white space only": "\n\t \r\n",
        "NUL alone": "\x00",
        "a word": "order",
        "one brace": "{",
        "one closing brace": "}",
        "one bracket": "[",
        "one quote": '"',
        "a key alone": '{"action"}',
        "a key without its value": '{"action":}',
        "no colon": '{"action" "order"}',
        "a comma at the end": order()[:-1] + ",}",
        "a comma at the start": '{,"action":"order"}',
        "two commas": '{"action":"order",,"venue_id":"1"}',
        "half of an order": order()[:40],
        "an order and a half": order() + order()[:40],
        "two orders in one message": order() + order(),
        "two lines": order() + "\n" + order(),
        "single quotes": "{'action':'order'}",
        "a key without quotes": '{action:"order"}',
        "a comment": "/* hello */" + order(),
        "a comment at the end of the line": order() + " // please",
        "a byte order mark": "\ufeff" + order(),
        "NUL after it": order() + "\x00",
        "a line break in a text": '{"action":"or\nder"}',
        "a bare control character": '{"action":"or\x01der"}',
        "an escape of C": '{"action":"\\x41"}',
        "half an escape": '{"action":"\\u00"}',
        "a backslash at the end": '{"action":"\\',
        "a lone high surrogate": '{"action":"\\ud800"}',
        "a lone low surrogate": '{"action":"\\udc00"}',
        "surrogates in the wrong order": '{"action":"\\udc00\\ud800"}',
        "a lone surrogate in a key": '{"action":"order","\\ud83d":1}',
        "NaN": raw_order("order_items", '{"13":NaN}'),
        "NaN where nobody looks": order()[:-1] + ',"x":NaN}',
        "Infinity": items('{"13":Infinity}'),
        "minus Infinity": items('{"13":-Infinity}'),
        "a number beyond every float": items('{"13":1e400}'),
        "a number of 5000 digits": items('{"13":' + "9" * 5000 + "}"),
        "a number of 100,000 digits where nobody looks": order()[:-1] + ',"x":' + "9" * 100_000 + "}",
        "a leading zero": items('{"13":04}'),
        "a plus sign": items('{"13":+4}'),
        "a fraction without its start": items('{"13":.5}'),
        "a fraction without its end": items('{"13":1.}'),
        "a power without its end": items('{"13":1e}'),
        "a hexadecimal number": items('{"13":0x4}'),
        "digits with an underscore": items('{"13":1_0}'),
        "undefined": items('{"13":undefined}'),
        "True": items('{"13":True}'),
        "None": items("None"),
        "a list that is not closed": '{"action":["order"',
        "a nesting of 100,000 lists": "[" * 100_000,
        "a nesting of 60,000 closed lists": "[" * 60_000 + "]" * 60_000,
        "a nesting of 20,000 objects": '{"a":' * 20_000,
        "300 lists where nobody looks": order()[:-1] + ',"x":' + "[" * 300 + "]" * 300 + "}",
        "1000 lists where nobody looks": order()[:-1] + ',"x":' + "[" * 1000 + "]" * 1000 + "}",
        "1000 objects where nobody looks": order()[:-1] + ',"x":' + '{"a":' * 1000 + "1" + "}" * 1000 + "}",
        "50,000 lists where nobody looks": order()[:-1] + ',"x":' + "[" * 50_000 + "]" * 50_000 + "}",
        "a list": "[]",
        "an order in a list": f"[{order()}]",
        "a text": '"order"',
        "an order in a text": json.dumps(order()),
        "a number": "13",
        "minus zero": "-0",
        "null": "null",
        "true": "true",
        "a key twice": '{"action":"order","action":"openorders","venue_id":"1"}',
        "a key twice, spelled differently": '{"action":"order","\\u0061ction":"order","venue_id":"1"}',
        "a product twice": items('{"13":1,"13":2}'),
        "a key twice where nobody looks": order()[:-1] + ',"x":{"y":[{"z":1,"z":1}]}}',
        "XML": "<order><item id='13'/></order>",
        "a form": "action=order&venue_id=1",
        "HTTP": "GET /Test HTTP/1.1\r\nHost: x\r\n\r\n",
        "100,000 spaces": " " * 100_000,
        "130,000 letters": "a" * 130_000,
        "a text of right-to-left letters": "\u202e\u05d0\u05d1",
        "combining characters without a base": "\u0301" * 1000,
    }
    for wrong, text in texts.items():
        yield BadInput(wrong, text, "bad_json", None, EITHER, BOTH)


def _actions() -> Iterator[BadInput]:
    values: dict[str, Any] = {
        "no action": LEFT_OUT,
        "an empty action": "",
        "ORDER in capitals": "ORDER",
        "a space before the action": " order",
        "NUL behind the action": "order\x00",
        "a Cyrillic o in the action": "\u043erder",
        "a soft hyphen in the action": "or\u00adder",
        "two actions": ["order", "openorders"],
        "a handler's name": "websocket.close",
        "a method's name": "deliver",
        "a message's type": "nudge",
        "100,000 letters": "a" * 100_000,
        **{f"action is {kind}": value for kind, value in NOT_TEXTS.items()},
        **{f"{kind} as action": text for kind, text in INJECTIONS.items()},
    }
    for wrong, value in values.items():
        yield BadInput(wrong, order(action=value), "forbidden", "action", EITHER, BOTH)
    yield BadInput("an empty object", "{}", "forbidden", "action", EITHER, BOTH)
    board_only = ("acceptorder", "completeorder", "readyorder", "undoorder", "pageorder", "locateorder")
    for action in board_only:
        yield BadInput(f"{action} by a guest", move(action), "forbidden", "action", GUEST, BOTH)
    yield BadInput("openorders by a guest", order(action="openorders"), "forbidden", "action", GUEST, ONE)
    for action in ("readyorder", "cancelorder", "undoorder", "resume", "pageorder", "locateorder"):
        yield BadInput(f"{action} in version 1", move(action), "forbidden", "action", EITHER, ONE)


def _places() -> Iterator[BadInput]:
    """venue_id and table_number must be the socket's own."""

    def venue(wrong: str, value: Any, code: str = "wrong_venue") -> BadInput:
        return BadInput(f"venue_id {wrong}", order(venue_id=value), code, "venue_id", EITHER, BOTH)

    def table(wrong: str, value: Any, code: str = "wrong_table") -> BadInput:
        return BadInput(f"table_number {wrong}", order(table_number=value), code, "table_number", GUEST, BOTH)

    def any_table(wrong: str, value: Any, code: str) -> BadInput:
        text = order(table_number=value)
        return BadInput(f"an order for a table {wrong}", text, code, "table_number", BOARD, BOTH)

    others: dict[str, Any] = {
        "": "empty",
        "2": "another venue of the same operator",
        "3": "a venue of another operator",
        "999999": "unknown",
        "0": "zero",
        "-1": "negative",
        "01": "with a zero before it",
        " 1": "with a space before it",
        "1 ": "with a space behind it",
        "1\x00": "with NUL behind it",
        "1\u0301": "with a combining accent",
        "\u202e1": "turned right to left",
        "\uff11": "in full-width digits",
        "\u0661": "in Arabic digits",
        "1.0": "with a fraction",
        "1,2": "two at once",
        "9" * 40: "of 40 digits",
        "1" * 100_000: "of 100,000 digits",
    }
    for value, wrong in others.items():
        yield venue(wrong, value)
    for kind, text in INJECTIONS.items():
        yield venue(kind, text)
        yield table(kind, text)
    for kind, value in NOT_TEXTS.items():
        yield venue(f"is {kind}", value, "wrong_type")
        yield table(f"is {kind}", value, "wrong_type")
    for key in ("venue_id", "table_number"):
        yield BadInput(f"{key} left out", order(**{key: LEFT_OUT}), "missing", key, EITHER, ONE)
    other_venue = order(action="openorders", venue_id="2")
    yield BadInput("openorders of another venue", other_venue, "wrong_venue", "venue_id", BOARD, BOTH)
    for wrong, value in {"another table": "22", "the board's word": "dashboard", "unknown": "999", "empty": ""}.items():
        yield table(wrong, value)
    yield BadInput("no table by a board", order(table_number=LEFT_OUT), "missing", "table_number", BOARD, TWO)
    for wrong, value in {"unknown": "999", "dashboard": "dashboard", "negative": "-1", "SQL": "1' OR 1=1"}.items():
        yield any_table(wrong, value, "unknown_table")
    for wrong, value in {"of 17 characters": "1" * 17, "NUL": "1\x00"}.items():
        yield any_table(wrong, value, "wrong_type")
    yield any_table("that is a number", 7, "wrong_type")
    yield BadInput("another table's order", move(table_number="22"), "wrong_table", "table_number", BOARD, BOTH)


def _items() -> Iterator[BadInput]:
    """Both roles may order, in both versions, by `order_items`."""

    def bad(wrong: str, raw: str, code: str) -> BadInput:
        return BadInput(wrong, items(raw), code, "order_items", EITHER, BOTH)

    yield BadInput("order_items left out", order(order_items=LEFT_OUT), "missing", "order_items", EITHER, BOTH)
    yield bad("order_items is null", "null", "missing")
    for raw in ("{}", "[]", '[["13",1]]', '[{"13":1}]', '"13"', "13", "true", '"{\\"13\\":1}"', "1.5", '""'):
        yield bad(f"order_items is {raw}", raw, "wrong_type")
    quantities = ["0", "-1", "1.5", "1.0", "1e2", "1E0", "-0", "true", "false", "null", '"4"', '""', "[]", "[4]", "{}"]
    quantities += [str(2**63), str(10**30), str(-(10**30)), "101", "1000000", str(2**31), str(2**63 - 1), '"\\u0664"']
    for raw in quantities:
        yield bad(f"a quantity of {raw}", f'{{"13":{raw}}}', "wrong_quantity")
    yield bad("a good line and one of 0", '{"13":1,"18":0}', "wrong_quantity")
    keys = ["0", "013", "-13", "+13", "13.0", " 13", "13 ", "1e1", "0x0d", "13,18", "", "null", "9" * 19, "9" * 100_000]
    keys += ["\uff11\uff13", "\u0661\u0663", "13\x00", "13\u200f", "1\u03013", "\u202e31", "13\n"]
    for key in (*keys, *INJECTIONS.values()):
        yield bad(f"a product called {key[:20]!r}", json.dumps({key: 1}), "wrong_type")
    for key in ("999", "999999999999999999", "100000"):
        yield bad(f"product {key}, which is not there", json.dumps({key: 1}), "unknown_product")
    yield bad("101 products", json.dumps({str(n): 1 for n in range(1, 102)}), "too_many")
    yield bad(
        "more items than one order holds", json.dumps({str(n): 100 for n in (*range(1, 9), 13, 18, 19)}), "too_many"
    )
    yield bad("a product that is not on sale", '{"12":1}', "sold_out")
    yield bad("a product that is sold out for today", '{"13":1,"11":1}', "sold_out")
    yield bad("a product of which none is left", '{"10":1}', "sold_out")
    yield bad("more of a product than are left", '{"9":4}', "sold_out")
    named = {
        ("a name that is not there", "guiness", "3.20"): "unknown_product",
        ("an empty name", "", "3.20"): "unknown_product",
        ("a name with a space", "carlsberg ", "3.20"): "unknown_product",
        ("a name that looks the same", "c\u0430rlsberg", "3.20"): "unknown_product",
        ("a name of 100,000 letters", "c" * 100_000, "3.20"): "unknown_product",
        ("a name that is a number", 13, "3.20"): "wrong_type",
        ("a name that is null", None, "3.20"): "wrong_type",
        ("a price of yesterday", "carlsberg", "3.10"): "wrong_price",
        ("a price of nothing", "carlsberg", "0"): "wrong_price",
        ("a negative price", "carlsberg", "-3.20"): "wrong_type",
        ("a price that is a number", "carlsberg", 3.2): "wrong_type",
        ("a price that is null", "carlsberg", None): "wrong_type",
        ("a price in words", "carlsberg", "cheap"): "wrong_type",
        ("an empty price", "carlsberg", ""): "wrong_type",
        ("a price of NaN", "carlsberg", "NaN"): "wrong_type",
        ("a price of a signalling NaN", "carlsberg", "sNaN"): "wrong_type",
        ("a price of Infinity", "carlsberg", "Infinity"): "wrong_type",
        ("a price with a power", "carlsberg", "320e-2"): "wrong_type",
        ("a price with a huge power", "carlsberg", "1e999999999"): "wrong_type",
        ("a price with an underscore", "carlsberg", "3_2.0"): "wrong_type",
        ("a price with a space", "carlsberg", " 3.20"): "wrong_type",
        ("a price in full-width digits", "carlsberg", "\uff13.\uff12\uff10"): "wrong_type",
        ("a price with a comma", "carlsberg", "3,20"): "wrong_type",
        ("a price with a currency", "carlsberg", "£3.20"): "wrong_type",
        ("a price of 100,000 digits", "carlsberg", "3.2" + "0" * 100_000): "wrong_type",
    }
    for (wrong, name, price), code in named.items():
        yield bad(wrong, json.dumps({"product_name": name, "product_price": price}), code)
    yield bad("a name without a price", '{"product_name":"carlsberg"}', "wrong_quantity")
    yield bad("a name with a quantity", '{"product_name":"carlsberg","product_price":"3.20","13":1}', "wrong_quantity")


def _keys_of_orders() -> Iterator[BadInput]:
    wrong_keys: dict[str, Any] = {
        "empty": "",
        "of 65 characters": "k" * 65,
        "of 100,000 characters": "k" * 100_000,
        "with a space": "a b",
        "with an umlaut": "schlüssel",
        "with an emoji": "🍺",
        **{f"with {kind}": text for kind, text in UNPRINTABLE.items()},
        **{f"that is {kind}": value for kind, value in NOT_TEXTS.items() if value is not None},
    }
    for wrong, value in wrong_keys.items():
        text = order(client_order_id=value)
        yield BadInput(f"client_order_id {wrong}", text, "wrong_type", "client_order_id", EITHER, BOTH)
    pucks: dict[str, Any] = {
        "zero": "0",
        "with a zero before it": "07",
        "of 5 digits": "12345",
        "of letters": "abc",
        "negative": "-1",
        "in full-width digits": "\uff11\uff12",
        "with a fraction": "1.5",
        "that is a number": 12,
        "that is true": True,
    }
    for wrong, value in pucks.items():
        text = order(tracker_number=value)
        yield BadInput(f"tracker_number {wrong}", text, "wrong_type", "tracker_number", EITHER, TWO)


def _lines() -> Iterator[BadInput]:
    """`lines`, which version 2 alone has. Of product 2 a measure must be chosen."""

    def bad(wrong: str, text: str, code: str, field: str = "lines") -> BadInput:
        return BadInput(wrong, text, code, field, EITHER, TWO)

    good: dict[str, Any] = {"product_id": "13", "quantity": 1}
    yield bad("lines and order_items", order(lines=[good]), "wrong_type")
    for raw in ("null", "[]", "{}", '"13"', "13", "true", "[[]]", "[null]", '["13"]', "[13]", "[{}]"):
        code = "wrong_quantity" if raw == "[{}]" else "wrong_type"
        yield bad(f"lines is {raw}", lines("@raw").replace('["@raw"]', raw), code)
    yield bad("101 lines", lines(*[good] * 101), "wrong_type")
    quantities: tuple[Any, ...] = (0, -1, 1.5, True, None, "4", [], 101, 10**20)
    for quantity in quantities:
        yield bad(f"a line of {quantity!r}", lines(good | {"quantity": quantity}), "wrong_quantity")
    products: tuple[Any, ...] = (13, None, "", "013", "x", [], "13\x00", "__proto__")
    for product in products:
        yield bad(f"a line of product {product!r}", lines(good | {"product_id": product}), "wrong_type")
    yield bad("a line of a product that is not there", lines(good | {"product_id": "999"}), "unknown_product")
    yield bad("a line of a product that is not on sale", lines(good | {"product_id": "12"}), "sold_out")
    yield bad("two lines of more than are left", lines(*[good | {"product_id": "9", "quantity": 2}] * 2), "sold_out")
    yield bad("a line without the measure", lines(good | {"product_id": "2"}), "wrong_options")
    options: tuple[Any, ...] = ("13", {}, 13, [13], [None], ["x"], [["1"]], ["1"] * 51)
    for option in options:
        yield bad(f"options {option!r}"[:40], lines(good | {"options": option}), "wrong_type")
    yield bad("an option that is not there", lines(good | {"options": ["999999"]}), "wrong_options")
    for wrong, note in {"a number": 1, "a list": [], "of 141 characters": "n" * 141, **UNPRINTABLE}.items():
        yield bad(f"a note {wrong}", lines(good | {"note": note}), "wrong_type", "note")


def _moves() -> Iterator[BadInput]:
    """Only a board moves orders; the order that is meant is there and pending."""

    def bad(wrong: str, text: str, code: str, field: str, versions: tuple[int, ...] = BOTH) -> BadInput:
        return BadInput(wrong, text, code, field, BOARD, versions)

    words: dict[str, Any] = {
        "empty": "",
        "of spaces": "   ",
        "of 33 characters": "x" * 33,
        "of 33 emoji": "🍺" * 33,
        "of 100,000 characters": "x" * 100_000,
        **{f"with {kind}": text for kind, text in UNPRINTABLE.items()},
        **{f"that is {kind}": value for kind, value in NOT_TEXTS.items() if value is not None},
    }
    for wrong, value in words.items():
        yield bad(f"order_status {wrong}", move(order_status=value), "wrong_type", "order_status")
    for wrong, value in {"left out": LEFT_OUT, "null": None}.items():
        yield bad(f"order_status {wrong}", move(order_status=value), "missing", "order_status", ONE)
    for word in ("completed", "pending", "ready", "cancelled", "Completed", " COMPLETED "):
        yield bad(f"acceptorder says {word}", move(order_status=word), "wrong_status", "order_status")
    for word in ("accepted", "rejected", "pending", "ready"):
        text = move("completeorder", order_status=word)
        yield bad(f"completeorder says {word}", text, "wrong_status", "order_status")
    ids: dict[str, Any] = {
        "empty": "",
        "no UUID": "7",
        "too long": "0bc09aea-f152-4386-b1b0-f741f1e01fff0",
        "in braces": "{0bc09aea-f152-4386-b1b0-f741f1e01fff}",
        "with a letter too many": "0bc09aea-f152-4386-b1b0-f741f1e01ffg",
        "with NUL": "0bc09aea-f152-4386-b1b0-f741f1e01ff\x00",
        **{f"that is {kind}": value for kind, value in NOT_TEXTS.items() if value is not None},
        **INJECTIONS,
    }
    for wrong, value in ids.items():
        yield bad(f"order_id {wrong}", move(order_id=value), "wrong_type", "order_id")
    for wrong, value in {"left out": LEFT_OUT, "null": None}.items():
        yield bad(f"order_id {wrong}", move(order_id=value), "missing", "order_id")
    for value in ("00000000-0000-0000-0000-000000000000", "0bc09aea-f152-4386-b1b0-f741f1e01fff", "f" * 32):
        yield bad(f"order {value}", move(order_id=value), "unknown_order", "order_id")
    times = ["-1", "1594120013360.0", "1.5", '"1594120013360"', "true", "[]", "{}", '""', str(10**30), str(2**63)]
    times += [str(2**63 - 1), str(10**16), "253402300800000"]
    for raw in times:
        yield bad(f"order_time {raw}", raw_move("order_time", raw), "wrong_type", "order_time")
    yield bad("order_time null", raw_move("order_time", "null"), "missing", "order_time")
    for raw in ("0", "1594120013360", "253402300799999"):
        yield bad(f"order_time {raw}", raw_move("order_time", raw), "wrong_time", "order_time")
    yield BadInput(
        "completing what is pending",
        move("completeorder", order_status="completed"),
        "too_early",
        "order_id",
        BOARD,
        BOTH,
    )
    yield BadInput(
        "ready before it is accepted", move("readyorder", order_status=LEFT_OUT), "too_early", "order_id", BOARD, TWO
    )
    yield bad("rejecting without a reason", move(order_status="rejected"), "missing", "reason", TWO)
    yield BadInput(
        "cancelling without a reason", move("cancelorder", order_status=LEFT_OUT), "missing", "reason", BOARD, TWO
    )
    for wrong, reason in {"a number": 1, "of 141 characters": "r" * 141, "a list": [], **UNPRINTABLE}.items():
        yield BadInput(
            f"a reason {wrong}", move(order_status="rejected", reason=reason), "wrong_type", "reason", BOARD, TWO
        )


def _others() -> Iterator[BadInput]:
    """undoorder, resume, pageorder and locateorder, which version 2 alone has."""
    for raw in ("-1", "1.0", '"1"', "true", "[]", str(10**30)):
        text = raw_move("seq", raw).replace("acceptorder", "undoorder")
        yield BadInput(f"undoing seq {raw}", text, "wrong_type", "seq", BOARD, TWO)
        text = dumped({"action": "resume", "epoch": "e", "seq": "@raw"}).replace('"@raw"', raw)
        yield BadInput(f"resuming at {raw}", text, "wrong_type", "seq", EITHER, TWO)
    yield BadInput("undoing nothing", move("undoorder"), "missing", "seq", BOARD, TWO)
    yield BadInput("undoing its placing", move("undoorder", seq=1), "cannot_undo", "seq", BOARD, TWO)
    unknown = move("undoorder", seq=1, order_id="0bc09aea-f152-4386-b1b0-f741f1e01fff")
    yield BadInput("undoing an unknown order", unknown, "unknown_order", "order_id", BOARD, TWO)
    epochs: dict[str, Any] = {**NOT_TEXTS, "too long": "e" * 37, "empty": ""}
    for kind, value in epochs.items():
        text = dumped({"action": "resume", "epoch": value, "seq": 0})
        code = "missing" if value is None else "wrong_type"
        yield BadInput(f"resuming in an epoch that is {kind}", text, code, "epoch", EITHER, TWO)
    yield BadInput("resuming without a seq", '{"action":"resume","epoch":"e"}', "missing", "seq", EITHER, TWO)
    for action in ("pageorder", "locateorder"):
        yield BadInput(f"{action} without a gateway", move(action), "no_gateway", "action", BOARD, TWO)
    stranger = move("cancelorder", order_id="0bc09aea-f152-4386-b1b0-f741f1e01fff", order_status=LEFT_OUT)
    yield BadInput("cancelling an unknown order", stranger, "unknown_order", "order_id", GUEST, TWO)


WRONG_CODES = (0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535)


@dataclass(frozen=True, slots=True)
class BadFrames:
    """Bytes after a good handshake, and the close code that must answer them."""

    wrong: str
    data: bytes
    code: int


def in_pieces(opcode: int, *pieces: bytes) -> bytes:
    """A message in several frames."""
    last = len(pieces) - 1
    return b"".join(
        encode(opcode if at == 0 else CONTINUATION, piece, final=at == last) for at, piece in enumerate(pieces)
    )


def goodbye(code: int, reason: bytes = b"") -> bytes:
    return encode(CLOSE, struct.pack("!H", code) + reason)


def _frames() -> Iterator[BadFrames]:
    text = order().encode()
    too_long = b" " * (MOST_BYTES + 1)
    unsupported = {
        "a binary order": encode(BINARY, text),
        "an empty binary message": encode(BINARY),
        "bytes that are no text": encode(BINARY, b"\x00\xff\xfe" * 100),
        "a binary order in pieces": in_pieces(BINARY, text[:10], text[10:]),
        "a binary order after a good text": encode(TEXT, b'{"action":"nothing"}') + encode(BINARY, text),
    }
    too_big = {
        "one byte more than 128 KB": encode(TEXT, too_long),
        "a megabyte": encode(TEXT, too_long * 8),
        "a megabyte of bytes": encode(BINARY, too_long * 8),
        "more than 128 KB in two pieces": in_pieces(TEXT, too_long[:70_000], too_long[:70_000]),
        "more than 128 KB in pieces of 1 KB": in_pieces(TEXT, *[b" " * 1024] * 129),
        "a frame that says it has 2 GB": encode(TEXT, b"{", length=2**31),
        "a frame that says it has 2**62 bytes": encode(TEXT, b"{", length=2**62),
        "a second piece that says it has 2 GB": encode(TEXT, b"{", final=False) + encode(CONTINUATION, length=2**31),
    }
    bad_utf8 = {
        "a byte that is never UTF-8": encode(TEXT, b'{"action":"\xff"}'),
        "a continuation byte alone": encode(TEXT, b"\x80"),
        "half a character at the end": encode(TEXT, "🍺".encode()[:3]),
        "an overlong slash": encode(TEXT, b"\xc0\xaf"),
        "an overlong NUL": encode(TEXT, b"\xc0\x80"),
        "a surrogate in UTF-8": encode(TEXT, b"\xed\xa0\x80"),
        "a character beyond Unicode": encode(TEXT, b"\xf4\x90\x80\x80"),
        "Latin-1": encode(TEXT, "Pürée".encode("latin-1")),
        "UTF-16": encode(TEXT, "{}".encode("utf-16")),
        "bad UTF-8 in the second piece": in_pieces(TEXT, b'{"action":', b'"\xfe"}'),
        "a character that the end cuts": in_pieces(TEXT, b"\xf0\x9f", b"\x8d"),
        "a reason of bad UTF-8": goodbye(1000, b"\xff\xfe"),
    }
    no_protocol = {
        **{f"reserved bits {bits}": encode(TEXT, b"{}", reserved=bits) for bits in range(1, 8)},
        "a reserved bit on a ping": encode(PING, reserved=1),
        "a reserved bit on a piece": encode(TEXT, b"{", final=False) + encode(CONTINUATION, b"}", reserved=4),
        **{f"opcode {code:X}": encode(code, b"{}") for code in (*range(3, 8), *range(11, 16))},
        "a text without a mask": encode(TEXT, b"{}", masked=False),
        "a ping without a mask": encode(PING, masked=False),
        "a goodbye without a mask": encode(CLOSE, b"\x03\xe8", masked=False),
        "a ping of 126 bytes": encode(PING, b"x" * 126),
        "a pong of 70,000 bytes": encode(PONG, b"x" * 70_000),
        "a goodbye of 126 bytes": goodbye(1000, b"x" * 124),
        "a ping in pieces": encode(PING, b"x", final=False),
        "a goodbye in pieces": encode(CLOSE, b"\x03\xe8", final=False),
        "a piece of nothing": encode(CONTINUATION, b"}"),
        "a last piece after a whole message": encode(TEXT, b"{}") + encode(CONTINUATION, b"}"),
        "a text within a text": encode(TEXT, b"{", final=False) + encode(TEXT, b"}"),
        "bytes within a text": encode(TEXT, b"{", final=False) + encode(BINARY, b"}"),
        "a length that needs fewer bytes": bytes([0x81, 0xFE, 0, 5, 0, 0, 0, 0]) + b"hello",
        "a long length that needs fewer bytes": bytes([0x81, 0xFF, *[0] * 7, 5, 0, 0, 0, 0]) + b"hello",
        "a negative length": bytes([0x81, 0xFF, 0x80, *[0] * 7, 0, 0, 0, 0]),
        "half a close code": encode(CLOSE, b"\x03"),
        **{f"close code {code}": goodbye(code) for code in WRONG_CODES},
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 32,
        "HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "zeros": b"\x00" * 64,
    }
    for code, rows in ((1003, unsupported), (1009, too_big), (1007, bad_utf8), (1002, no_protocol)):
        for wrong, data in rows.items():
            yield BadFrames(wrong, data, code)


BAD_INPUTS: tuple[BadInput, ...] = (
    *_faulty_json(),
    *_actions(),
    *_places(),
    *_items(),
    *_keys_of_orders(),
    *_lines(),
    *_moves(),
    *_others(),
)
BAD_FRAMES: tuple[BadFrames, ...] = tuple(_frames())

_KEY = "dGhlIHNhbXBsZSBub25jZQ=="
_PLACE = "/Test?venue_id=1&table_number=1"


def opening(first: str = f"GET {_PLACE} HTTP/1.1", end: str = "\r\n", **headers: str | None) -> bytes:
    """A handshake with these headers instead of the good ones; None leaves one out."""
    good: dict[str, str | None] = {
        "Host": "127.0.0.1",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": _KEY,
    }
    rows = [f"{name.replace('_', '-')}: {value}" for name, value in {**good, **headers}.items() if value is not None]
    return (end.join([first, *rows]) + end + end).encode("latin-1")


# A handshake that is none: whatever the answer, it is an HTTP error of the client's or the end of the connection.
BAD_HANDSHAKES: dict[str, bytes] = {
    "no key": opening(Sec_WebSocket_Key=None),
    "an empty key": opening(Sec_WebSocket_Key=""),
    "a short key": opening(Sec_WebSocket_Key="c2hvcnQ="),
    "a key that is no base64": opening(Sec_WebSocket_Key="!" * 24),
    "a key of 10,000 letters": opening(Sec_WebSocket_Key="a" * 10_000),
    "two keys": opening(sec_websocket_key=_KEY),
    "no version": opening(Sec_WebSocket_Version=None),
    "version 99": opening(Sec_WebSocket_Version="99"),
    "a version of words": opening(Sec_WebSocket_Version="thirteen"),
    "POST": opening(f"POST {_PLACE} HTTP/1.1"),
    "DELETE": opening(f"DELETE {_PLACE} HTTP/1.1"),
    "a method of its own": opening(f"ORDER {_PLACE} HTTP/1.1"),
    "HTTP 9": opening(f"GET {_PLACE} HTTP/9.9"),
    "no version of HTTP": opening(f"GET {_PLACE}"),
    "no address": opening("GET HTTP/1.1"),
    "two addresses": opening(f"GET {_PLACE} {_PLACE} HTTP/1.1"),
    "an empty first line": b"\r\n\r\n\r\n",
    "an address of 100,000 letters": opening(f"GET /{'a' * 100_000} HTTP/1.1"),
    "a header of 100,000 letters": opening(X_Long="a" * 100_000),
    "10,000 headers": opening(**{f"X_{n}": "1" for n in range(10_000)}),
    "a header without a colon": opening(f"GET {_PLACE} HTTP/1.1\r\nnonsense"),
    "a header with a space before its colon": opening(f"GET {_PLACE} HTTP/1.1\r\nX-A : 1"),
    "a length that is no number": opening(f"POST {_PLACE} HTTP/1.1", Content_Length="many"),
    "a negative length": opening(f"POST {_PLACE} HTTP/1.1", Content_Length="-1"),
    "a length beyond everything": opening(f"POST {_PLACE} HTTP/1.1", Content_Length="9" * 30),
    "two lengths": opening(f"POST {_PLACE} HTTP/1.1\r\nContent-Length: 1", Content_Length="2"),
    "a chunk of bad length": opening(f"POST {_PLACE} HTTP/1.1", Transfer_Encoding="chunked") + b"zz\r\n",
    "an encoding that nobody knows": opening(f"POST {_PLACE} HTTP/1.1", Transfer_Encoding="magic"),
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500 + b"\r\n\r\n",
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "zeros": b"\x00" * 1000 + b"\r\n\r\n",
    "a frame without a handshake": encode(TEXT, b"{}") + b"\r\n\r\n",
    "HTTP 2 by prior knowledge": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an address with a fragment": opening(f"GET {_PLACE}#dashboard HTTP/1.1"),
    "an address with a space": opening("GET /Test ?venue_id=1&table_number=1 HTTP/1.1"),
}

_SEED = "venue_id=1&table_number=1"
_BOARD = "venue_id=1&table_number=dashboard"
# All refused alike, whatever the cause. With Upgrade and a good handshake.
BAD_ADDRESSES: tuple[str, ...] = (
    f"/?{_SEED}",
    f"/test?{_SEED}",
    f"/TEST?{_SEED}",
    f"/Tests?{_SEED}",
    f"/Test2?{_SEED}",
    f"/Test//?{_SEED}",
    f"//Test?{_SEED}",
    f"/./Test?{_SEED}",
    f"/x/../Test?{_SEED}",
    f"/Test/x?{_SEED}",
    f"/Test%0A?{_SEED}",
    f"/Test%00?{_SEED}",
    f"/Test%20?{_SEED}",
    f"/%54est%2F%2F?{_SEED}",
    f"/%FF%FE?{_SEED}",
    f"/%C0%AF?{_SEED}",
    f"/%F0%9F%8D%BA?{_SEED}",
    f"/WS?{_SEED}",
    f"/ws/ws?{_SEED}",
    f"/wss?{_SEED}",
    f"/admin/?{_SEED}",
    f"/admin/login/?{_SEED}",
    f"/healthz?{_SEED}",
    f"/session?{_SEED}",
    f"/api/v1/venues/1/menu?{_SEED}",
    f"/static/x.js?{_SEED}",
    f"/t/abc/Test?{_SEED}",
    f"/k/Test?{_BOARD}",
    f"/k//Test?{_BOARD}",
    f"/k/short/Test?{_BOARD}",
    f"/k/{'k' * 43}/Test?{_BOARD}",
    f"/k/{'k' * 43}/ws?{_BOARD}",
    f"/k/{'k' * 43}/Test?{_SEED}",
    f"/k/{'k' * 64}/Test?{_BOARD}",
    f"/k/{'k' * 65}/Test?{_BOARD}",
    f"/k/{'k' * 5000}/Test?{_BOARD}",
    f"/k/{'%6b' * 43}/Test?{_BOARD}",
    f"/k/{'k' * 40}%2F../Test?{_BOARD}",
    f"/k/{'k' * 43}%00/Test?{_BOARD}",
    f"/s/{'s' * 43}/Test?{_SEED}",
    f"/s/{'s' * 43}/Test?{_BOARD}",
    f"/s/{'s' * 43}/Test?venue_id=2&table_number=1",
    f"/s/{'s' * 43}/s/{'s' * 43}/Test?{_SEED}",
    f"/{'a' * 15_000}?{_SEED}",
    f"/Test?{'a' * 15_000}",
    f"{'/k' * 5000}/Test?{_BOARD}",
    "/Test",
    "/Test?",
    "/Test?venue_id=1",
    "/Test?table_number=1",
    "/Test?venue_id=&table_number=1",
    "/Test?venue_id=1&table_number=",
    "/Test?venue_id=0&table_number=1",
    "/Test?venue_id=01&table_number=1",
    "/Test?venue_id=-1&table_number=1",
    "/Test?venue_id=1.0&table_number=1",
    "/Test?venue_id=1e0&table_number=1",
    "/Test?venue_id=%201&table_number=1",
    "/Test?venue_id=1%0A&table_number=1",
    "/Test?venue_id=1%00&table_number=1",
    "/Test?venue_id=%D9%A1&table_number=1",
    "/Test?venue_id=%EF%BC%91&table_number=1",
    "/Test?venue_id=one&table_number=1",
    "/Test?venue_id=4&table_number=1",
    "/Test?venue_id=999999999999999999&table_number=1",
    "/Test?venue_id=9999999999999999999999&table_number=1",
    "/Test?venue_id=1&venue_id=1&table_number=1",
    "/Test?venue_id=1&venue_id=2&table_number=1",
    "/Test?venue_id=1&table_number=1&table_number=2",
    "/Test?venue_id[]=1&table_number=1",
    "/Test?venue_id=1'%20OR%20'1'='1&table_number=1",
    "/Test?venue_id=1;table_number=1",
    "/Test?VENUE_ID=1&TABLE_NUMBER=1",
    "/Test?venue_id=1&table_number=99",
    "/Test?venue_id=1&table_number=0",
    "/Test?venue_id=1&table_number=01",
    "/Test?venue_id=1&table_number=%201",
    "/Test?venue_id=1&table_number=1%0A",
    "/Test?venue_id=1&table_number=1%00",
    "/Test?venue_id=1&table_number=%FF",
    "/Test?venue_id=1&table_number=1%CC%81",
    "/Test?venue_id=1&table_number=%E2%80%AE1",
    "/Test?venue_id=1&table_number=1'%3B%20DROP%20TABLE%20venues_table%3B--",
    "/Test?venue_id=1&table_number=%3Cscript%3E",
    f"/Test?venue_id=1&table_number={'1' * 17}",
    f"/Test?venue_id=1&table_number={'1' * 10_000}",
    "/Test?venue_id=1&table_number=dashboard",
    "/Test?venue_id=1&table_number=Dashboard",
    "/Test?venue_id=1&table_number=DASHBOARD",
    "/Test?venue_id=2&table_number=1",
    "/Test?venue_id=2&table_number=dashboard",
    "/Test?venue_id=3&table_number=1",
    "/Test?venue_id=3&table_number=99",
    "/ws?venue_id=3&table_number=dashboard",
    f"/Test?{_SEED}&a=1&b=2&c=3&d=4&e=5&f=6&g=7",
    f"http://127.0.0.1:1/Test?{_BOARD}",
    f"*?{_SEED}",
)
