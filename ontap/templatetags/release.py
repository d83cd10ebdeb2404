"""What pages need of the release."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ontap.static_files import release

register = template.Library()


@register.simple_tag
def module(name: str) -> SafeString:
    """The tag that runs a module, after one for each that it needs: else a browser learns of those one after the other,
    at one round trip for each level of imports."""
    needed = format_html_join(
        "\n", '<link rel="modulepreload" href="{}">', ((static(one),) for one in release().graph(name))
    )
    return format_html('{}\n<script type="module" src="{}"></script>', needed, static(name))
