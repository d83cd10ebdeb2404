"""Nothing but compact JSON objects passes."""

import pytest

from tests.clients.strict_json import Unexpected, read_object


def test_a_compact_object_passes_with_its_keys_in_order() -> None:
    assert list(read_object('{"18":5,"13":4,"näme":"é\\n"}')) == ["18", "13", "näme"]


@pytest.mark.parametrize(
    "message",
    [
        '{"a": 1}',
        '{"a":1}\n',
        '{"a":1,"a":1}',
        '{"a":1.5}',
        '{"a":NaN}',
        '{"a":"\\u00e9"}',
        '{"a":',
        "[1]",
        "",
        b'{"a":1}',
    ],
)
def test_anything_else_is_unexpected(message: str | bytes) -> None:
    with pytest.raises(Unexpected):
        read_object(message)
