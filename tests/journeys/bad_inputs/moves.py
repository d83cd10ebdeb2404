"""What is wrong about an order that is there already: moving it, undoing, resuming, paging and locating."""

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
    UNPRINTABLE,
    BadInput,
    dumped,
    move,
    raw_move,
)


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
    """undoorder, resume, pageorder, locateorder and trackorder, which version 2 alone has."""
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
    for kind, value in {"a number": 22, "a word": "two", "five digits": "12345", "with a nought": "022"}.items():
        text = move("trackorder", tracker_number=value)
        yield BadInput(f"a puck that is {kind}", text, "wrong_type", "tracker_number", BOARD, TWO)
    for kind, value in {"another word": "keep", "a number": 1, "a list": []}.items():
        text = move("trackorder", tracker_number="22", taken=value)
        yield BadInput(f"taken is {kind}", text, "wrong_type", "taken", BOARD, TWO)
    nobodys = move("trackorder", order_id="0bc09aea-f152-4386-b1b0-f741f1e01fff", tracker_number="22")
    yield BadInput("a puck for an unknown order", nobodys, "unknown_order", "order_id", BOARD, TWO)
    stranger = move("cancelorder", order_id="0bc09aea-f152-4386-b1b0-f741f1e01fff", order_status=LEFT_OUT)
    yield BadInput("cancelling an unknown order", stranger, "unknown_order", "order_id", GUEST, TWO)


BAD_MOVES: tuple[BadInput, ...] = (*_moves(), *_others())
