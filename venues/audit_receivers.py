"""What the audit log hears by itself: logins, passwords and roles, whichever page or command changes them."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_save, pre_delete, pre_save
from django.dispatch import receiver
from django.utils import timezone

from venues.audit import What, note, note_of_person, noted_lately
from venues.models import Membership, Role, User


@receiver(user_logged_in)
def note_login(user: User, **kwargs: Any) -> None:
    note_of_person(What.LOGIN, user, who=user)


@receiver(user_logged_out)
def note_logout(user: User | None, **kwargs: Any) -> None:
    if user is not None:
        note_of_person(What.LOGOUT, user, who=user)


@receiver(user_login_failed)
def note_failed_login(credentials: dict[str, Any], **kwargs: Any) -> None:
    """A name that is nobody's is not kept: people type their password into the wrong field."""
    person = User.objects.filter(username=credentials.get("username") or "").first()
    about = f"as {person}" if person is not None else "as nobody we know"
    if not noted_lately(What.LOGIN_FAILED, about, timezone.now()):
        note_of_person(What.LOGIN_FAILED, person, about)


@receiver(post_save, sender=User)
def note_password(instance: User, created: bool, raw: bool = False, **kwargs: Any) -> None:
    if not raw and not created and getattr(instance, "_password", None) is not None:
        note_of_person(What.PASSWORD_SET, instance, f"of {instance}")


@receiver(pre_save, sender=Membership)
def remember_role(instance: Any, raw: bool = False, **kwargs: Any) -> None:
    if not raw and not instance._state.adding:
        was = Membership.objects.select_related("operator", "venue").filter(pk=instance.pk).first()
        instance._was = _in_words(was) if was is not None else ""


@receiver(post_save, sender=Membership)
def note_role(instance: Any, created: bool, raw: bool = False, **kwargs: Any) -> None:
    if raw:
        return
    what, words = (What.ROLE_GIVEN, "") if created else (What.ROLE_CHANGED, f"{getattr(instance, '_was', '')}, now ")
    _of_role(instance, what, f"{instance.user}: {words}{_in_words(instance)}")


@receiver(pre_delete, sender=Membership)
def note_role_taken(instance: Membership, **kwargs: Any) -> None:
    """Before it goes: its venue or person may go in the same breath, and first."""
    _of_role(instance, What.ROLE_TAKEN, f"{instance.user}: {_in_words(instance)}")


def _of_role(membership: Membership, what: What, about: str) -> None:
    note(what, about, operator=membership.operator, venue=membership.venue)


def _in_words(membership: Membership) -> str:
    where = membership.venue or membership.operator
    return f"{Role(membership.role).value} at {where}"
