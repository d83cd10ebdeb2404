"""PostgreSQL's protocol 3, read in passing: which bytes are BEGIN, INSERT, UPDATE, COMMIT and COMMIT's answer.

Nothing is changed and nothing is sent from here. Of a message at most `HEAD` bytes are held back, until it is known
what it is; whatever else it carries flows through (a verb that stands deeper in the text of a statement is not seen).
Source: the chapter "Frontend/Backend Protocol" of PostgreSQL's manual.
"""

from collections.abc import Callable, Iterator

from tests.faults.moments import Direction, Edge, Moment, Sighting, WireUnreadable
from tests.faults.sql_moments import Found, moments_of

HEAD = 256 * 1024
MAX_NAMES = 10_000
_CANCEL, _SSL, _GSS = 80877102, 80877103, 80877104
_STARTUP_MAX = 10_000

Classify = Callable[[bytes, bytes], tuple[Found, ...]]


class PostgresWire:
    """The recogniser of one connection. Statements and portals are known by name, as prepared ones run again."""

    def __init__(self) -> None:
        self._statements: dict[bytes, tuple[Found, ...]] = {}
        self._portals: dict[bytes, tuple[Found, ...]] = {}
        self._frontend = _Messages(b"QPBEC", self._frontend_moments)
        self._backend = _Messages(b"C", _backend_moments)
        self._starting: bytearray | None = bytearray()
        self._offers = 0

    def feed(self, direction: Direction, data: bytes) -> Iterator[bytes | Sighting]:
        """The same bytes, with the sightings between them where they belong. Raises WireUnreadable."""
        if direction is Direction.TO_CLIENT:
            yield from self._feed_backend(data)
        elif self._starting is None:
            yield from self._frontend.feed(data)
        else:
            yield from self._feed_start(data)

    def _feed_start(self, data: bytes) -> Iterator[bytes | Sighting]:
        """Before the startup message there are no types: a length and a code, once or more (SSL and GSS offers)."""
        assert self._starting is not None
        self._starting += data
        while len(self._starting) >= 8:
            length = int.from_bytes(self._starting[:4], "big")
            code = int.from_bytes(self._starting[4:8], "big")
            if not 8 <= length <= _STARTUP_MAX or (code >> 16 != 3 and code not in (_CANCEL, _SSL, _GSS)):
                raise WireUnreadable(f"no startup message of protocol 3: length {length}, code {code}")
            if len(self._starting) < length:
                return
            yield bytes(self._starting[:length])
            del self._starting[:length]
            if code in (_SSL, _GSS):
                self._offers += 1
            elif code != _CANCEL:
                rest = bytes(self._starting)
                self._starting = None
                yield from self._frontend.feed(rest)
                return

    def _feed_backend(self, data: bytes) -> Iterator[bytes | Sighting]:
        while self._offers and data:
            if data[:1] in (b"S", b"G"):
                raise WireUnreadable("the connection turns to encryption; use sslmode=disable")
            self._offers -= 1
            if data[:1] == b"N":
                yield data[:1]
                data = data[1:]
        yield from self._backend.feed(data)

    def _frontend_moments(self, kind: bytes, body: bytes) -> tuple[Found, ...]:
        match kind:
            case b"Q":
                return moments_of(_text(body))
            case b"P":
                name, sql = _names(body, 2)
                self._remember(self._statements, name, moments_of(_text(sql)))
            case b"B":
                portal, name = _names(body, 2)
                self._remember(self._portals, portal, self._statements.get(name, ()))
            case b"C":
                (name,) = _names(body[1:], 1)
                (self._statements if body[:1] == b"S" else self._portals).pop(name, None)
            case _:
                (portal,) = _names(body, 1)
                return self._portals.get(portal, ())
        return ()

    @staticmethod
    def _remember(names: dict[bytes, tuple[Found, ...]], name: bytes, found: tuple[Found, ...]) -> None:
        names[name] = found
        if len(names) > MAX_NAMES:
            raise WireUnreadable(f"more than {MAX_NAMES} statements or portals in one connection")


class _Messages:
    """One direction of typed messages: those of `kinds` are looked at, the others only measured."""

    def __init__(self, kinds: bytes, classify: Classify) -> None:
        self._kinds = kinds
        self._classify = classify
        self._held = b""
        self._passing = 0
        self._found: tuple[Found, ...] = ()

    def feed(self, data: bytes) -> Iterator[bytes | Sighting]:
        data, self._held = self._held + data, b""
        start = at = 0
        while at < len(data):
            if not self._passing:
                total = self._length(data, at)
                if total is None or (data[at] in self._kinds and len(data) - at < min(total, HEAD)):
                    break
                if data[at] in self._kinds:
                    self._found = self._classify(data[at : at + 1], data[at + 5 : at + min(total, HEAD)])
                if self._found and start < at:
                    yield data[start:at]
                    start = at
                yield from self._sightings(Edge.BEFORE)
                self._passing = total
            step = min(self._passing, len(data) - at)
            at += step
            self._passing -= step
            if not self._passing and self._found:
                yield data[start:at]
                start = at
                yield from self._sightings(Edge.AFTER)
                self._found = ()
        if start < at:
            yield data[start:at]
        self._held = data[at:]

    def _sightings(self, edge: Edge) -> Iterator[Sighting]:
        return (Sighting(moment, edge, table) for moment, table in self._found)

    @staticmethod
    def _length(data: bytes, at: int) -> int | None:
        if len(data) - at < 5:
            return None
        length = int.from_bytes(data[at + 1 : at + 5], "big")
        if length < 4:
            raise WireUnreadable(f"a message of type {data[at : at + 1]!r} with length {length}")
        return 1 + length


def _backend_moments(_kind: bytes, body: bytes) -> tuple[Found, ...]:
    return ((Moment.COMMIT_ANSWERED, None),) if body == b"COMMIT\0" else ()


def _names(body: bytes, count: int) -> list[bytes]:
    """The first `count` zero-terminated strings; the last may be cut at the end of what is held."""
    return (body.split(b"\0", count) + [b""] * count)[:count]


def _text(sql: bytes) -> str:
    return sql.rstrip(b"\0").decode("utf-8", "replace")
