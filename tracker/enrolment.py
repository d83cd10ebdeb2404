"""How a program in a pub becomes a venue's agent: it shows a short code, a manager types it in, it fetches its token.

Nothing of all three is kept but hashes. The code has 34 bits, so its hash is keyed: a dump of the database opens none.
The token is made from the agent's secret under our key. So the same token can be given again when an answer was lost,
and it stands nowhere meanwhile.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from tracker import nudges
from tracker.models import EdgeAgent, Enrolment, WrongCode
from tracker.text import printable
from venues.audit import What, note
from venues.codes import new_token, token_hash
from venues.models import User, Venue

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"  # RFC 8628, 6.1: no vowels, so no words; nothing that looks like another
LETTERS = 8
LIVES = timedelta(minutes=10)
EVERY_S = 2
MOST_OPEN = 1000
MOST_WRONG = 5
WRONG_WITHIN = timedelta(minutes=10)


class TooManyEnrolments(Exception):
    """As many ask to be enrolled as we let wait."""


class TooManyTries(Exception):
    """This person has typed as many wrong codes as they may for now."""


class AgentThere(Exception):
    """The venue has an agent already, and nobody has said that it is to be replaced."""

    def __init__(self, agent: EdgeAgent) -> None:
        super().__init__(f"agent {agent.pk}")
        self.agent = agent


@dataclass(frozen=True, slots=True)
class Begun:
    """What an agent is given to show and to keep."""

    code: str
    secret: str


@dataclass(frozen=True, slots=True)
class Granted:
    """What a confirmed agent fetches. `venue` is the id, which no change of a name changes; the link's welcome has it
    too."""

    token: str
    venue: str


def begin(host: str, version: str, address: str, now: datetime) -> Begun:
    """A new enrolment. Raises TooManyEnrolments."""
    if Enrolment.objects.filter(expires_at__gt=now).count() >= MOST_OPEN:
        raise TooManyEnrolments
    secret = new_token()
    row = Enrolment(
        secret_hash=token_hash(secret),
        token_hash=token_hash(_token_of(secret)),
        host=printable(host)[:200],
        version=printable(version)[:200],
        address=address,
        created_at=now,
        expires_at=now + LIVES,
    )
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))
        row.code_hash = _code_hash(code)
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            continue  # one of those that wait has it
        return Begun(f"{code[:4]}-{code[4:]}", secret)


def find(code: str, person: User, now: datetime) -> Enrolment | None:
    """The enrolment that waits under this code; None counts as a wrong try. Raises TooManyTries.

    The try is written down before anybody looks: many at once get no more looks than one after another.
    """
    attempt = WrongCode.objects.create(person=person, at=now)
    tries = WrongCode.objects.filter(person=person, at__gt=now - WRONG_WITHIN, pk__lte=attempt.pk)
    if tries.count() > MOST_WRONG:
        attempt.delete()
        raise TooManyTries
    row = _waiting(now).filter(code_hash=_code_hash(_letters(code))).first()
    if row is not None:
        attempt.delete()
    return row


def confirm(
    enrolment: Enrolment, venue: Venue, by: User, now: datetime, *, replaces: int | None = None
) -> EdgeAgent | None:
    """Make it the venue's agent; None where it was answered or expired meanwhile.

    Raises AgentThere where the venue has one already, unless it is the one that somebody said yes to replace: that one
    is revoked in the same moment, and its socket closes within seconds.
    """
    with transaction.atomic():
        Venue.objects.select_for_update(no_key=True).get(pk=venue.pk)  # two managers at once take turns
        waits = _waiting(now).select_for_update().filter(pk=enrolment.pk).first()
        if waits is None:
            return None
        existing = EdgeAgent.objects.select_for_update().filter(venue=venue, revoked_at=None).first()
        if existing is not None and existing.pk != replaces:
            raise AgentThere(existing)
        EdgeAgent.objects.filter(venue=venue, revoked_at=None).update(revoked_at=now)
        agent = EdgeAgent.objects.create(
            venue=venue,
            token_hash=waits.token_hash,
            host=waits.host,
            version=waits.version,
            address=waits.address,
            enrolled_at=now,
            enrolled_by=by,
        )
        Enrolment.objects.filter(pk=waits.pk).update(agent=agent, expires_at=now + LIVES)
        if existing is not None:
            note(What.AGENT_REVOKED, f"{existing}, replaced", venue=venue, who=by)
        note(What.AGENT_ENROLLED, str(agent), venue=venue, who=by)
    nudges.look_soon(venue.pk)
    return agent


def refuse(enrolment: Enrolment, now: datetime) -> bool:
    """Somebody who read the code says that this agent is not theirs."""
    return bool(_waiting(now).filter(pk=enrolment.pk).update(refused_at=now))


def waits(secret: str, now: datetime) -> bool | Granted:
    """The token once a manager has confirmed, True until then, False where it will never come.

    The token can be fetched again until the agent has connected with it, for ten minutes at most: an answer may be
    lost on its way, and the agent would else have to be enrolled anew by a manager who sees it confirmed.
    """
    row = Enrolment.objects.select_related("agent").filter(secret_hash=token_hash(secret)).first()
    if row is None or row.refused_at is not None or row.expires_at <= now:
        return False
    if row.agent is None:
        return True
    if row.agent.last_seen_at is not None or row.agent.revoked_at is not None:
        return False
    return Granted(_token_of(secret), str(row.agent.venue_id))


def revoke(agent: EdgeAgent, now: datetime) -> bool:
    """Make the agent's token dead; its open socket is closed within seconds."""
    with transaction.atomic():
        revoked = EdgeAgent.objects.filter(pk=agent.pk, revoked_at=None).update(revoked_at=now)
        if revoked:
            note(What.AGENT_REVOKED, str(agent), venue=agent.venue)
    nudges.look_soon(agent.venue_id)
    return bool(revoked)


def prune(now: datetime) -> None:
    """Remove what has expired, and wrong tries that count no more."""
    Enrolment.objects.filter(expires_at__lte=now - LIVES).delete()
    WrongCode.objects.filter(at__lte=now - WRONG_WITHIN).delete()


def _waiting(now: datetime) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(expires_at__gt=now, refused_at=None, agent=None)


def _letters(code: str) -> str:
    """What counts of what was typed: RFC 8628, 6.1 lets case and punctuation go."""
    return "".join(letter for letter in code.upper()[:40] if letter in ALPHABET)


def _code_hash(letters: str) -> str:
    return salted_hmac("ontap agent code", letters, algorithm="sha256").hexdigest()


def _token_of(secret: str) -> str:
    return salted_hmac("ontap agent token", secret, algorithm="sha256").hexdigest()
