from tests.bench.postmortem_report import SERIES, long_incident, verify, write_files


def test_the_long_incident_is_reported_and_verified(tmp_path):
    evidence = long_incident(300.0)
    assert len(evidence.subjects) == SERIES
    write_files(evidence, tmp_path)
    verify(tmp_path / "report.json")
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".md", ".html"}
