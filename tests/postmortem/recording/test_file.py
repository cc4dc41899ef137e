from dataclasses import replace

import numpy as np
import orjson
import pytest
import zstandard
from pydantic import TypeAdapter

from postmortem.errors import EvidenceError, OutputError
from postmortem.recording.file import read_recording_file, write_recording
from postmortem.recording.read import record
from postmortem.records import Signal, SignalMap, SloRecord

NINE, TEN = 1756857600.0, 1756861200.0  # 2025-09-03 KST


@pytest.fixture(scope="module")
def recorded(seed_raw, seed_querier):
    slos = TypeAdapter(tuple[SloRecord, ...]).validate_python(seed_raw.slos)
    signals = SignalMap.model_validate(seed_raw.signals)
    confession = Signal(name="f", role="cache", service="redis", unit="count", query="fault_active")
    told = signals.model_copy(update={"signals": (*signals.signals, confession)})
    return record(slos, told, seed_querier, TEN - 1200, TEN + 5400)


def test_a_recording_is_read_as_it_was_written(recorded, tmp_path):
    path = tmp_path / "r.json.zst"
    write_recording(path, recorded)
    found = read_recording_file(path)
    assert found.subjects == recorded.subjects
    assert (found.slos, found.signals, found.rate_window) == (recorded.slos, recorded.signals, "45s")
    for name, series in recorded.series.items():
        assert np.array_equal(found.series[name].times, series.times)
        assert found.series[name].values == pytest.approx(series.values, rel=1e-4)
        assert found.series[name].query == series.query


def test_two_hours_take_a_few_kilobytes(recorded, tmp_path):
    write_recording(tmp_path / "r.json.zst", recorded)
    assert (tmp_path / "r.json.zst").stat().st_size < 20_000


def test_records_of_faults_are_not_even_asked_for(recorded):
    assert "f" not in {signal.name for signal in recorded.signals.signals}
    assert recorded.subjects
    assert "signal:f" not in recorded.unavailable


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"junk", "expected a recording of `postmortem record`"),
        (zstandard.compress(b"[1]"), "schema: expected 'fireline.recording/1'"),
        (zstandard.compress(orjson.dumps({"schema": "fireline.recording/1"})), "expected a recording"),
        (zstandard.compress(bytes(64_000_001)), "at most 64,000,000 bytes unpacked, found more"),
    ],
)
def test_a_file_that_holds_something_else_is_one_line(tmp_path, content, message):
    path = tmp_path / "r.json.zst"
    path.write_bytes(content)
    with pytest.raises(EvidenceError, match=message):
        read_recording_file(path)


def test_a_folder_that_does_not_exist_is_one_line(recorded, tmp_path):
    with pytest.raises(OutputError, match="expected a file that can be written"):
        write_recording(tmp_path / "missing" / "r.json.zst", recorded)


def test_two_services_may_each_have_an_objective_of_one_name(recorded, tmp_path):
    first, *others = recorded.slos
    twin = first.model_copy(update={"service": "blog", "objective": 0.5})
    subject = next(each for each in recorded.subjects if each.slo == first)
    told = replace(recorded, slos=(first, *others, twin), subjects=(subject, replace(subject, slo=twin)))
    write_recording(tmp_path / "r.json.zst", told)
    found = read_recording_file(tmp_path / "r.json.zst")
    assert [each.slo.service for each in found.subjects] == [first.service, "blog"]
