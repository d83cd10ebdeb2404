"""The totals of a run are true, and what must fail it does."""

from pathlib import Path

import pytest

from tests.results import NO_TEST_RAN, Results, read_results
from tests.run import clean_environment, report

JUNIT = """<testsuites><testsuite>
<testcase classname="tests.a" name="good" />
<testcase classname="tests.a" name="wrong"><failure message="no">no</failure></testcase>
<testcase classname="tests.a" name="broken"><error message="no">no</error></testcase>
<testcase classname="tests.a" name="left_out"><skipped message="no browser" /></testcase>
</testsuite></testsuites>"""
GOOD = Results(passed=2)


def test_each_test_is_counted_once(tmp_path: Path) -> None:
    file = tmp_path / "results.xml"
    file.write_text(JUNIT)
    results = read_results(file, exit_code=1)
    assert results.line() == "1 passed, 2 failed, 1 skipped"
    assert results.skipped_names == ("tests.a.left_out: no browser",)


def test_run_that_died_before_it_wrote_counts_as_a_failure(tmp_path: Path) -> None:
    assert read_results(tmp_path / "missing.xml", exit_code=0) == Results(failed=1, exit_code=1)


def test_run_that_ended_badly_without_a_failed_test_counts_as_a_failure(tmp_path: Path) -> None:
    file = tmp_path / "results.xml"
    file.write_text("<testsuites><testsuite><testcase classname='tests.a' name='good' /></testsuite></testsuites>")
    assert read_results(file, exit_code=3).failed == 1


@pytest.mark.parametrize(
    "bad",
    [
        Results(passed=2, failed=1, exit_code=1),
        Results(exit_code=NO_TEST_RAN),
        Results(),
        Results(passed=2, exit_code=3),
    ],
)
def test_one_bad_column_fails_the_whole(bad: Results) -> None:
    assert report({"embedded": GOOD, "production": bad}, nothing_may_be_skipped=False) == 1


def test_last_line_is_the_total_of_both_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert report({"embedded": GOOD, "production": GOOD}, nothing_may_be_skipped=True) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "4 passed, 0 failed, 0 skipped"


def test_skipped_test_fails_only_in_ci() -> None:
    results = {"embedded": Results(passed=2, skipped_names=("tests.a.left_out: no browser",))}
    assert report(results, nothing_may_be_skipped=False) == 0
    assert report(results, nothing_may_be_skipped=True) == 1


def test_settings_of_the_shell_do_not_reach_the_tests() -> None:
    shell = {"PATH": "/bin", "DATABASE_URL": "postgres://live", "ONTAP_DATA": "/srv", "SECURE_HSTS_SECONDS": "1"}
    assert clean_environment(shell) == {"PATH": "/bin"}


def test_bytecode_is_kept_for_hundreds_of_processes() -> None:
    assert clean_environment({"PATH": "/bin", "PYTHONDONTWRITEBYTECODE": "1"}) == {"PATH": "/bin"}
