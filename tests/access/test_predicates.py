"""Rights are decided in three files, and everybody else asks them."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DECIDE = ("venues/roles.py", "venues/admin/scopes.py", "venues/access.py")
# Makes the demo's people, and writes down who they are.
MAKE_PEOPLE = ("venues/demo/logins.py",)
# Write roles down, end what stood on them, or note where somebody works: none of them lets anybody in.
FOLLOW = ("venues/audit.py", "venues/audit_receivers.py", "venues/invitations.py", "venues/receivers.py")
OF_PEOPLE = {"is_superuser", "is_staff", "has_perm", "has_perms", "has_module_perms", "user_permissions", "memberships"}
SOURCES = [
    path.relative_to(ROOT).as_posix()
    for package in ("ontap", "orders", "tracker", "venues")
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts
]
TEMPLATES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("templates/**/*.html"))


def decisions_in(source: str) -> list[str]:
    """Where a module asks a person or a membership itself: "12: is_superuser"."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Attribute):
            continue
        of_memberships = node.attr == "objects" and isinstance(node.value, ast.Name) and node.value.id == "Membership"
        if node.attr in OF_PEOPLE or of_memberships:
            found.append(f"{node.lineno}: {node.attr}")
    return found


def test_what_a_decision_looks_like_is_known() -> None:
    source = "def f(user):\n    return user.is_superuser or Membership.objects.filter(user=user) or user.has_perm('x')"
    assert decisions_in(source) == ["2: is_superuser", "2: has_perm", "2: objects"]
    assert all(decisions_in((ROOT / path).read_text(encoding="utf-8")) for path in DECIDE[:2])


@pytest.mark.parametrize("package", ["ontap", "orders", "tracker", "venues"])
def test_nobody_else_decides(package: str) -> None:
    may = (*DECIDE, *MAKE_PEOPLE, *FOLLOW)
    paths = [path for path in SOURCES if path.startswith(f"{package}/") and path not in may]
    found = {path: said for path in paths if (said := decisions_in((ROOT / path).read_text(encoding="utf-8")))}
    assert not found, f"These decide by themselves: {found}. Ask venues/roles.py or venues/admin/scopes.py"


def test_no_template_decides() -> None:
    words = re.compile(r"\b(?:perms\.|is_superuser|is_staff)")
    assert not [path for path in TEMPLATES if words.search((ROOT / path).read_text(encoding="utf-8"))]
