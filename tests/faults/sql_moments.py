"""Which moments a text of SQL holds: a reader of words, not of grammar."""

import re

from tests.faults.moments import Moment

# Strings, quoted names and comments are skipped whole, so that a guest's note "COMMIT" commits nothing.
# An unfinished one (the text was longer than what is held) ends the reading.
_TOKEN = re.compile(
    r"""
      (?P<skip>\s+ | --[^\n]*(?:\n|$) | /\*.*?\*/
        | [eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | (?P<dollar>\$(?:[A-Za-z_]\w*)?\$).*?(?P=dollar))
    | (?P<name>"(?:[^"]|"")*" | [^\W\d]\w*)
    | (?P<unfinished>['"] | /\*)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ENDS_TRANSACTION = {"COMMIT", "END"}
Found = tuple[Moment, str | None]


def moments_of(sql: str) -> tuple[Found, ...]:
    """The moments of `sql` in their order, with the table for INSERT and UPDATE.

    INSERT and UPDATE count where a statement may start: first, after `WITH x AS (`, and after such a list; so
    `FOR UPDATE` and `DO UPDATE SET` do not count.
    """
    found: list[Found] = []
    for words in _statements(sql):
        first = words[0].upper()
        if first == "BEGIN" or [word.upper() for word in words[:2]] == ["START", "TRANSACTION"]:
            found.append((Moment.BEGIN, None))
        elif first in _ENDS_TRANSACTION and words[1:2] != ["PREPARED"]:
            found.append((Moment.COMMIT_SENT, None))
        elif first in ("INSERT", "UPDATE"):
            found.append(_write(words))
        elif first == "WITH":
            found += [_write(words[place:]) for place, word in enumerate(words) if _starts_a_write(words, place, word)]
    return tuple(found)


def _statements(sql: str) -> list[list[str]]:
    statements: list[list[str]] = [[]]
    for token in _TOKEN.finditer(sql):
        if token["unfinished"]:
            break
        if token["skip"]:
            continue
        if token[0] == ";":
            statements.append([])
        else:
            statements[-1].append(token[0])
    return [words for words in statements if words]


def _starts_a_write(words: list[str], place: int, word: str) -> bool:
    return word.upper() in ("INSERT", "UPDATE") and words[place - 1] in "()"


def _write(words: list[str]) -> Found:
    name_at = 2 if [word.upper() for word in words[1:2]] in (["INTO"], ["ONLY"]) else 1
    return Moment[words[0].upper()], _last_part(words[name_at:])


def _last_part(words: list[str]) -> str | None:
    """The table of `"schema"."table"`, without quotes; None where no name follows."""
    name: str | None = None
    for place, word in enumerate(words):
        if place % 2 and word != ".":
            break
        if not place % 2:
            name = word[1:-1].replace('""', '"') if word.startswith('"') else word
    return name
