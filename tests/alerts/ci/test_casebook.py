import gzip

import numpy as np
import pytest

from alerts.ci.casebook import load_casebook, shipped
from alerts.ci.verdict import Expected
from alerts.errors import SpecError
from collector.embedded import EmbeddedQuerier

RECORDED = """\
version: 1
name: outage
title: {en: An outage, ko: 장애}
origin: exported from production
samples: samples.om.gz
start: 2025-09-03T10:00:00+09:00
end: 2025-09-03T11:00:00+09:00
onset: 2025-09-03T10:05:00+09:00
page_within: 2m
"""
ERRORS = 'sum(rate(http_server_request_duration_seconds_count{http_response_status_code=~"5.."}[30s]))'
ORDERS = 'sum(rate(http_server_request_duration_seconds_count{http_route="/orders"}[30s]))'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "outage").mkdir()
    (tmp_path / "outage" / "case.yml").write_text(RECORDED)
    with gzip.open(tmp_path / "outage" / "samples.om.gz", "wt") as out:
        out.write('up{job="a"} 1 1756861200\nup{job="a"} 0 1756861500\n# EOF\n')
    return tmp_path


def test_a_recorded_case_is_read_with_its_samples(folder):
    (case,) = load_casebook(folder)
    assert case.name == "outage"
    assert case.expected == Expected(1756861200.0, 1756864800.0, 1756861500.0, 120.0)
    (group,) = case.load().select((), 0, 2**60)
    assert (str(group.labels[0]), group.values.tolist()) == ('up{job="a"}', [[1.0, 0.0]])


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("onset: 2025-09-03T10:05:00+09:00\n", "", "onset: expected with page_within, or quiet: true"),
        ("page_within: 2m", "quiet: true", "onset: expected with page_within, or quiet: true"),
        (
            "start: 2025-09-03T10:00:00+09:00",
            "start: 2025-09-03T10:00:00",
            "start: expected a time with its zone",
        ),
        ("end: 2025-09-03T11", "end: 2025-09-03T09", "end: expected after start"),
        ("samples.om.gz", "none.om", "samples: expected a file beside it, found no none.om"),
        ("origin:", "orgin:", "unknown key 'orgin', expected one of version, name"),
    ],
)
def test_a_mistake_in_a_case_is_told(folder, before, after, message):
    path = folder / "outage" / "case.yml"
    path.write_text(path.read_text().replace(before, after))
    with pytest.raises(SpecError, match=message):
        load_casebook(folder)


def test_samples_that_are_cut_off_are_told(folder):
    with gzip.open(folder / "outage" / "samples.om.gz", "wt") as out:
        out.write("up 1 1756861200\n")
    with pytest.raises(SpecError, match="expected # EOF"):
        load_casebook(folder)[0].load()


def test_a_folder_without_cases_is_told(tmp_path):
    with pytest.raises(SpecError, match=r"expected folders with a case\.yml each, found none"):
        load_casebook(tmp_path)


@pytest.fixture(scope="module")
def days():
    return {case.name: case for case in shipped()}


def highest(case, query, step=15):
    lines = EmbeddedQuerier(case.load()).range(query, case.expected.start, case.expected.end, step)
    return max(float(np.nanmax(line.values)) for line in lines)


def test_the_shipped_days_show_what_they_are_about(days):
    assert highest(days["deploy"], f"{ERRORS} / {ORDERS}") > 0.95
    assert highest(days["healthy-sale"], ORDERS) == pytest.approx(100, rel=0.02)
    assert highest(days["bots"], 'sum(rate({http_response_status_code="404",le="+Inf"}[1m]))') > 290
    assert highest(days["restarts"], 'max(resets({__name__=~".*_count"}[90m]))') == 5
    assert highest(days["cold-cache"], 'sum(rate(cache_requests_total{result="miss"}[1m]))') > 130
    assert highest(days["nightly-batch"], "sum(rate(namedprocess_namegroup_cpu_seconds_total[1m]))") > 0.8


@pytest.mark.parametrize(("name", "longest"), [("scrape-gaps", 480 + 15), ("clock-step", 40 + 15)])
def test_samples_are_missing_where_nobody_scraped_or_the_clock_was_set(days, name, longest):
    group = max(days[name].load().select((), 0, 2**60), key=lambda group: len(group.times))
    within = group.times >= days[name].expected.start * 1000
    gaps = np.diff(group.times[within])
    assert (gaps > 0).all()
    assert longest - 15 <= gaps.max() / 1000 <= longest + 15
