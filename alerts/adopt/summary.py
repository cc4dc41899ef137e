"""What `fireline adopt` says when it is done: what was found, what is doubtful, and what to do next."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from alerts.adopt.adoption import Adoption
from alerts.adopt.propose import Proposal
from alerts.adopt.report import WHAT_TO_DO, not_known, why_nothing
from alerts.adopt.rules_check import alike
from alerts.adopt.write import CONFIG, REPORT, SLOS

_MOST_LINES = 5


def summary(adoption: Adoption, out: Path) -> Iterator[str]:
    """Lines for people; out: the folder that was written to."""
    proposals = adoption.proposals.proposals
    if proposals:
        services = len({proposal.slo.service for proposal in proposals})
        yield f"{_plural(len(proposals), 'SLO')} for {_plural(services, 'service')}{_doubts(proposals)}"
    else:
        yield from _nothing(adoption, out)
    owners = list(dict.fromkeys(signal.service for signal in adoption.mapped.signals))
    yield _plural(len(adoption.mapped.signals), "signal") + (f" of {_listed(owners)}" if owners else "")
    yield from _rules(adoption)
    if adoption.unknown:
        yield f"{not_known(adoption)}: {REPORT} lists them"
    if proposals:
        yield f"next: fireline alerts check {shlex.quote(str(out / SLOS))}"
        data = shlex.quote(str(out / "data"))
        yield f"next: fireline up --config {shlex.quote(str(out / CONFIG))} --data {data}"


def _doubts(proposals: Sequence[Proposal]) -> str:
    young = sum(not one.enough for one in proposals)
    shaped = sum(one.confidence != "known" for one in proposals)
    late = f", {young} of them on too little history" if young else ""
    if not shaped:
        return late
    return f"{late}, {shaped} by the shape of their metrics only: look before you use them"


def _nothing(adoption: Adoption, out: Path) -> Iterator[str]:
    yield "no SLO could be proposed"
    why = why_nothing(adoption)
    yield from (f"  {line}" for line in why[:_MOST_LINES])
    if len(why) > _MOST_LINES:
        yield f"  and {len(why) - _MOST_LINES} more in {out / REPORT}"
    yield from (f"next: {line}" for line in WHAT_TO_DO)


def _rules(adoption: Adoption) -> Iterator[str]:
    if adoption.rules_note:
        yield f"alert rules {adoption.rules_note}"
        return
    errors = sum(one.level == "error" for one in adoption.findings)
    warnings = _plural(len(adoption.findings) - errors, "warning")
    found = f": {_plural(errors, 'error')}, {warnings}" if adoption.rules else ""
    yield f"{_plural(len(adoption.rules), 'alert rule')}{found}"
    told = alike(adoption.findings)
    for findings in told[:_MOST_LINES]:
        of = f" (of {len(findings)} rules)" if len(findings) > 1 else ""
        yield f"  {findings[0].alert.name}{of} {findings[0].message}"
    if len(told) > _MOST_LINES:
        yield f"  and {len(told) - _MOST_LINES} more in {REPORT}"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_LINES} more" if len(names) > _MOST_LINES else ""
    return f"{', '.join(names[:_MOST_LINES])}{more}"
