"""The second factor: who needs one, and the codes of an app (TOTP) and of paper (recovery codes).

Who must have one says `Operator.second_factor`, or ONTAP_SECOND_FACTOR where that leaves it to the installation. Who
has one is asked for it, whether they must or not.
"""

import base64
import hashlib
import re
import secrets

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from venues.models import Operator, SecondFactor, User
from venues.roles import MANAGERS, may_everything, operators_for

RECOVERY_CODES = 10
_RECOVERY_BYTES = 10  # 80 bits: nobody finds them from a hash, so it need not be a slow one


class WrongCode(Exception):
    """The app does not show this code now, or it was used before."""


def is_bound(user: User) -> bool:
    """Whether this person must have a second factor: where any of their operators says so, it counts everywhere."""
    return (may_everything(user) and settings.ONTAP_SECOND_FACTOR) or _demanding(user).exists()


def needs_code(user: User) -> bool:
    """Whether a password is not enough for this person. One query: every page and socket asks."""
    if may_everything(user) and settings.ONTAP_SECOND_FACTOR:
        return True
    app = TOTPDevice.objects.filter(user_id=OuterRef("pk"), confirmed=True)
    return User.objects.filter(Q(Exists(app)) | Q(Exists(_demanding(user))), pk=user.pk).exists()


def app_of(user: User) -> TOTPDevice | None:
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def recovery_codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user, device__confirmed=True).count())


def check_code(user: User, text: str) -> TOTPDevice | None:
    """The person's app, where this is its code or a recovery code. Either is taken once."""
    code = re.sub(r"[\s-]", "", text).upper()
    with transaction.atomic():
        app = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
        if app is None:
            return None
        if re.fullmatch(r"[0-9]{6}", code):
            return app if app.verify_token(code) else None
        paper = StaticDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
        return app if paper is not None and paper.verify_token(_hash(paper, code)) else None


def new_key() -> str:
    """160 random bits for an app, in hex as the library keeps them."""
    return secrets.token_hex(20)


def address_for_app(user: User, key: str) -> str:
    """What an app reads from the QR code."""
    return str(TOTPDevice(user=user, key=key).config_url)


def words_of_key(key: str) -> str:
    """The key for typing: base32 in groups of four."""
    return _in_fours(base64.b32encode(bytes.fromhex(key)).decode())


def set_up_app(user: User, key: str, code: str, *, replacing: bool) -> list[str] | None:
    """The new recovery codes of a person whose app has the key from now on, in the place of whatever they had.

    Raises WrongCode unless the app shows this code now. None where somebody else, who knew the password too, has set
    one up meanwhile: only who is `replacing` takes one away.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # one after the other
        if not replacing and app_of(user) is not None:
            return None
        remove_factor(user)
        app = TOTPDevice.objects.create(user=user, name="App", key=key)
        digits = re.sub(r"\s", "", code)
        if not re.fullmatch(r"[0-9]{6}", digits) or not app.verify_token(digits):
            raise WrongCode
        return make_recovery_codes(user)


def make_recovery_codes(user: User) -> list[str]:
    """Ten new codes for paper, in the place of the old ones. Shown once: kept are their hashes."""
    codes = [base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        paper = StaticDevice.objects.create(user=user, name="Recovery codes")
        StaticToken.objects.bulk_create(StaticToken(device=paper, token=_hash(paper, code)) for code in codes)
    return [_in_fours(code, "-") for code in codes]


def remove_factor(user: User) -> None:
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


def _demanding(user: User) -> QuerySet[Operator]:
    """The operators of this person who want a second factor of whoever manages."""
    said = [SecondFactor.ON, *([SecondFactor.AS_INSTALLED] if settings.ONTAP_SECOND_FACTOR else [])]
    return operators_for(user, MANAGERS).filter(second_factor__in=said)


def _hash(paper: StaticDevice, code: str) -> str:
    """80 bits in the 16 characters that the library has room for; it compares what it is given with what it kept."""
    digest = hashlib.sha256(f"recovery code {paper.pk} {code}".encode()).digest()
    return base64.b32encode(digest[:10]).decode().lower()


def _in_fours(text: str, between: str = " ") -> str:
    return between.join(text[at : at + 4] for at in range(0, len(text), 4))
