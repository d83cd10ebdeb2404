"""Every address that the resolver knows, as `urls.py` writes it."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from venues.admin.site import site

# The pages that the admin has for each model.
OF_A_MODEL = (
    "",
    "add/",
    "<path:object_id>/history/",
    "<path:object_id>/delete/",
    "<path:object_id>/change/",
    "<path:object_id>/",  # leads to the form
    # Where versions are kept.
    "deleted/",
    "<path:object_id>/history/<slug:kind>/<int:version>/",
)


def routes() -> list[str]:
    """ "/board/<id:venue_id>/" and all the others, each once."""
    return list(dict.fromkeys(f"/{route}" for route in _walk(get_resolver(), "")))


def routes_of_models() -> set[str]:
    """Those that are asked for by `admin_matrix.py`, model by model."""
    bases = (f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in site._registry)
    return {base + page for base in bases for page in OF_A_MODEL}


def filled(route: str, values: dict[str, Any]) -> str:
    """The address with these values in its places."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: str(values[part[1]]), route)


def parts_of(route: str) -> list[str]:
    """The names of what an address holds."""
    return [] if "(?P<" in route else re.findall(r"<(?:\w+:)?(\w+)>", route)


def _walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, route)
        else:
            assert isinstance(pattern, URLPattern)
            yield route
