"""What ends a person's logins beside their own wish: losing a role, or the power over everything."""

from typing import Any

from django.db.models.signals import post_delete, pre_save
from django.dispatch import receiver

from venues.logins import end_logins
from venues.models import Membership, User


@receiver(post_delete, sender=Membership)
def end_with_the_role(instance: Membership, **kwargs: Any) -> None:
    end_logins(instance.user_id)


@receiver(pre_save, sender=Membership)
def end_with_another_role(instance: Membership, **kwargs: Any) -> None:
    """A role that becomes another one is lost too, whether it is more or less."""
    before = Membership.objects.filter(pk=instance.pk).first()
    if before is not None and not kwargs.get("raw") and _said(before) != _said(instance):
        for user_id in {before.user_id, instance.user_id}:
            end_logins(user_id)


@receiver(pre_save, sender=User)
def end_with_the_power(instance: User, **kwargs: Any) -> None:
    """Who is no superuser any more, or may log in no more: a login of before does not come back with the right."""
    written = kwargs.get("update_fields") or ("is_superuser", "is_active")
    if instance._state.adding or kwargs.get("raw") or not {"is_superuser", "is_active"} & set(written):
        return
    before = User.objects.filter(pk=instance.pk).values_list("is_superuser", "is_active").first()
    if before is not None and (before[0] > instance.is_superuser or before[1] > instance.is_active):
        end_logins(instance.pk)
        instance.refresh_from_db(fields=["login_version"])


def _said(role: Membership) -> tuple[int, int, str, int | None]:
    return role.user_id, role.operator_id, role.role, role.venue_id
