"""What an action item names as its proof, read where it is shown; nothing here runs a drill."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from alerts.case_bounds import CASE_FILE
from alerts.ci.casebook import read_case
from alerts.ci.run import judged
from collector.durations import format_duration
from collector.rules.files import RuleGroup
from postmortem.errors import ProofError

DAY_SECONDS = 86_400.0
_LARGEST_BYTES = 16 * 1024 * 1024


def _moment(value: object) -> object:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


class _Act(BaseModel):
    model_config = ConfigDict(extra="ignore")
    agrees: bool


class _Drill(BaseModel):
    """An entry of ``drills.json``, as far as it is a proof."""

    model_config = ConfigDict(extra="ignore")
    drill: str
    passed: bool
    ended_at: Annotated[AwareDatetime, BeforeValidator(_moment)] | None = None
    acts: dict[str, _Act] = {}


@dataclass(frozen=True)
class CaseProof:
    """shown: how the rules do in the case, and what it asks. note: what it does not prove, if anything."""

    shown: str
    note: str = ""


def show_case(
    name: str, cases: Path, groups: Sequence[RuleGroup], paged_at: float | None = None
) -> CaseProof:
    """How the rules do in the case, as `fireline alerts ci` judges it.

    paged_at: when the incident paged first, Unix seconds.

    Raises:
        ProofError: where there is no such case, the rules cannot be judged by it, or it is not passed.
        AlertsError: for a mistake in its file or the rules.
    """
    folder = cases / name
    if not (folder / CASE_FILE).is_file():
        raise ProofError(
            f"case:{name}: expected the case in {folder}, found none (--cases names the folder of all cases, "
            f"`postmortem freeze INCIDENT --name {name}` makes one)"
        )
    case = read_case(folder)
    verdict = judged(case, groups)
    if not verdict.is_judged:
        missing = ", ".join(dict.fromkeys(read for one in verdict.unheld for read in one.reads))
        raise ProofError(f"case:{name}: the case cannot judge these rules, it has no samples of {missing}")
    if verdict.problem:
        raise ProofError(
            f"case:{name}: expected the rules to pass it, as `fireline alerts ci` asks: {verdict.problem}"
        )
    expected = case.expected
    if verdict.page_seconds is None or expected.page_within_seconds is None:
        return CaseProof(f"case {name}: nobody is paged, as is due")
    page = f"case {name}: {', '.join(verdict.by)} pages {verdict.page_seconds:.0f} s after the onset"
    due = format_duration(expected.page_within_seconds)
    then = math.nan if paged_at is None else paged_at - expected.onset
    if not 0 <= then <= expected.page_within_seconds:
        return CaseProof(f"{page}, due within {due}")
    note = (
        f"case:{name}: the alerts of the day pass it too ({then:.0f} s, due within {due}): "
        "one that only an earlier page passes is frozen with a shorter --page-within"
    )
    return CaseProof(f"{page}, due within {due}; on the day {then:.0f} s", note)


def show_drill(name: str, record: Path | None, at: float, within_seconds: float) -> str:
    """When the drill passed, by the record of drills. at: now, in Unix seconds.

    Raises:
        ProofError: where there is no record, the drill is not in it, did not pass, or did so too long ago.
    """
    span = format_duration(within_seconds)
    asked = f"`fireline drill all {name} --out DIR` writes its drills.json; closing an item runs no drill"
    if record is None:
        raise ProofError(f"drill:{name}: expected --drills FILE, in which it passed within {span} ({asked})")
    found = [drill for drill in _read(record) if drill.drill == name]
    if len(found) != 1:
        raise ProofError(f"drill:{name}: expected one result in {record}, found {len(found)} ({asked})")
    (drill,) = found
    if not drill.passed or not drill.acts or not all(act.agrees for act in drill.acts.values()):
        raise ProofError(f"drill:{name}: expected it to have passed, {record} says that it failed")
    if drill.ended_at is None or drill.ended_at.timestamp() > at:
        raise ProofError(f"drill:{name}: expected an ended_at that is past, {record} has none")
    ago = at - drill.ended_at.timestamp()
    if ago > within_seconds:
        raise ProofError(
            f"drill:{name}: expected it to have passed within {span}, it did "
            f"{ago / DAY_SECONDS:.0f} days ago ({asked})"
        )
    return f"drill {name}: passed {drill.ended_at.astimezone(UTC).strftime('%Y-%m-%dT%H:%MZ')}"


def _read(path: Path) -> list[_Drill]:
    try:
        with path.open("rb") as file:
            content: Any = json.loads(file.read(_LARGEST_BYTES))
        return TypeAdapter(list[_Drill]).validate_python(content)
    except OSError as error:
        raise ProofError(f"--drills {path}: expected a file: {error.strerror}") from error
    except ValidationError as error:
        mistake = error.errors()[0]
        place = ".".join(str(part) for part in mistake["loc"])
        raise ProofError(f"--drills {path}: {place}: {mistake['msg'].lower()}") from error
    except (ValueError, RecursionError) as error:
        raise ProofError(f"--drills {path}: expected the drills.json of `fireline drill all`") from error
