"""A reading in words, for people: how it stands, how far behind it is, what was lost, what it brought."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from tracker.contents import HistoryContent, RepeatersContent, SettingsContent, content_of
from tracker.gateway.history import KEPT
from tracker.ingestion import ago
from tracker.models import Reading

THINGS = {"orders": "order", "history": "order", "repeaters": "repeater"}
AT_RISK = "The gateway forgets its orders after two weeks. Is its agent switched on, and online?"

SOME_LOST = "Some are lost for good: its page says which."


def is_busy(reading: Reading, now: datetime) -> bool:
    """Whether it is being read, or is about to be."""
    return reading.asked_at is not None or (reading.wanted_at is not None and reading.wanted_at <= now)


def state_of(reading: Reading, now: datetime) -> str:
    """How it stands: "3 minutes ago, 12 orders", "failed 5 minutes ago: …", "being read: 400 orders so far"."""
    words = _state(reading, now)
    return words if reading.at_risk_since is None else f"at risk: {risk_of(reading)} Now: {words}"


def risk_of(reading: Reading) -> str:
    """What a manager must know while orders may be lost."""
    if reading.read_until is None:
        return f"no history was ever read. {AT_RISK}"
    lost_from = reading.read_until + KEPT
    return f"no history since {_time(reading.read_until)}; orders are lost from {_time(lost_from)} on. {AT_RISK}"


def lag_of(reading: Reading, now: datetime) -> str:
    """How far the history that we keep is behind."""
    if reading.subject != "history":
        return ""
    return "never read" if reading.read_until is None else timesince(reading.read_until, now, depth=1)


def losses_of(reading: Reading) -> str:
    """What is gone for good, each stretch of it."""
    if reading.subject != "history":
        return ""
    words = "Orders between {} and {} are lost: the gateway had purged them."
    gaps = content_of(reading, HistoryContent).gaps
    return " ".join(words.format(_time(gap.begin), _time(gap.end)) for gap in gaps)


def content_words(reading: Reading) -> SafeString | str:
    """The settings or the repeaters of the gateway, as a table."""
    if reading.subject == "settings" and (settings := content_of(reading, SettingsContent).settings) is not None:
        target = "" if settings.target_time_s is None else f"{settings.target_time_s} s"
        said = {"Time zone": settings.timezone, "Target time": target, "Zigbee preset": settings.zigbee_preset}
        return _table(("Setting", "As the gateway says"), said.items())
    if reading.subject == "repeaters" and (repeaters := content_of(reading, RepeatersContent).repeaters):
        at = reading.done_at
        seen = ["" if one.seen_ms is None or at is None else _time(ago(one.seen_ms, at)) for one in repeaters]
        rows = [(one.label, one.address, one.status, when) for one, when in zip(repeaters, seen, strict=True)]
        return _table(("Repeater", "Address", "Status", "Last seen"), rows)
    return "-"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> SafeString:
    top = format_html_join("", "<th>{}", ((word,) for word in head))
    lines = (format_html_join("", "<td>{}", ((word,) for word in row)) for row in rows)
    body = format_html_join("", "<tr>{}</tr>", ((line,) for line in lines))
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", top, body)


def _state(reading: Reading, now: datetime) -> str:
    number = _number(reading)
    if reading.asked_at is not None:
        return f"being read: {number} so far" if reading.count and number else "being read"
    if is_busy(reading, now):
        return "waits for its agent"
    if reading.failed_at is not None and (reading.done_at is None or reading.done_at < reading.failed_at):
        return f"failed {_when(reading.failed_at, now)}: {reading.detail}"
    if reading.done_at is None:
        return "not read yet"
    words = f"{_when(reading.done_at, now)}, {number}" if number else _when(reading.done_at, now)
    more = [detail for detail in (reading.detail, SOME_LOST if reading.lost_from is not None else "") if detail]
    return ". ".join((words, " ".join(more))) if more else words


def _when(at: datetime, now: datetime) -> str:
    return "just now" if now - at < timedelta(minutes=1) else f"{timesince(at, now, depth=1)} ago"


def _number(reading: Reading) -> str:
    thing = THINGS.get(reading.subject)
    return "" if thing is None else f"{reading.count} {thing}{'' if reading.count == 1 else 's'}"


def _time(at: datetime) -> str:
    return f"{at:%d %b %Y %H:%M} UTC"
