"""What the guest's scripts say in other languages than English."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation.trans_real import DjangoTranslation
from django.views.i18n import JavaScriptCatalog

DOMAIN = "djangojs"


@lru_cache
def script_texts(language: str | None) -> dict[str, Any]:
    """English text to its translation, or to the list of its plurals in CLDR's order; nothing for English itself."""
    if language in (None, settings.LANGUAGE_CODE):
        return {}
    catalogue = JavaScriptCatalog()
    catalogue.translation = DjangoTranslation(
        language, domain=DOMAIN, localedirs=[str(path) for path in settings.LOCALE_PATHS]
    )
    return catalogue.get_catalog()
