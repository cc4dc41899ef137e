"""Keeps what an act was, as a case: its samples, its events, when it truly began and why.

Beside the samples that alerts read lies a recording of every signal and SLI, which is all that
whatever ranks causes may read.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from commerce_app.drill.act import ActRecord
from commerce_app.drill.configuration import SLO_FILE
from commerce_app.drill.plant import Plant
from commerce_app.drill.programs import fireline_program, postmortem_program
from commerce_app.drill.scenario import PROTECTED, Scenario
from commerce_app.drill.written import write_whole
from commerce_app.stack.process import run

TRUTH_FILE, EVENTS_FILE, RECORDING_FILE = "truth.json", "events.json", "recording.json.zst"
FREEZE_SECONDS = RECORD_SECONDS = 180.0
PAGE_WITHIN = "2m"


@dataclass(frozen=True)
class Recorder:
    """Puts a case for each act into ``folder``, by ``fireline alerts freeze``; one of an earlier run goes."""

    folder: Path

    def record(self, plant: Plant, record: ActRecord, scenario: Scenario, cause: str) -> Path:
        """The case's folder. Raises ServerFailedError when it cannot be made."""
        name = f"{scenario.name}-{record.act}"
        case = self.folder / name
        shutil.rmtree(case, ignore_errors=True)
        command = freeze_arguments(name, record, plant.address, plant.folder / SLO_FILE, self.folder)
        run(
            "fireline alerts freeze",
            [fireline_program(), *command],
            plant.folder / "freeze.log",
            timeout_seconds=FREEZE_SECONDS,
        )
        run(
            "postmortem record",
            [postmortem_program(), *record_arguments(record, plant.address, case / RECORDING_FILE)],
            plant.folder / "record.log",
            timeout_seconds=RECORD_SECONDS,
        )
        _write(case / EVENTS_FILE, plant.fireline.all_events())
        _write(case / TRUTH_FILE, truth(record, scenario, cause))
        return case


def freeze_arguments(name: str, record: ActRecord, url: str, slos: Path, cases: Path) -> Sequence[str | Path]:
    """The command line that freezes an act; a protected one is a day on which nobody is to be paged."""
    window = ["--from", _spelled(record.started_at), "--to", _spelled(record.ended_at)]
    onset = (
        []
        if record.act == PROTECTED
        else ["--onset", _spelled(record.fault_at), "--page-within", PAGE_WITHIN]
    )
    return ["alerts", "freeze", name, slos, "--url", url, *window, *onset, "--cases", cases]


def record_arguments(record: ActRecord, url: str, out: Path) -> Sequence[str | Path]:
    """The command line that records every signal over an act, from normal traffic before to after."""
    window = ["--from", _spelled(record.started_at), "--to", _spelled(record.ended_at)]
    return ["record", "--url", url, *window, "--out", out]


def truth(record: ActRecord, scenario: Scenario, cause: str) -> dict[str, object]:
    """What only the drill knows, kept apart from whatever ranks causes. Times are Unix seconds."""
    return {
        "drill": scenario.name,
        "act": record.act,
        "cause": "none" if record.act == PROTECTED else cause,
        "onset": record.fault_at,
        "healed": record.moments.hurt_end,
        "steps": dict(record.steps),
        "unhealed": list(record.unhealed),
    }


def _spelled(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def _write(path: Path, content: object) -> None:
    write_whole(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
