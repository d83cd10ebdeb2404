"""Return codes become named errors that say whether to try again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.gateway import errors
from tracker.gateway.codes import ReturnCode, known
from tracker.gateway.errors import GatewayError, Refused, error_for


def test_all_codes_of_the_reference_are_known() -> None:
    assert {int(code) for code in ReturnCode} == {*range(1, 20), *range(1001, 1014), *range(-34, 0)}
    assert all(code.meaning for code in ReturnCode)


def test_every_negative_code_has_a_name_of_its_own_or_is_a_parameter() -> None:
    for code in (code for code in ReturnCode if code.is_error):
        error = error_for(code, 400)
        assert error is not None
        assert type(error) is not Refused
        assert code.meaning in str(error)


@pytest.mark.parametrize(
    ("code", "status", "name", "permanent"),
    [
        (-1, 400, "TokenUnusable", True),
        (-2, 401, "TokenUnusable", True),
        (None, 401, "TokenUnusable", True),
        (None, 403, "TokenUnusable", True),
        (-3, 403, "ButtonNotPressed", False),
        (-4, 400, "InvalidTokenName", True),
        (-6, 404, "OrderNotFound", True),
        (-13, 503, "PagingUnavailable", False),
        (-14, 400, "PagingImpossible", True),
        (-20, 400, "InvalidParameter", True),
        (None, 404, "EndpointUnavailable", True),
        (None, 429, "RefusedForNow", False),
        (-99, 503, "RefusedForNow", False),
        (-99, 400, "Refused", True),
        (-6, 200, "OrderNotFound", True),
    ],
)
def test_an_error_has_a_name_and_says_whether_it_is_permanent(
    code: int | None, status: int, name: str, permanent: bool
) -> None:
    error = error_for(code, status)
    assert type(error).__name__ == name
    assert isinstance(error, GatewayError)
    assert error.permanent is permanent


@given(st.one_of(st.none(), st.integers(min_value=0)), st.integers(min_value=200, max_value=299))
def test_success_is_no_error_whatever_its_code(code: int | None, status: int) -> None:
    assert error_for(code, status) is None


@given(st.integers(), st.integers(min_value=100, max_value=999))
def test_no_code_crashes(code: int, status: int) -> None:
    error = error_for(code, status, "words")
    assert known(code) is None or known(code) == code
    assert error is None or "words" not in str(error)


def test_all_errors_have_one_root() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert len(kinds) > 20
    assert all(issubclass(kind, GatewayError) for kind in kinds)
