import pytest

from alerts.ci.casebook import FiledCase
from alerts.ci.verdict import Expected, Verdict
from postmortem.actions import proofs

ONSET = 1000.0


@pytest.fixture
def show(tmp_path, monkeypatch):
    """What the case `seed` shows in which a page after 45 s is due within two minutes."""
    (tmp_path / "seed").mkdir()
    (tmp_path / "seed" / "case.yml").touch()
    case = FiledCase("seed", "Seed", Expected(0.0, 9000.0, ONSET, 120.0), dict)
    monkeypatch.setattr(proofs, "read_case", lambda _: case)
    monkeypatch.setattr(proofs, "judged", lambda *_: Verdict(45.0, None, ("fast",), ""))
    return lambda paged_at: proofs.show_case("seed", tmp_path, (), paged_at)


def test_a_case_that_the_alerts_of_the_day_pass_is_told(show):
    found = show(ONSET + 70)
    assert found.shown == "case seed: fast pages 45 s after the onset, due within 2m; on the day 70 s"
    assert "the alerts of the day pass it too (70 s, due within 2m)" in found.note


@pytest.mark.parametrize("paged_at", [None, ONSET + 500, ONSET - 60])
def test_a_case_that_they_failed_is_a_proof_by_itself(show, paged_at):
    assert show(paged_at) == proofs.CaseProof("case seed: fast pages 45 s after the onset, due within 2m")
