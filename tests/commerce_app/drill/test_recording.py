from types import SimpleNamespace

import pytest

from commerce_app.drill.recording import Recorder, freeze_arguments, record_arguments, truth
from commerce_app.drill.scenario import load_scenario

SCENARIO = load_scenario("banner-spike")


@pytest.mark.parametrize(("act", "has_onset"), [("unprotected", True), ("protected", False)])
def test_only_an_act_that_hurts_has_an_onset(act, has_onset, act_record, tmp_path):
    command = freeze_arguments(
        "name", act_record(act=act), "http://127.0.0.1:1", tmp_path / "slos.yml", tmp_path
    )
    assert ("--onset" in command) is has_onset
    assert command[command.index("--from") + 1] == "1970-01-01T00:00:00+00:00"


def test_a_recording_is_asked_for_by_the_times_of_the_act_alone(act_record, tmp_path):
    command = record_arguments(act_record(), "http://127.0.0.1:1", tmp_path / "recording.json.zst")
    assert command[:4] == ["record", "--url", "http://127.0.0.1:1", "--from"]
    assert [each for each in command if "banner" in str(each) or "protected" in str(each)] == []


@pytest.mark.parametrize(("act", "cause"), [("unprotected", "redis-latency"), ("protected", "none")])
def test_the_truth_of_a_protected_act_is_that_nothing_hurt(act, cause, act_record):
    found = truth(act_record(act=act), SCENARIO, "redis-latency")
    assert (found["cause"], found["onset"], found["healed"]) == (cause, 40, 80)


def test_a_case_of_an_earlier_run_goes(act_record, tmp_path, monkeypatch):
    old = tmp_path / "banner-spike-protected" / "samples.om.zst"
    old.parent.mkdir()
    old.touch()
    seen = []

    def freeze(*_arguments, **_options):
        seen.append(old.exists())
        old.parent.mkdir(exist_ok=True)

    monkeypatch.setattr("commerce_app.drill.recording.run", freeze)
    events = SimpleNamespace(all_events=list)
    plant = SimpleNamespace(folder=tmp_path, address="http://127.0.0.1:1", fireline=events)
    case = Recorder(tmp_path).record(plant, act_record(), SCENARIO, "redis-latency")
    assert (seen[0], sorted(each.name for each in case.iterdir())) == (False, ["events.json", "truth.json"])
