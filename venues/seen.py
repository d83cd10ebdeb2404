"""When a device was last at a board, as people say it. Pure."""

from datetime import datetime, timedelta

ONLINE_FOR = timedelta(seconds=15)
"""How long a sign of life holds: whichever process has the device's socket gives one every few seconds."""
ONLINE, NEVER = "online now", "never"
_MINUTE = timedelta(minutes=1)
_LENGTHS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (_MINUTE, "minute"))


def is_online(seen_at: datetime | None, now: datetime) -> bool:
    return seen_at is not None and now - seen_at < ONLINE_FOR


def seen_in_words(seen_at: datetime | None, now: datetime) -> str:
    """ONLINE, NEVER, or how long ago: "5 minutes ago"."""
    if seen_at is None:
        return NEVER
    if is_online(seen_at, now):
        return ONLINE
    ago = now - seen_at
    if ago < _MINUTE:
        return "less than a minute ago"
    length, name = next((length, name) for length, name in _LENGTHS if ago >= length)
    number = ago // length
    return f"1 {name} ago" if number == 1 else f"{number} {name}s ago"
