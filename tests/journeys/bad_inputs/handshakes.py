"""Handshakes that are none."""

from tests.ontap.raw_socket import TEXT, encode

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
