"""The results that were accepted, on file: what a change of the rules is compared with."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field

from alerts.ci.verdict import Verdict
from alerts.documents import Seconds, Strict, read_document
from collector.durations import format_duration
from collector.whole_file import write_whole

FILE_NAME = "accepted.yml"
_HEAD = """\
# When the rules page on each case, from its onset on (or from its start, where it has none), and which pages
# fire from before its begin on: what `fireline alerts ci` compares a change with. Written by `--accept`, so
# that a later page shows in a diff.
"""


@dataclass(frozen=True)
class Accepted:
    """Seconds from the onset; None without a page, or while one still fired at the end.

    already: the pages that fired before the case's begin and still did then, as their labels are spelled.
    """

    page_seconds: float | None
    reset_seconds: float | None
    by: tuple[str, ...]
    already: tuple[str, ...] = ()


class _ResultFile(Strict):
    page_after: Seconds | None = None
    page_before: Seconds | None = None
    reset_after: Seconds | None = None
    by: list[str] = Field(default_factory=list)
    already: list[str] = Field(default_factory=list)

    def accepted(self) -> Accepted:
        page = self.page_after if self.page_before is None else -self.page_before
        return Accepted(page, self.reset_after, tuple(self.by), tuple(self.already))


class _AcceptedFile(Strict):
    version: Literal[1]
    cases: dict[str, _ResultFile]


def read_accepted(path: Path) -> dict[str, Accepted]:
    """By the names of cases; none where nothing was accepted yet.

    Raises:
        SpecError: for a file that is wrong.
    """
    if not path.exists():
        return {}
    content = read_document(path).parse(_AcceptedFile)
    return {name: result.accepted() for name, result in content.cases.items()}


def write_accepted(path: Path, verdicts: Mapping[str, Verdict]) -> Path:
    """Replaces the file as a whole; cases that could not be judged are left out.

    Raises:
        OutputError: where it cannot be written.
    """
    cases = {name: _result(verdicts[name]) for name in sorted(verdicts) if verdicts[name].is_judged}
    text = yaml.safe_dump({"version": 1, "cases": cases}, sort_keys=False, allow_unicode=True)
    write_whole(path, _HEAD + text)
    return path


def _result(verdict: Verdict) -> dict[str, object]:
    result: dict[str, object] = {}
    if verdict.page_seconds is not None:
        key = "page_after" if verdict.page_seconds >= 0 else "page_before"
        result[key] = format_duration(abs(verdict.page_seconds))
        result["by"] = list(verdict.by)
    if verdict.reset_seconds is not None and verdict.reset_seconds >= 0:
        result["reset_after"] = format_duration(verdict.reset_seconds)
    if verdict.already:
        result["already"] = list(map(str, verdict.already))
    return result
