"""The same recordings under a map that was never seen: other services, names, metrics, coarser roles."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from postmortem.evidence import Subject
from postmortem.recording.model import Recording
from postmortem.records import Service, Signal, SignalMap

TABLE = Path(__file__).with_name("other_map.yml")


def other_map(recording: Recording) -> Recording:
    """Services and signals renamed by ``other_map.yml``; signals that it does not name are not there."""
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    names, told = table["services"], table["signals"]
    subjects = [
        replace(s, signal=_renamed(s.signal, names, told))
        for s in recording.subjects
        if s.slo is None and s.signal.name in told
    ]
    subjects += [_objective(s, names) for s in recording.subjects if s.slo is not None]
    services = {
        names[name]: Service(depends_on=tuple(names[each] for each in service.depends_on))
        for name, service in recording.signals.services.items()
    }
    signals = SignalMap(services=services, signals=tuple(s.signal for s in subjects if s.slo is None))
    return replace(recording.with_subjects(subjects), signals=signals)


def part_of(part: str) -> str:
    """What a part is called there."""
    return str(yaml.safe_load(TABLE.read_text(encoding="utf-8"))["services"][part]) if part else ""


def _renamed(signal: Signal, names: dict[str, str], told: dict[str, dict[str, Any]]) -> Signal:
    return signal.model_copy(update={"service": names[signal.service], "title": {}, **told[signal.name]})


def _objective(subject: Subject, names: dict[str, str]) -> Subject:
    assert subject.slo is not None
    service = names[subject.slo.service]
    signal = subject.signal.model_copy(update={"service": service})
    return replace(subject, signal=signal, slo=subject.slo.model_copy(update={"service": service}))
