"""Recordings of drills, kept in tests/postmortem/recordings: RUN/DRILL-ACT/{recording.json.zst,truth.json}.

The truth is read here and nowhere else; what ranks causes gets the recording alone.
``python -m tests.bench.recordings DIR RUN`` keeps those of a suite that `fireline drill all --out DIR` ran.
"""

import argparse
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from postmortem.evidence import Subject
from postmortem.recording.file import RECORDING_FILE, read_recording_file
from postmortem.recording.model import Recording

BEFORE_SECONDS = 20.0
SHOP = Path(__file__).parents[2] / "alerts" / "examples" / "shop.signals.yml"
FOLDER = Path(__file__).parents[1] / "postmortem" / "recordings"
HELD_OUT = frozenset({"redis-gone", "replica-saturated", "lock-contention", "network-partition"})
# The drill's true cause as a candidate, and the part it is at.
TRUTHS = {
    "banner-spike": ("cache.slow", "redis"),
    "redis-slow": ("cache.slow", "redis"),
    "redis-gone": ("cache.hung", "redis"),
    "hot-key-expiry": ("cache.emptied", "redis"),
    "replica-lag": ("replica.behind", "replica"),
    "replica-saturated": ("replica.saturated", "replica"),
    "primary-restart": ("database.restarted", "primary"),
    "lock-contention": ("lock.contention", "primary"),
    "duplicate-orders": ("database.slow", "primary"),
    "network-partition": ("replica.cut_off", "replica"),
}
NONE = ("none", "")
# Drills that miss no objective, and the signal by which users' harm is seen.
HARM = {"replica-lag": "own_orders_out_of_date", "duplicate-orders": "orders_repeated"}


@dataclass(frozen=True)
class Recorded:
    """An act. truth: candidate and part. went_as_foretold: by the suite; None: not known."""

    run: str
    drill: str
    is_protected: bool
    truth: tuple[str, str]
    went_as_foretold: bool | None
    onset: float
    recording: Recording

    @property
    def was_calm_before(self) -> bool:
        """No objective was missed just before the fault; else it was not the fault that hurt."""
        return not any(self._is_missed(s) for s in self.recording.subjects if s.slo is not None)

    def _is_missed(self, subject: Subject) -> bool:
        assert subject.slo is not None
        series = self.recording.series[subject.series]
        before = (series.times > self.onset - BEFORE_SECONDS) & (series.times <= self.onset)
        return bool(before.any()) and float(np.median(series.values[before])) > subject.slo.error_budget

    @property
    def shows_what_it_should(self) -> bool:
        """From the fault on a protected act misses no objective; an unprotected one does harm that is seen.

        A suite judges whole acts, of which the first seconds may miss an objective by themselves.
        """
        misses = any(self._misses_since(s) for s in self.recording.subjects if s.slo is not None)
        if self.is_protected:
            return not misses
        names = {subject.signal.name for subject in self.recording.subjects}
        return misses or HARM.get(self.drill) in names

    def _misses_since(self, subject: Subject) -> bool:
        assert subject.slo is not None
        series = self.recording.series[subject.series]
        since = series.values[series.times > self.onset]
        return bool(since.size) and float(since.mean()) > subject.slo.error_budget

    @property
    def is_of_todays_map(self) -> bool:
        """It has every signal that the shop's map has now; older ones tell less."""
        return _todays_signals() <= {signal.name for signal in self.recording.signals.signals}

    @property
    def is_held_out(self) -> bool:
        return self.drill in HELD_OUT


@cache
def _todays_signals() -> frozenset[str]:
    told = yaml.safe_load(SHOP.read_text(encoding="utf-8"))
    return frozenset(signal["name"] for signal in told["signals"])


def read_recordings(folder: Path = FOLDER) -> Iterator[Recorded]:
    """All acts of all runs in the folder, in the order of their names."""
    for path in sorted(folder.glob(f"*/*/{RECORDING_FILE}")):
        told = json.loads((path.parent / "truth.json").read_text(encoding="utf-8"))
        drill, is_protected = told["drill"], told["cause"] == "none"
        yield Recorded(
            path.parents[1].name,
            drill,
            is_protected,
            NONE if is_protected else TRUTHS[drill],
            told.get("agrees"),
            told["onset"],
            read_recording_file(path),
        )


def keep(suite: Path, run: str, folder: Path = FOLDER) -> None:
    """Copies the recordings of a suite, each with its truth and whether it went as foretold."""
    results = json.loads((suite / "drills.json").read_text(encoding="utf-8"))
    for result in results:
        for act, judged in result["acts"].items():
            case, kept = (path / f"{result['drill']}-{act}" for path in (suite / "cases", folder / run))
            truth = json.loads((case / "truth.json").read_text(encoding="utf-8"))
            kept.mkdir(parents=True, exist_ok=True)
            shutil.copy(case / RECORDING_FILE, kept)
            told = json.dumps({**truth, "agrees": judged["agrees"]}, indent=1)
            (kept / "truth.json").write_text(told + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suite", type=Path)
    parser.add_argument("run")
    arguments = parser.parse_args()
    keep(arguments.suite, arguments.run)
