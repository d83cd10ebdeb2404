"""Texts that are wrong before it matters what is wanted: no JSON, no action, the wrong venue or table."""

import json
from collections.abc import Iterator
from typing import Any

from tests.journeys.bad_inputs.texts import (
    BOARD,
    BOTH,
    EITHER,
    GUEST,
    INJECTIONS,
    LEFT_OUT,
    NOT_TEXTS,
    ONE,
    TWO,
    BadInput,
    items,
    move,
    order,
    raw_order,
)


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
    board_only = ("acceptorder", "completeorder", "readyorder", "undoorder", "pageorder", "locateorder", "trackorder")
    for action in board_only:
        yield BadInput(f"{action} by a guest", move(action), "forbidden", "action", GUEST, BOTH)
    yield BadInput("openorders by a guest", order(action="openorders"), "forbidden", "action", GUEST, ONE)
    for action in ("readyorder", "cancelorder", "undoorder", "resume", "pageorder", "locateorder", "trackorder"):
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


BAD_ENVELOPES: tuple[BadInput, ...] = (*_faulty_json(), *_actions(), *_places())
