"""What became of a drill's acts, in words: did it hurt, did it hold, are the books kept?"""

from collections.abc import Sequence
from dataclasses import dataclass

from commerce_app.drill.judge import KEPT, LOST, Finding
from commerce_app.drill.scenario import PROTECTED, UNPROTECTED
from commerce_app.drill.suite import Judged

INVARIANTS = "invariants"


@dataclass(frozen=True)
class Said:
    """A line, and whether it is what was foretold."""

    agrees: bool
    text: str


NOT_RUN = Said(agrees=False, text="not run")


def hurt(acts: Sequence[Judged]) -> Said:
    """Of the unprotected act: the objectives that were lost; where none was to be, what else was foretold."""
    judged = _act(acts, UNPROTECTED)
    if judged is None:
        return NOT_RUN
    return Said(judged.agrees, _as_foretold(judged.findings) if judged.agrees else "not as foretold")


def _as_foretold(findings: Sequence[Finding]) -> str:
    lost = [each.what for each in findings if each.wanted.startswith(LOST)]
    if lost:
        return "lost as foretold: " + ", ".join(lost)
    seen = [f"{each.what} {each.measured}" for each in findings if each.what != INVARIANTS]
    return "hurt as foretold: " + ", ".join(seen)


def held(acts: Sequence[Judged]) -> Said:
    """Of the protected act: it holds only what was judged."""
    judged = _act(acts, PROTECTED)
    if judged is None:
        return NOT_RUN
    kept = [each.what for each in judged.findings if each.wanted.startswith(KEPT)]
    if not kept:
        return Said(agrees=False, text="no SLO was judged")
    return Said(judged.agrees, f"every SLO held: {', '.join(kept)}" if judged.agrees else "not held")


def books(acts: Sequence[Judged]) -> Said:
    """Of the shop's invariants after each act."""
    found = [each for judged in acts for each in judged.findings if each.what == INVARIANTS]
    kept = bool(found) and all(each.agrees for each in found)
    return Said(kept, "kept" if kept else "; ".join(each.measured for each in found) or "not counted")


def told_wrong(finding: Finding) -> str:
    """What was expected, and what was measured."""
    return f"{finding.what}: expected {finding.wanted}, measured {finding.measured}"


def _act(acts: Sequence[Judged], name: str) -> Judged | None:
    return next((each for each in acts if each.act == name), None)
