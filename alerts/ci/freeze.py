"""Makes a case of a stretch of history: the series that rules read, small enough for a repository."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml
import zstandard

from alerts.backtest.order import is_recorded, placed_rules
from alerts.case_bounds import CASE_FILE, check_size, checked_name
from alerts.ci.case_folder import new_case
from alerts.ci.thinning import FINE_SECONDS, LONGEST_STEP_SECONDS, Thinned
from alerts.ci.verdict import Expected
from alerts.errors import SpecError
from alerts.selectors import as_shown, spelled
from collector.durations import format_duration
from collector.exporter import Progress, RawSource, export
from collector.labels import Labels, Matcher, matches_all
from collector.rules.files import RuleGroup

SAMPLES = "samples.om.zst"
_LEVEL = 19


@dataclass(frozen=True)
class FrozenIncident:
    """An incident as its record labels it."""

    id: str
    severity: str
    services: tuple[str, ...]


@dataclass(frozen=True)
class Description:
    """What a case.yml says. history_seconds: how far before the start its samples begin.

    step_seconds: how far apart samples are that are older than ``fine_seconds``.
    evaluation_seconds: how often the source evaluates groups that do not say it, where it tells.
    title_ko: the title in Korean, where it is another. incident: which one it was, of a case made of one.
    time_zone: in which people told its times; empty where nobody says.
    """

    name: str
    title: str
    origin: str
    expected: Expected
    history_seconds: float
    step_seconds: float = LONGEST_STEP_SECONDS
    fine_seconds: float = FINE_SECONDS
    evaluation_seconds: float | None = None
    title_ko: str = ""
    incident: FrozenIncident | None = None
    time_zone: str = ""


@dataclass(frozen=True)
class Frozen:
    """samples: how many. labels: of the series. first: when the oldest sample is of, Unix seconds.

    size_bytes: of all its files.
    """

    samples: int
    labels: frozenset[Labels]
    first: float
    size_bytes: int

    def holds(self, selector: Sequence[Matcher]) -> bool:
        """Whether it has any series of a selector."""
        return any(matches_all(selector, one) for one in self.labels)


def selectors_read(groups: Sequence[RuleGroup]) -> list[str]:
    """Selectors of what rules read and do not record themselves."""
    rules = placed_rules(groups)
    recorded = {name for placed in rules for name in placed.writes}
    read = (one for placed in rules for one in placed.selectors if not is_recorded(one, recorded))
    return list(dict.fromkeys(spelled(one.matchers) for one in read))


def freeze(
    cases: Path,
    description: Description,
    source: RawSource,
    selectors: Sequence[str],
    progress: Progress = lambda _done, _all: None,
    *,
    replaces: bool = False,
) -> Frozen:
    """Writes the case into a folder of its name; returns what it holds.

    It is there as a whole or not at all. replaces: a case of that name may be there already.

    Raises:
        SpecError: for a name or a length that no case may have, where the folder is there already or cannot
            be written, or nothing is found.
        QueryError: where the source cannot be asked.
    """
    expected, history = description.expected, description.history_seconds
    check_size(description.name, expected.end - expected.start + history)
    fine_from = expected.start - min(description.fine_seconds, history)
    thinned = Thinned(source, fine_from, description.step_seconds)
    packer = zstandard.ZstdCompressor(level=_LEVEL)
    with new_case(cases, checked_name(description.name), replaces=replaces) as folder:
        with zstandard.open(folder / SAMPLES, "wt", cctx=packer, encoding="utf-8") as out:
            written = export(
                thinned, selectors, expected.start - history, expected.end, out, progress=progress
            )
        if not written:
            first, last = map(_spelled_time, (expected.start - history, expected.end))
            raise SpecError(
                f"{description.name}: expected samples of what the rules read, "
                f"found none from {first} to {last}"
            )
        (folder / CASE_FILE).write_text(_case_yaml(description, selectors), encoding="utf-8")
        size = sum(path.stat().st_size for path in folder.iterdir())
    return Frozen(written, frozenset(thinned.labels), thinned.first, size)


def _case_yaml(description: Description, selectors: Sequence[str]) -> str:
    expected = description.expected
    content: dict[str, object] = {
        "version": 1,
        "name": description.name,
        "title": {"en": description.title, "ko": description.title_ko or description.title},
        "origin": description.origin,
        "samples": SAMPLES,
        "selectors": list(map(as_shown, selectors)),
        "start": _spelled_time(expected.start),
        "end": _spelled_time(expected.end),
    }
    if description.time_zone:
        content["timezone"] = description.time_zone
    if description.evaluation_seconds is not None:
        content["evaluation_interval"] = format_duration(description.evaluation_seconds)
    if expected.page_within_seconds is None:
        content["quiet"] = True
    else:
        content["onset"] = _spelled_time(expected.onset)
        content["page_within"] = f"{expected.page_within_seconds:g}s"
    if description.incident is not None:
        known = description.incident
        content["incident"] = {"id": known.id, "severity": known.severity, "services": list(known.services)}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def _spelled_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
