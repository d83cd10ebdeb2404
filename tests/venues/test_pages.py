"""Small files of a venue, and what every page has in common."""

import hashlib
import io
import re
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from PIL import Image
from pytest_django.fixtures import Settings

from venues.pictures import small_address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

TEMPLATES = sorted((Path(django_settings.BASE_DIR) / "templates").rglob("*.html"))
MODULES = sorted(
    module for app in ("venues", "orders") for module in (Path(django_settings.BASE_DIR) / app / "static").rglob("*.js")
)


def test_a_colour_is_a_stylesheet_that_names_no_venue() -> None:
    answer = Client().get("/look/7c1d2e.css")
    assert (answer.status_code, answer.content) == (200, b":root{--venue:#7c1d2e}\n")
    assert answer["Content-Type"].startswith("text/css")
    assert Client().get("/look/red;}.css").status_code == 404


def test_only_pictures_are_served_and_only_by_their_hash() -> None:
    for name in ("0" * 64 + ".webp", "../ontap.sqlite3", "..%2f..%2fontap.sqlite3", "x.webp"):
        assert Client().get(f"/media/pictures/{name}").status_code == 404
    assert Client().get("/media/").status_code == 404


def test_a_list_gets_a_smaller_picture_made_once(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path
    encoded = io.BytesIO()
    Image.effect_noise((1200, 400), 60).convert("RGB").save(encoded, "WEBP", quality=80)
    name = hashlib.sha256(encoded.getvalue()).hexdigest()
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / f"{name}.webp").write_bytes(encoded.getvalue())
    address = small_address(f"/media/pictures/{name}.webp")
    answers = [b"".join(Client().get(address).streaming_content) for _ in range(2)]  # type: ignore[attr-defined]
    assert answers[0] == answers[1]
    assert len(answers[0]) < len(encoded.getvalue())
    with Image.open(io.BytesIO(answers[0])) as small:
        assert small.size == (780, 260)
    assert [path.name for path in (tmp_path / "pictures" / "small").iterdir()] == [f"{name}.webp"]
    assert Client().get(small_address(f"/media/pictures/{'0' * 64}.webp")).status_code == 404


@pytest.mark.parametrize("address", ["/", "/login/", "/nothing", "/api/nothing", "/t/x.y", "/k/x/", "/session"])
def test_no_page_is_indexed_framed_or_may_run_foreign_code(address: str) -> None:
    answer = Client().get(address)
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";") if part.strip())
    assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'none'", "'self'", "'self'")
    assert policy["frame-ancestors"] == "'none'"


def test_forms_may_be_posted_from_their_pages_and_secrets_go_nowhere() -> None:
    # Under no-referrer browsers post forms with "Origin: null", which the CSRF check refuses.
    assert Client().get("/login/")["Referrer-Policy"] == "same-origin"
    assert Client().get("/board/1/")["Referrer-Policy"] == "same-origin"
    for address in ("/t/x.y", "/k/secret/", "/"):
        assert Client().get(address)["Referrer-Policy"] == "no-referrer"


def test_unknown_addresses_answer_in_words_or_in_the_apis_shape() -> None:
    page = Client().get("/nothing-here")
    assert page.status_code == 404
    assert b"There is nothing at this address" in page.content
    assert b"nothing-here" not in page.content
    assert Client().get("/api/nothing").json()["code"] == "not_found"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_inline_script_or_style(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", text)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.name)
def test_modules_parse_no_html_and_call_nobody_else(module: Path) -> None:
    text = module.read_text()
    assert not re.search(r"innerHTML|insertAdjacentHTML|\beval\(|new Function|randomUUID\(", text)
    assert all(name.startswith("./") for name in re.findall(r'from "([^"]+)"', text))
    assert not re.search(r"[\"'`]https?://", text)
