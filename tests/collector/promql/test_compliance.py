"""The queries of the PromQL compliance suite, ours beside the installed Prometheus."""

import shutil
from pathlib import Path

import pytest

from tests.compliance.replies import Reply
from tests.compliance.suite import Case, judge, read_suite, run_suite

QUERIES = Path(__file__).parents[4] / "shared" / "conformance" / "compliance-queries.yml"


@pytest.mark.servers
@pytest.mark.skipif(shutil.which("prometheus") is None, reason="Debian package prometheus is not installed")
@pytest.mark.skipif(not QUERIES.exists(), reason="../shared is absent")
def test_every_query_of_the_suite_answers_as_prometheus_does():
    outcomes = run_suite(read_suite(QUERIES))
    assert [outcome for outcome in outcomes if outcome.difference] == []
    assert len(outcomes) == 539


def test_a_query_that_should_fail_must_fail_in_both():
    failed, succeeded = Reply("error", text="bad_data: no"), Reply("matrix")
    case = Case("{}", should_fail=True)
    assert judge(case, failed, failed) is None
    assert judge(case, failed, succeeded) == "ours should have failed"
    assert judge(Case("1"), succeeded, failed) == "ours failed: bad_data: no"


def test_a_comparison_that_is_skipped_asks_only_for_success():
    some, none = Reply("scalar"), Reply("matrix")
    assert judge(Case("1", skip_comparison=True), some, none) is None
    assert judge(Case("1"), some, none) is not None
