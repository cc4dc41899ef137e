"""Go, no go, or unknown: of one line of the checklist, and of all together."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from commerce_app.prelaunch.observed import Unseen


class Verdict(StrEnum):
    GO = "go"
    NO_GO = "no_go"
    UNKNOWN = "unknown"

    @property
    def exit_code(self) -> int:
        """2 is for mistakes."""
        return {Verdict.GO: 0, Verdict.NO_GO: 1, Verdict.UNKNOWN: 3}[self]


@dataclass(frozen=True)
class Check:
    """One line: what was measured and what was expected."""

    name: str
    verdict: Verdict
    measured: str
    expected: str


def judged(name: str, *, good: bool, measured: str, expected: str) -> Check:
    """A line of which enough is known."""
    return Check(name, Verdict.GO if good else Verdict.NO_GO, measured, expected)


def unknown(name: str, unseen: Unseen, expected: str) -> Check:
    """A line that nobody can judge, with why in place of a figure."""
    return Check(name, Verdict.UNKNOWN, unseen.reason, expected)


def overall(checks: Iterable[Check]) -> Verdict:
    """What is known to be wrong goes before what nobody knows; nothing checked is nothing known."""
    verdicts = {check.verdict for check in checks}
    for verdict in (Verdict.NO_GO, Verdict.UNKNOWN, Verdict.GO):
        if verdict in verdicts:
            return verdict
    return Verdict.UNKNOWN
