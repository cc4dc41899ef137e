"""The results of `fireline drill all` or `schedule`, read without trusting them."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from commerce_app.drill.scenario import scenario_names
from commerce_app.drill.suite import ACTS
from commerce_app.prelaunch.campaign import DrillRecord
from commerce_app.prelaunch.errors import CampaignError, UnansweredError
from commerce_app.prelaunch.observed import Drilled, Unseen
from commerce_app.prelaunch.web import shaped
from commerce_app.yaml_file import told

LARGEST_BYTES = 16 * 1024 * 1024


def _moment(value: object) -> object:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, allow_inf_nan=False)


class _Act(_Kept):
    agrees: bool


class _Entry(_Kept):
    drill: str
    passed: bool
    ended_at: Annotated[AwareDatetime, BeforeValidator(_moment)] | None = None
    offered_rps: Annotated[float, Field(gt=0)] | None = None
    acts: dict[str, _Act] = {}
    error: str = ""

    @property
    def bears_out(self) -> bool:
        """Whether what it says of its acts is what it says of the whole."""
        agree = set(ACTS) <= set(self.acts) and all(act.agrees for act in self.acts.values())
        return self.passed is (agree and not self.error)


def read_drills(path: Path) -> Mapping[str, Drilled | Unseen]:
    """What became of each drill; Unseen where its entry contradicts itself.

    Raises:
        UnansweredError: where there are no results.
    """
    entries: list[_Entry] = shaped(list[_Entry], _content(path), str(path))
    names = [entry.drill for entry in entries]
    return {entry.drill: _drilled(entry, once=names.count(entry.drill) == 1) for entry in entries}


def check_names(record: DrillRecord) -> None:
    """Raises CampaignError for a drill that is needed and is neither among the results nor one of ours."""
    try:
        known = {*scenario_names(), *read_drills(record.results)}
    except UnansweredError:
        # It may be a drill of the user's own; which there are, nobody knows.
        return
    if missing := [name for name in record.needed if name not in known]:
        raise CampaignError(
            f"drills.needed: expected drills of {record.results}, or of {', '.join(scenario_names())}, "
            f"got {', '.join(map(told, missing))}"
        )


def _drilled(entry: _Entry, *, once: bool) -> Drilled | Unseen:
    if not once:
        return Unseen(f"more than one result of {entry.drill}")
    if not entry.bears_out:
        said = "passed" if entry.passed else "failed"
        return Unseen(f"the result of {entry.drill} says {said}, and its acts do not")
    at = None if entry.ended_at is None else entry.ended_at.timestamp()
    return Drilled(entry.passed, at, entry.offered_rps)


def _content(path: Path) -> Any:  # noqa: ANN401  whatever JSON holds
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST_BYTES + 1)
        if len(text) > LARGEST_BYTES:
            raise UnansweredError(f"{path}: expected at most {LARGEST_BYTES} bytes")
        return json.loads(text)
    except OSError as error:
        raise UnansweredError(f"{path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        expected = "expected the results of `fireline drill all` or `schedule`"
        raise UnansweredError(f"{path}: {expected}") from error
