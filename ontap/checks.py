"""Wrong mixes of settings, each with what to set. Checks read settings, never rows, and never show a secret.

What starts a server calls `stop_on_wrong_settings` first; `manage.py check` shows the same.
"""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register, run_checks
from django.core.exceptions import ImproperlyConfigured

TAG = "ontap"
SHORTEST_KEY = 32
SHORTEST_AUDIT_DAYS = 30
POSTGRES = "django.db.backends.postgresql"


def stop_on_wrong_settings() -> None:
    """Return where the settings fit together; else end the process with all that is wrong, and what to set.

    Needs nothing but the settings, so it can speak before anything is loaded that a wrong mix would break.
    """
    wrong = [message for message in run_checks(tags=[TAG]) if message.is_serious()]
    wrong.sort(key=lambda message: str(message.id))
    if wrong:
        raise SystemExit("\n".join(["onTap does not start, because its settings do not fit together.", *_lines(wrong)]))


def _lines(messages: Iterable[CheckMessage]) -> Iterable[str]:
    for message in messages:
        yield f"\n  {message.id}  {message.msg}"
        if message.hint:
            yield f"              {message.hint}"


@register(TAG)
def check_environment(**kwargs: Any) -> list[CheckMessage]:
    """Variables that are no number, no address, no yes or no."""
    return [
        Error(f"{name} cannot be read: {' '.join(problems)}", hint=f"Correct or unset {name}.", id="ontap.E001")
        for name, problems in sorted(settings.WRONG_VARIABLES.items())
    ]


@register(TAG)
def check_column(**kwargs: Any) -> list[CheckMessage]:
    """ONTAP_ENV, and what belongs to the other column."""
    if settings.ONTAP_ENV not in ("embedded", "production"):
        hint = "Set ONTAP_ENV=production for PostgreSQL and Redis, or unset it for one process on SQLite."
        return [Error(f"ONTAP_ENV is “{settings.ONTAP_ENV}”, which is neither column.", hint=hint, id="ontap.E002")]
    return [] if settings.ONTAP_ENV == "production" else _embedded_with_servers()


def _embedded_with_servers() -> list[CheckMessage]:
    hint = "Set ONTAP_ENV=production to use it, or unset {}: the embedded column has SQLite and a broker of its own."
    return [
        Error(f"{name} is set, but ONTAP_ENV is embedded and would not use it.", hint=hint.format(name), id=id_)
        for name, value, id_ in (
            ("DATABASE_URL", settings.DATABASE_URL, "ontap.E003"),
            ("REDIS_URL", settings.REDIS_URL, "ontap.E004"),
        )
        if value
    ]


def _in_production(check: Callable[[], list[CheckMessage]]) -> Callable[..., list[CheckMessage]]:
    def run(**kwargs: Any) -> list[CheckMessage]:
        return check() if settings.ONTAP_ENV == "production" else []

    return register(TAG)(run)


@_in_production
def check_database() -> list[CheckMessage]:
    if settings.DATABASES["default"].get("ENGINE") == POSTGRES or "DATABASE_URL" in settings.WRONG_VARIABLES:
        return []
    what = "is no PostgreSQL" if settings.DATABASE_URL else "is not set"
    hint = "Set DATABASE_URL=postgres://user:password@host/name (PostgreSQL 15 or newer)."
    return [Error(f"ONTAP_ENV is production, and DATABASE_URL {what}.", hint=hint, id="ontap.E005")]


@_in_production
def check_redis() -> list[CheckMessage]:
    if urlsplit(settings.REDIS_URL).scheme in ("redis", "rediss", "unix"):
        return []
    what = "is no address of a Redis" if settings.REDIS_URL else "is not set"
    hint = "Set REDIS_URL=redis://host:6379/0."
    return [Error(f"ONTAP_ENV is production, and REDIS_URL {what}.", hint=hint, id="ontap.E006")]


@_in_production
def check_public_url() -> list[CheckMessage]:
    url = urlsplit(settings.ONTAP_PUBLIC_URL)
    if url.scheme == "https" and url.hostname and not url.path and not url.query:
        return []
    what = "is no https address of a host alone" if settings.ONTAP_PUBLIC_URL else "is not set"
    hint = "Set ONTAP_PUBLIC_URL=https://orders.example, the address that guests and staff use."
    return [Error(f"ONTAP_ENV is production, and ONTAP_PUBLIC_URL {what}.", hint=hint, id="ontap.E007")]


@_in_production
def check_debug() -> list[CheckMessage]:
    if not settings.DEBUG:
        return []
    hint = "Unset DEBUG: its pages show settings and addresses to strangers, and it keeps every query in memory."
    return [Error("ONTAP_ENV is production, and DEBUG is on.", hint=hint, id="ontap.E008")]


@register(TAG)
def check_keys(**kwargs: Any) -> list[CheckMessage]:
    """SECRET_KEY signs logins, ONTAP_TABLE_KEYS the codes on the tables: there, long, and not the same."""
    try:
        secret = str(settings.SECRET_KEY)
    except ImproperlyConfigured:  # Django's word for an empty one
        secret = ""
    problems: list[CheckMessage] = []
    make = 'Make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'
    for name, keys, id_ in (("SECRET_KEY", [secret], "ontap.E009"), ("ONTAP_TABLE_KEYS", _table_keys(), "ontap.E010")):
        if not any(keys):
            problems.append(Error(f"{name} is not set.", hint=make, id=id_))
        elif any(len(key) < SHORTEST_KEY for key in keys):
            problems.append(Error(f"{name} has a key of less than {SHORTEST_KEY} characters.", hint=make, id=id_))
    if secret and secret in _table_keys():
        hint = f"Whoever replaces one would make every printed code dead, or keep what should go. {make}"
        problems.append(Error("SECRET_KEY is also one of ONTAP_TABLE_KEYS.", hint=hint, id="ontap.E011"))
    return problems


def _table_keys() -> list[str]:
    return list(settings.ONTAP_TABLE_KEYS)


@register(TAG)
def check_audit_days(**kwargs: Any) -> list[CheckMessage]:
    """An audit log that may be emptied at once is none."""
    if settings.ONTAP_AUDIT_DAYS >= SHORTEST_AUDIT_DAYS:
        return []
    hint = f"Set ONTAP_AUDIT_DAYS to {SHORTEST_AUDIT_DAYS} or more, or unset it."
    return [Error(f"ONTAP_AUDIT_DAYS is {settings.ONTAP_AUDIT_DAYS}.", hint=hint, id="ontap.E012")]


@register(TAG)
def check_proxies(**kwargs: Any) -> list[CheckMessage]:
    """Behind a proxy that is not named, every guest of a venue seems to be one address, and https seems to be http."""
    if settings.ONTAP_ENV != "production" or settings.ONTAP_TRUSTED_PROXIES:
        return []
    hint = "Set ONTAP_TRUSTED_PROXIES to the addresses or networks of your proxies, such as 10.0.0.0/8."
    return [checks.Warning("ONTAP_TRUSTED_PROXIES is not set.", hint=hint, id="ontap.W001")]
