from zoneinfo import ZoneInfo

import pytest

from postmortem.archive.archive import Archive
from postmortem.errors import EvidenceError
from postmortem.lint.recorded import from_archive, from_case, from_evidence

SEOUL = ZoneInfo("Asia/Seoul")


@pytest.fixture(scope="module")
def archive(tmp_path_factory, seed_report):
    path = tmp_path_factory.mktemp("lint") / "report.json"
    path.write_text(Archive.of(seed_report).text, encoding="utf-8")
    return path


def test_a_stored_report_has_the_series_of_its_evidence(archive, seed_report):
    stored, live = from_archive(archive, SEOUL), from_evidence(seed_report.evidence, SEOUL)
    assert stored.offset_seconds == live.offset_seconds == 9 * 3600
    by_title = {series.title.all(): series for series in stored.series}
    assert set(by_title) == {series.title.all() for series in live.series}
    assert all(by_title[s.title.all()].values.tolist() == s.values.tolist() for s in live.series)


def test_a_stored_report_is_read_in_its_servers_zone(archive, tmp_path):
    path = tmp_path / "r.json"
    path.write_text(archive.read_text().replace('"time_zone": "UTC"', '"time_zone": "Asia/Tokyo"'))
    assert (from_archive(archive).offset_seconds, from_archive(path).offset_seconds) == (0, 9 * 3600)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"series": {"signal:x": {"samples": []}}}'])
def test_a_file_that_is_no_report(text, tmp_path):
    path = tmp_path / "r.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvidenceError, match="expected a report that"):
        from_archive(path, SEOUL)


def test_a_case_has_the_signals_of_the_map():
    recorded = from_case("seed-2025-09-03", None, None)
    series = next(s for s in recorded.series if "Cache hit ratio" in s.title.all())
    assert recorded.offset_seconds == 9 * 3600
    assert series.values.min() == pytest.approx(0.35, abs=0.01)
