"""Makes a case of a stretch of history: the series that rules read, small enough for a repository."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import yaml
import zstandard

from alerts.backtest.order import is_recorded, placed_rules
from alerts.ci.casebook import CASE_FILE
from alerts.ci.verdict import Expected
from alerts.errors import SpecError
from alerts.selectors import spelled
from collector.exporter import Progress, RawSource, export
from collector.labels import Labels
from collector.rules.files import RuleGroup
from collector.series import Series

SAMPLES = "samples.om.zst"
FINE_SECONDS = 7 * 3600.0
STEP_SECONDS = 300.0
_LEVEL = 19


@dataclass(frozen=True)
class Description:
    """What a case.yml says. history_seconds: how far before the start its samples begin."""

    name: str
    title: str
    origin: str
    expected: Expected
    history_seconds: float


class Thinned:
    """A source of samples of which those before ``fine_from`` come once a step: the latest of each.

    Counters lose nothing by it but the moment of a change, and short windows do not look there.
    """

    def __init__(self, source: RawSource, fine_from: float, step_seconds: float = STEP_SECONDS) -> None:
        self._source = source
        self._fine_from = fine_from
        self._step_seconds = step_seconds

    def series(self, matchers: Sequence[str], start: float, end: float) -> list[Labels]:
        return self._source.series(matchers, start, end)

    def raw(self, selector: str, start: float, end: float) -> list[Series]:
        found = self._source.raw(selector, start, end)
        return found if start >= self._fine_from else [self._thinned(series) for series in found]

    def _thinned(self, series: Series) -> Series:
        steps = np.floor(series.times / self._step_seconds)
        last = np.append(steps[1:] != steps[:-1], True)
        kept = last | (series.times >= self._fine_from)
        return Series(series.labels, series.times[kept], series.values[kept])


def selectors_read(groups: Sequence[RuleGroup]) -> list[str]:
    """Selectors of what rules read and do not record themselves."""
    rules = placed_rules(groups)
    recorded = {name for placed in rules for name in placed.writes}
    read = (one for placed in rules for one in placed.selectors if not is_recorded(one, recorded))
    return list(dict.fromkeys(spelled(one.matchers) for one in read))


def freeze(
    folder: Path,
    description: Description,
    source: RawSource,
    selectors: Sequence[str],
    progress: Progress = lambda _done, _all: None,
) -> int:
    """Writes the case into a new folder; returns how many samples it has.

    Raises:
        SpecError: where the folder is there already, or nothing is found.
        QueryError: where the source cannot be asked.
    """
    if folder.exists():
        raise SpecError(f"{folder}: expected a folder that is not there yet")
    expected = description.expected
    thinned = Thinned(source, expected.start - min(FINE_SECONDS, description.history_seconds))
    new = folder.with_name(folder.name + ".new")
    new.mkdir(parents=True)
    packer = zstandard.ZstdCompressor(level=_LEVEL)
    begin = expected.start - description.history_seconds
    with zstandard.open(new / SAMPLES, "wt", cctx=packer, encoding="utf-8") as out:
        written = export(thinned, selectors, begin, expected.end, out, progress=progress)
    if not written:
        (new / SAMPLES).unlink()
        new.rmdir()
        raise SpecError(
            f"{folder.name}: expected samples of what the rules read, found none from --from to --to"
        )
    (new / CASE_FILE).write_text(_case_yaml(description), encoding="utf-8")
    new.rename(folder)
    return written


def _case_yaml(description: Description) -> str:
    expected = description.expected
    content: dict[str, object] = {
        "version": 1,
        "name": description.name,
        "title": {"en": description.title, "ko": description.title},
        "origin": description.origin,
        "samples": SAMPLES,
        "start": _spelled_time(expected.start),
        "end": _spelled_time(expected.end),
    }
    if expected.page_within_seconds is None:
        content["quiet"] = True
    else:
        content["onset"] = _spelled_time(expected.onset)
        content["page_within"] = f"{expected.page_within_seconds:g}s"
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def _spelled_time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()
