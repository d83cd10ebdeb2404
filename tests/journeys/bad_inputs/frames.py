"""Frames that break the protocol of websockets, after a good handshake."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from tests.journeys.bad_inputs.texts import order
from tests.ontap.raw_socket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, encode

MOST_BYTES = 131_072
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


BAD_FRAMES: tuple[BadFrames, ...] = tuple(_frames())
