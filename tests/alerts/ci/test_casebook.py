import gzip

import numpy as np
import pytest
import zstandard

from alerts.casefile import BUILT_IN
from alerts.ci import casebook
from alerts.ci.casebook import load_casebook, shipped
from alerts.ci.verdict import Expected
from alerts.errors import SpecError
from collector.embedded import EmbeddedQuerier
from collector.history_file import Bounds

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
        ("samples.om.gz", "none.om", "samples: expected a file beside it, found no 'none.om'"),
        ("samples.om.gz", '"a\\0b"', "samples: expected a file beside it, found no 'a"),
        ("samples.om.gz", "a" * 5000, "samples: expected a file beside it, found no 'aaa"),
        ("onset: 2025-09-03T10", "onset: 2033-09-03T10", r"case\.yml: onset: expected between start and end"),
        ("onset: 2025-09-03T10", "onset: 2025-09-03T09", r"case\.yml: onset: expected between start and end"),
        ("start: 2025-09-03T10:00:00", "start: 0001-01-01T00:00:00", "start: expected a time .* after 1970"),
        ("start:", "timezone: Asia/Nowhere\nstart:", "timezone: expected a zone such as Asia/Seoul"),
        ("start:", "selectors: [x > 1]\nstart:", "selectors.0: expected a selector such as up"),
        ("origin:", "orgin:", "unknown key 'orgin', expected one of version, name"),
    ],
)
def test_a_mistake_in_a_case_is_told(folder, before, after, message):
    path = folder / "outage" / "case.yml"
    path.write_text(path.read_text().replace(before, after))
    with pytest.raises(SpecError, match=message):
        load_casebook(folder)


@pytest.mark.parametrize("samples", ["../secret.om", "/etc/hostname", "link.om", "sub/../../secret.om"])
def test_a_case_reads_no_file_outside_its_folder(folder, samples):
    (folder / "secret.om").write_text("up 1 1756861200\n# EOF\n")
    (folder / "outage" / "sub").mkdir()
    (folder / "outage" / "link.om").symlink_to(folder / "secret.om")
    path = folder / "outage" / "case.yml"
    path.write_text(path.read_text().replace("samples.om.gz", samples))
    with pytest.raises(SpecError, match=r"case\.yml: samples: expected a file in the case's own folder"):
        load_casebook(folder)


def test_a_description_that_is_a_link_out_of_the_folder_is_refused(folder):
    path = folder / "outage" / "case.yml"
    path.rename(folder / "elsewhere.yml")
    path.symlink_to(folder / "elsewhere.yml")
    with pytest.raises(SpecError, match="expected a file in the case's own folder"):
        load_casebook(folder)


@pytest.mark.parametrize("packed", ["gz", "zst"])
def test_a_bomb_is_refused_by_what_it_unpacks_to(folder, monkeypatch, packed):
    monkeypatch.setattr(casebook, "BOUNDS", Bounds(1000, 1e9, 8 * 1024 * 1024, 9))
    path = folder / "outage" / f"samples.om.{packed}"
    zeros = b"\0" * (9 * 1024 * 1024)
    path.write_bytes(gzip.compress(zeros) if packed == "gz" else zstandard.compress(zeros))
    case = folder / "outage" / "case.yml"
    case.write_text(case.read_text().replace("samples.om.gz", path.name))
    with pytest.raises(
        SpecError, match=rf"{path.name}: expected at most 8,388,608 bytes unpacked, found more"
    ):
        load_casebook(folder)[0].load()


def test_too_many_samples_or_days_are_refused(folder, monkeypatch):
    lines = "".join(f"up {n} {1756861200 + 60 * n}\n" for n in range(100))
    with gzip.open(folder / "outage" / "samples.om.gz", "wt") as out:
        out.write(lines + "# EOF\n")
    monkeypatch.setattr(casebook, "BOUNDS", Bounds(99, 1e9, 10**9, 9))
    with pytest.raises(SpecError, match=r"samples\.om\.gz: expected at most 99 samples, found more"):
        load_casebook(folder)[0].load()
    monkeypatch.setattr(casebook, "BOUNDS", Bounds(1000, 3600.0, 10**9, 9))
    with pytest.raises(SpecError, match="expected samples of at most 1h, found them over 1h39m"):
        load_casebook(folder)[0].load()


def test_too_many_series_are_refused(folder, monkeypatch):
    with gzip.open(folder / "outage" / "samples.om.gz", "wt") as out:
        out.write("".join(f'up{{job="{n}"}} 1 1756861200\n' for n in range(6)) + "# EOF\n")
    monkeypatch.setattr(casebook, "BOUNDS", Bounds(99, 1e9, 10**9, 5))
    with pytest.raises(SpecError, match=r"samples\.om\.gz: expected at most 5 series, found more"):
        load_casebook(folder)[0].load()


@pytest.mark.parametrize(
    ("times", "found"),
    [
        ([], "none"),
        ([1756861200], r"them from 2025-09-03T01:00:00\+00:00 to 2025-09-03T01:00:00\+00:00"),
        ([1756864801, 1756864901], "them from 2025-09-03T02:00:01"),
        ([-5, 1756861200000], r"them from 1969-12-31T23:59:55\+00:00 to 1756861200000"),
    ],
)
def test_a_quiet_day_without_samples_of_its_time_passes_nothing(folder, times, found, monkeypatch):
    monkeypatch.setattr(casebook, "BOUNDS", Bounds(99, 1e13, 10**9, 5))
    path = folder / "outage" / "case.yml"
    path.write_text(
        RECORDED.replace("page_within: 2m", "quiet: true").replace("onset: 2025-09-03T10:05:00+09:00\n", "")
    )
    with gzip.open(folder / "outage" / "samples.om.gz", "wt") as out:
        out.write("".join(f"up 1 {at}\n" for at in times) + "# EOF\n")
    stretch = r"from 2025-09-03T01:00:00\+00:00 to 2025-09-03T02:00:00\+00:00"
    with pytest.raises(
        SpecError, match=rf"case\.yml: samples: expected samples .*, {stretch}, found {found}"
    ):
        load_casebook(folder)[0].load()


def test_a_case_of_figures_that_asks_for_too_much_is_refused_before_it_is_made(folder):
    text = (BUILT_IN / "deploy" / "case.yml").read_text(encoding="utf-8")
    path = folder / "outage" / "case.yml"
    for before, after, message in [
        ("length: 30d", "length: 90d", "expected at most 32d with its history, found 90d1h30m"),
        ("interval: 15s", "interval: 1ms", "expected at most 20,000,000 samples, found"),
        ("step: 100s", "step: 0s", "history.step: expected a duration above 0"),
    ]:
        assert before in text
        path.write_text(text.replace(before, after), encoding="utf-8")
        with pytest.raises(SpecError, match=message):
            load_casebook(folder)


def test_what_is_being_written_is_no_case_yet(folder):
    (folder / "outage").rename(folder / ".outage.abc")
    with pytest.raises(SpecError, match="found none"):
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
