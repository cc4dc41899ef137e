from dataclasses import replace

import pytest

from alerts.timeline_rows import RowKind
from postmortem.causes.knowledge import load_knowledge
from postmortem.public.told import StepKind, tell
from postmortem.report import conclude
from tests.postmortem.outages import evidence_of, levels, objective


def beside_something_inside(report, kind, seconds):
    """The report, with something inside in each row of that kind, so much earlier or later than the rest."""
    shift = next(shift for shift in report.shifts if not shift.subject.is_user_facing)
    rows = []
    for row in report.timeline:
        entries = row.entries
        if row.kind is kind:
            fact = replace(row.fact, id=f"inside-{row.id}", value=row.at + seconds)
            inside = replace(entries[0], at=fact.value, fact=fact, shift=shift, turn=None, bend=None)
            entries = tuple(sorted((inside, *entries), key=lambda entry: entry.at))
        rows.append(replace(row, entries=entries))
    return replace(report, timeline=tuple(rows))


@pytest.mark.parametrize(
    ("kind", "step", "seconds"),
    [(RowKind.ONSET, StepKind.WORSE, -300), (RowKind.RECOVERED, StepKind.BACK, 300)],
)
def test_a_step_is_at_the_time_of_what_users_felt_of_it(seed_report, kind, step, seconds):
    told = tell(beside_something_inside(seed_report, kind, seconds))
    at = [each.at for each in tell(seed_report).steps if each.kind is step]
    assert at
    assert [each.at.value for each in told.steps if each.kind is step] == [fact.value for fact in at]


@pytest.mark.parametrize(("is_below", "cause"), [(True, "dependency"), (False, "service")])
def test_a_part_that_a_service_stands_on_is_another_system(seed_report, is_below, cause):
    ranking = seed_report.ranking
    slow = next(one for one in load_knowledge().candidates if one.id == "service.slow")
    part = "card-network" if is_below else ranking.hurt.services[0]
    likeliest = replace(ranking.causes[0], candidate=slow, part=part)
    told = tell(replace(seed_report, ranking=replace(ranking, causes=(likeliest,))))
    assert told.cause == cause


@pytest.mark.parametrize(("back", "names"), [(3000, ["orders"]), (9999, ["orders", "pages"])])
def test_what_came_and_went_after_the_impact_is_not_told_as_its_own(back, names):
    orders = levels(0.001, (1200, 0.4), (1800, 0.001))
    pages = levels(0.001, (2700, 0.2), (back, 0.001), seed=4)
    report = conclude(evidence_of((objective(), orders), (objective("pages"), pages), alarm=1260.0))
    assert [felt.slo.name for felt in tell(report).felt] == names
    assert report.whys[0].effect.subject.signal.name == "orders"
