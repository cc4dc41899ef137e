"""The results that were accepted, on file: what a change of the rules is compared with."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml
from pydantic import Field

from alerts.ci.verdict import Verdict
from alerts.documents import Seconds, Strict, read_document
from alerts.errors import SpecError
from collector.durations import format_duration

FILE_NAME = "accepted.yml"
_HEAD = """\
# When the rules page on each case, from its onset on (or from its start, where it has none): what
# `fireline alerts ci` compares a change with. Written by `--accept`, so that a later page shows in a diff.
"""


@dataclass(frozen=True)
class Accepted:
    """Seconds from the onset; None without a page, or while one still fired at the end."""

    page_seconds: float | None
    reset_seconds: float | None
    by: tuple[str, ...]


class _ResultFile(Strict):
    page_after: Seconds | None = None
    page_before: Seconds | None = None
    reset_after: Seconds | None = None
    by: list[str] = Field(default_factory=list)

    def accepted(self) -> Accepted:
        page = self.page_after if self.page_before is None else -self.page_before
        return Accepted(page, self.reset_after, tuple(self.by))


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
    """Replaces the file as a whole.

    Raises:
        SpecError: where it cannot be written.
    """
    cases = {name: _result(verdicts[name]) for name in sorted(verdicts)}
    text = yaml.safe_dump({"version": 1, "cases": cases}, sort_keys=False, allow_unicode=True)
    new = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(_HEAD + text, encoding="utf-8")
        new.replace(path)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        raise SpecError(f"{path}: cannot be written: {error.strerror or error}") from error
    return path


def _result(verdict: Verdict) -> dict[str, object]:
    result: dict[str, object] = {}
    if verdict.page_seconds is not None:
        key = "page_after" if verdict.page_seconds >= 0 else "page_before"
        result[key] = format_duration(abs(verdict.page_seconds))
        result["by"] = list(verdict.by)
    if verdict.reset_seconds is not None and verdict.reset_seconds >= 0:
        result["reset_after"] = format_duration(verdict.reset_seconds)
    return result
