"""A mail server's address as Django's settings: `smtp://name:password@host:587?from=alerts@example.com`."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """`smtp` as it is, `smtp+tls` by STARTTLS, `smtps` within TLS."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    starttls: bool
    tls: bool
    sender: str


def parse_mail_server(address: str) -> MailServer:
    """Raises ValueError, in words without the password."""
    parts = urlsplit(address)
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError("take smtp://, smtp+tls:// or smtps://, a host, and ?from=<sender's address>")
    sender = parse_qs(parts.query).get("from", [""])[-1]
    if "@" not in sender or any(letter.isspace() for letter in sender):
        raise ValueError("it names no sender: add ?from=<address>")
    return MailServer(
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+tls",
        tls=parts.scheme == "smtps",
        sender=sender,
    )
