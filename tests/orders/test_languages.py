"""The guest's pages in other languages: every text is translated, and what is compiled is what was translated."""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.test import Client
from django.utils import translation

from tests.factories import make_product, make_table, make_venue
from venues.codes import table_code
from venues.models import Table

ROOT = Path(__file__).parents[2]
LANGUAGES = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
CATALOGUES = [(language, domain) for language in LANGUAGES for domain in ("django", "djangojs")]
PLACEHOLDER = re.compile(r"%\(\w+\)s")
Texts = dict[str, list[str]]


def folder(language: str) -> Path:
    return ROOT / "orders" / "locale" / language / "LC_MESSAGES"


def translated(language: str, domain: str) -> Texts:
    """What translators wrote: a text to its translation, or to those of its plurals."""
    found: Texts = {}
    key = ""
    for line in (folder(language) / f"{domain}.po").read_text().splitlines():
        assert not line.startswith("#, fuzzy"), f"{language}, {domain}: {line}"
        word, _, text = line.partition(" ")
        if word == "msgid":
            key = ast.literal_eval(text)
        elif word.startswith("msgstr"):
            found.setdefault(key, []).append(ast.literal_eval(text))
        elif text and not line.startswith(("#", "msgid_plural", '"')):
            raise AssertionError(f"{language}, {domain}: {line}")
    found.pop("")
    return found


def in_scripts() -> Iterator[str]:
    call = re.compile(r'\bn?gettext\("((?:[^"\\]|\\.)*)"')
    for script in sorted((ROOT / "orders" / "static" / "orders").glob("*.js")):
        for number, line in enumerate(script.read_text().splitlines(), 1):
            if line.startswith(("export function", "//")):
                continue
            yield from call.findall(line)
            calls = [one for one in re.findall(r"\bn?gettext\(.", line) if not one.endswith('"')]
            assert not calls, f"{script.name}:{number}: {line.strip()}"


def in_python() -> Iterator[str]:
    for source in sorted((ROOT / "orders").rglob("*.py")):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "gettext_lazy"):
                text = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
                assert isinstance(text, str), f"{source.name}:{node.lineno}"
                yield text


def in_templates() -> Iterator[str]:
    tag = re.compile(r"""translate (?:"([^"]*)"|'([^']*)')""")
    for template in sorted((ROOT / "templates").rglob("*.html")):
        whole = ""
        inside = False
        for token in Lexer(template.read_text()).tokenize():
            if token.token_type is TokenType.BLOCK and token.contents.startswith("translate "):
                match = tag.fullmatch(token.contents)
                assert match is not None, f"{template.name}: {token.contents}"
                yield match[1] or match[2]
            elif token.token_type is TokenType.BLOCK and token.contents.startswith("blocktranslate"):
                whole, inside = "", True
            elif token.token_type is TokenType.BLOCK and token.contents == "endblocktranslate":
                inside = False
                yield whole
            elif inside:
                whole += f"%({token.contents})s" if token.token_type is TokenType.VAR else token.contents


@pytest.mark.parametrize(("language", "domain"), CATALOGUES)
def test_every_text_of_the_guests_pages_is_translated_and_no_other(language: str, domain: str) -> None:
    texts = {*in_scripts()} if domain == "djangojs" else {*in_python(), *in_templates()}
    assert len(texts) > 50
    assert translated(language, domain).keys() == texts
    assert all(all(forms) for forms in translated(language, domain).values())


@pytest.mark.parametrize(("language", "domain"), CATALOGUES)
def test_a_translation_has_the_placeholders_of_its_text(language: str, domain: str) -> None:
    for text, forms in translated(language, domain).items():
        for form in forms:
            assert sorted(PLACEHOLDER.findall(form)) == sorted(PLACEHOLDER.findall(text)), text


@pytest.mark.parametrize(("language", "domain"), CATALOGUES)
def test_what_is_compiled_is_what_was_translated(language: str, domain: str) -> None:
    """`make words` compiles it; the files are committed, because a pub's box has no compiler for them."""
    compiled = gettext.translation(domain, str(folder(language).parents[1]), [language])
    for text, forms in translated(language, domain).items():
        known = getattr(compiled, "_catalog")  # noqa: B009  the one way to see all of it
        got = [known.get(text)] if text in known else [known.get((text, form)) for form in range(len(forms))]
        assert got == forms, f"{language}, {domain}: run `make words` ({text})"


@pytest.fixture
def table() -> Table:
    venue = make_venue(name="The Anchor")
    make_product(venue, "Stout", age_restricted=True)
    return make_table(venue, "7")


def page(table: Table) -> str:
    return f"/t/{table_code(table.pk, table.code_version)}"


@pytest.mark.django_db
@pytest.mark.usefixtures("plain_http")
@pytest.mark.parametrize(
    ("asked", "lang", "words"),
    [
        ("", "en-gb", "Search the menu"),
        ("fr", "en-gb", "Search the menu"),
        ("en-US,en;q=0.9", "en-gb", "Search the menu"),
        ("de-CH,fr;q=0.5", "de", "Karte durchsuchen"),
        ("ar", "ar", "ابحث في القائمة"),
    ],
)
def test_a_guests_page_is_in_the_language_that_the_browser_asks_for(
    table: Table, phone: Client, asked: str, lang: str, words: str
) -> None:
    answer = phone.get(page(table), headers={"accept-language": asked})
    text = answer.content.decode()
    assert f'<html lang="{lang}"' in text
    assert ('dir="rtl"' in text) == (lang == "ar")
    assert words in text
    assert "Accept-Language" in answer["Vary"]
    assert answer["Content-Language"] == lang
    assert ('id="texts"' in text) == (lang != "en-gb")  # English is in the scripts


@pytest.mark.django_db
@pytest.mark.usefixtures("plain_http")
def test_pages_that_a_guest_meets_by_mistake_are_in_it_too(phone: Client) -> None:
    german = {"accept-language": "de"}
    unknown = phone.get("/t/ae.wrong", headers=german)
    assert "Dieser Code gilt nicht" in unknown.content.decode()
    nowhere = phone.get("/nowhere", headers=german)
    assert "Unter dieser Adresse gibt es nichts" in nowhere.content.decode()
    assert "Accept-Language" in nowhere["Vary"]
    assert translation.get_language() == settings.LANGUAGE_CODE


@pytest.mark.django_db
@pytest.mark.usefixtures("plain_http")
@pytest.mark.parametrize("path", ["/login/", "/admin/login/", "/", "/api/session", "/session"])
def test_who_works_here_reads_english_whatever_the_browser_asks_for(phone: Client, path: str) -> None:
    english, german = (phone.get(path, headers={"accept-language": language}) for language in ("en", "de"))
    without_tokens = [re.sub(rb'value="\w{64}"', b"", answer.content) for answer in (english, german)]
    assert without_tokens[0] == without_tokens[1]
    assert (english.status_code, "de" in (german.get("Content-Language") or "")) == (german.status_code, False)
