"""Static files: each address means one thing for ever, and a page has all of one release or nothing of it."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles.finders import get_finder
from django.template import Context, Template
from django.templatetags.static import static
from django.test import Client
from pytest_django.fixtures import Settings

from ontap.static_files import Release, read_release, release

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_http")]

TEMPLATES = sorted((Path(django_settings.BASE_DIR) / "templates").rglob("*.html"))
OURS = ("orders/", "tracker/", "venues/", "ontap/")
ENTRIES = sorted(
    {name for path in TEMPLATES for name in re.findall(r"{% module '([^']+)' %}", path.read_text(encoding="utf-8"))}
)
PACKED = {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br"}


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """One more place where static files are found."""
    settings.STATICFILES_DIRS = [tmp_path]
    get_finder.cache_clear()  # type: ignore[attr-defined]  # the stubs do not know that it is cached
    yield tmp_path
    get_finder.cache_clear()  # type: ignore[attr-defined]


def test_a_file_is_kept_for_ever_and_comes_compressed_to_whoever_takes_it() -> None:
    address = static("orders/guest.js")
    whole, packed = Client().get(address), Client(**PACKED).get(address)  # type: ignore[arg-type]
    assert whole.status_code == packed.status_code == 200
    assert whole["Cache-Control"] == packed["Cache-Control"] == "public, max-age=31536000, immutable"
    assert whole["Content-Type"] == "text/javascript; charset=utf-8"
    assert whole["Vary"] == packed["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in whole
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == whole.content
    assert len(packed.content) < len(whole.content) / 2
    assert not packed.cookies


def test_who_has_a_file_already_is_told_so() -> None:
    address = static("venues/look.css")
    etags = [Client(**more).get(address)["ETag"] for more in ({}, PACKED)]  # type: ignore[arg-type]
    assert len(set(etags)) == 2
    for etag in etags:
        kept = {"HTTP_IF_NONE_MATCH": ", ".join(etags)}
        assert Client(**kept).get(address).status_code == 304, etag  # type: ignore[arg-type]


def test_pictures_come_as_they_are() -> None:
    answer = Client(**PACKED).get(static("venues/icon-192.png"))  # type: ignore[arg-type]
    assert answer["Content-Type"] == "image/png"
    assert "Content-Encoding" not in answer


def test_an_address_of_another_release_is_not_there() -> None:
    for release_name in ("0" * 12, "orders", "", ".."):
        for file in ("orders/guest.js", "guest.js", "", "../orders/guest.js"):
            answer = Client().get(f"{django_settings.STATIC_URL}{release_name}/{file}")
            assert answer.status_code == 404
            assert answer["Cache-Control"] == "no-store"
    assert Client().post(static("orders/guest.js")).status_code == 405


def test_a_change_of_any_file_is_another_release(folder: Path) -> None:
    (folder / "one.js").write_text("1")
    first = read_release()
    assert first.files["one.js"] == b"1"
    assert read_release().name == first.name
    (folder / "one.js").write_text("2")
    second = read_release()
    (folder / "one.js").rename(folder / "two.js")
    assert len({first.name, second.name, read_release().name}) == 3


def test_a_process_serves_what_it_found_when_it_started(folder: Path) -> None:
    # What is on the disk may be of the next release already, under an address that a browser keeps for a year.
    before = release()
    (folder / "orders").mkdir()
    (folder / "orders" / "guest.js").write_text("next")
    assert release() is before
    assert read_release().files["orders/guest.js"] == b"next"
    assert Client().get(static("orders/guest.js")).content == before.files["orders/guest.js"] != b"next"


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_page_names_every_module_before_it_runs_one(entry: str) -> None:
    graph = release().graph(entry)
    for name in (entry, *graph):
        imported = re.findall(r'from "\./([^"]+)"', release().files[name].decode())
        assert {f"{name.rpartition('/')[0]}/{one}" for one in imported} <= {entry, *graph}
    tags = Template(f"{{% load release %}}{{% module '{entry}' %}}").render(Context())
    assert re.findall(r'<link rel="modulepreload" href="([^"]+)">', tags) == [static(one) for one in graph]
    assert tags.endswith(f'<script type="module" src="{static(entry)}"></script>')


def test_imports_are_found_in_every_way_to_write_them() -> None:
    files = {
        "a/entry.js": b'import { one,\n  two } from "./one.js";\nimport "./two.js";\nexport * from "../b/three.js";\n',
        "a/one.js": b"// import nothing from './nothing.js'\nimport one from './two.js'\n",
        "a/two.js": b'import "./entry.js"\nconst text = "import x from y";\n',
        "b/three.js": b'import { four } from "./four.js";\n',
        "b/four.js": b"",
    }
    assert Release("x", files).graph("a/entry.js") == ("a/one.js", "a/two.js", "b/three.js", "b/four.js")
    with pytest.raises(KeyError):
        Release("x", {"a.js": b'import "./gone.js";'}).graph("a.js")


def test_every_module_that_a_page_runs_is_announced() -> None:
    assert "orders/guest.js" in ENTRIES
    for template in TEMPLATES:
        assert 'type="module"' not in template.read_text(encoding="utf-8"), template.name


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_what_a_template_names_is_there(template: Path) -> None:
    for name in re.findall(r"{% static '([^']+)' %}", template.read_text(encoding="utf-8")):
        assert name in release().files


def test_nothing_of_ours_is_too_heavy_for_a_phone() -> None:
    for name, data in release().files.items():
        if name.startswith(OURS):
            assert len(gzip.compress(data)) < 12_000, name


def test_no_page_with_a_forms_token_is_compressed() -> None:
    # BREACH: a secret in a compressed body can be guessed by its length.
    answer = Client(**PACKED).get("/login/")  # type: ignore[arg-type]
    assert b"csrfmiddlewaretoken" in answer.content
    assert "Content-Encoding" not in answer
