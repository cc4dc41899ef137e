from dataclasses import replace

import pytest

from postmortem.impact.impact import assess_impact
from postmortem.mitigations import find_mitigations


def acting(report, **times):
    """The evidence with a switch flipped at each of these times, the last one recorded first."""
    switch = next(event for event in report.evidence.events if event.kind == "switch")
    acts = [
        switch.model_copy(update={"id": number, "at": at, "text": name})
        for number, (name, at) in enumerate(times.items(), start=100)
    ]
    return replace(report.evidence, events=tuple(reversed(acts)))


def to_mitigate(report, evidence):
    found = assess_impact(evidence, report.shifts, report.impact.span).to_mitigate
    return found.value if found else None


def mitigated_by(report, evidence):
    found = find_mitigations(evidence, report.shifts, report.impact.span)
    return [act.event.text for mitigation in found for act in mitigation.acts]


def test_the_first_of_several_actions_counts(seed_report):
    start = seed_report.impact.span.start.value
    evidence = acting(seed_report, early=start - 1, first=start + 60, second=start + 600)
    assert to_mitigate(seed_report, evidence) == 60
    assert mitigated_by(seed_report, evidence) == ["first", "second"]


@pytest.mark.parametrize(("after_end_seconds", "counts"), [(0, True), (240, False)])
def test_what_was_done_after_the_end_mitigated_nothing(seed_report, after_end_seconds, counts):
    evidence = acting(seed_report, back=seed_report.impact.span.end.value + after_end_seconds)
    assert to_mitigate(seed_report, evidence) == (seed_report.impact.duration.value if counts else None)
    assert mitigated_by(seed_report, evidence) == (["back"] if counts else [])


def test_while_the_impact_lasts_every_action_counts(seed_report):
    span = replace(seed_report.impact.span, end=None)
    evidence = acting(seed_report, late=seed_report.impact.span.end.value + 240)
    assert len(find_mitigations(evidence, seed_report.shifts, span)) == 1
