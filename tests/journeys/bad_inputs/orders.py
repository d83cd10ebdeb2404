"""Orders whose items, keys or lines are wrong."""

import json
from collections.abc import Iterator
from typing import Any

from tests.journeys.bad_inputs.texts import (
    BOTH,
    EITHER,
    INJECTIONS,
    LEFT_OUT,
    NOT_TEXTS,
    TWO,
    UNPRINTABLE,
    BadInput,
    items,
    lines,
    order,
)


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


BAD_ORDERS: tuple[BadInput, ...] = (*_items(), *_keys_of_orders(), *_lines())
