"""The outcome of `alerts ci` as a table for people and as JSON for scripts."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from alerts.backtest.naming import short_names, told_names
from alerts.ci.compare import Change, Compared
from alerts.ci.sight import TOLERATED_SECONDS
from alerts.ci.unheld_text import unheld_lines
from alerts.percentages import percent
from collector.durations import format_duration


def ci_table(outcomes: Sequence[Compared], notes: Sequence[str] = (), *, accepts: bool = False) -> Group:
    """A row for each case, then a line for each that fails, and notes on all of them.

    accepts: whether all of it is accepted now.
    """
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("case", no_wrap=True, min_width=16)
    table.add_column("wanted", no_wrap=True)
    with_budget = any(one.verdict.budget_spent is not None for one in outcomes)
    for name in ("page then", "page now", *(["spent"] if with_budget else []), "reset after onset"):
        table.add_column(name, justify="right")
    table.add_column("by")
    table.add_column("")
    for one in outcomes:
        table.add_row(*_row(one, with_budget=with_budget))
    failed = [one for one in outcomes if one.failure]
    lines = [Text(f"{one.case}: {one.failure}", style="bold red") for one in failed]
    lines += [
        Text(f"{one.case}: accepted as it is now: {one.taken}", style="yellow")
        for one in outcomes
        if one.taken
    ]
    judged = [one for one in outcomes if one.verdict.is_judged or one.failure]
    count = _passing(len(judged) - len(failed), len(judged))
    if judged and len(judged) < len(outcomes):
        count += f"; {len(outcomes) - len(judged)} not judged"
    unknown = sum(one.change is Change.UNKNOWN for one in outcomes)
    if unknown and not accepts:
        count += f"; {unknown} not accepted yet (--accept)"
    lines += [Text(line, style="yellow") for line in map(_already, outcomes) if line]
    told = (*unheld_lines(outcomes), *_unseen(outcomes), *_sparse(outcomes))
    lines += [Text(line, style="yellow") for line in told]
    lines += [Text(note, style="yellow") for note in notes]
    return Group(table, *lines, Text(count, style="green" if judged and not failed else "bold red"))


def _unseen(outcomes: Sequence[Compared]) -> Iterator[str]:
    """A line for all cases that rules look beyond, by more than a few scrapes."""
    unseen = {one.case: one.verdict.sight.unseen_seconds for one in outcomes}
    short = {case: seconds for case, seconds in unseen.items() if seconds > TOLERATED_SECONDS}
    if short:
        longest = format_duration(60.0 * round(max(short.values()) / 60))
        yield (
            f"{', '.join(short)}: rules look back {longest} further than the samples go, so that windows and "
            "`for` are not full at the begin (freeze anew, for these rules, from a server that has older "
            "samples)"
        )


def _sparse(outcomes: Sequence[Compared]) -> Iterator[str]:
    """A line for each case that was thinned for rules with longer windows."""
    for one in outcomes:
        seen = one.verdict.sight
        if seen.too_short_seconds:
            window, apart = format_duration(seen.too_short_seconds), format_duration(seen.apart_seconds)
            yield (
                f"{one.case}: rules read windows of {window} where its samples are {apart} apart, "
                "which leaves them empty (freeze it anew, for these rules)"
            )


def _passing(passing: int, cases: int) -> str:
    if not cases:
        return "no case can judge these rules"
    if passing == cases:
        return "the case passes" if cases == 1 else f"all {cases} cases pass"
    if passing:
        return f"{passing} of {cases} cases pass"
    return "the case fails" if cases == 1 else f"all {cases} cases fail"


def _already(one: Compared) -> str:
    """Where that was accepted: else it is why the case fails."""
    if not one.verdict.already or one.failure or one.taken:
        return ""
    names = told_names(one.verdict.already)
    return f"{one.case}: {names} already fired when it began, as accepted, and counts as no page of it"


def _row(one: Compared, *, with_budget: bool) -> list[Text]:
    then, now = one.accepted, one.verdict
    wanted = "no page" if one.page_within_seconds is None else f"≤ {format_duration(one.page_within_seconds)}"
    spent = "—" if now.budget_spent is None else percent(now.budget_spent, 2)
    cells = [
        one.case,
        wanted,
        _span(then.page_seconds) if then else "",
        _span(now.page_seconds),
        *([spent] if with_budget else []),
        _reset(one),
        ", ".join(now.by),
    ]
    return [*map(Text, cells), _mark(one)]


def _reset(one: Compared) -> str:
    """How long after the onset it reset, and what was accepted where that is another time."""
    if one.verdict.page_seconds is None:
        return "—"
    now = _span(one.verdict.reset_seconds)
    then = one.accepted and one.accepted.reset_seconds
    return now if not then or then == one.verdict.reset_seconds else f"{_span(then)} → {now}"


def _mark(one: Compared) -> Text:
    if one.failure:
        return Text("✗", style="bold red")
    if one.taken:
        return Text("✓ accepted", style="yellow")
    if one.change is Change.UNJUDGED:
        return Text(f"— {one.change.value}", style="yellow")
    is_told = one.change not in {Change.SAME, Change.UNKNOWN}
    return Text(f"✓ {one.change.value}" if is_told else "✓", style="green")


def _span(seconds: float | None) -> str:
    if seconds is None:
        return "—"
    return f"-{format_duration(-seconds)}" if seconds < 0 else format_duration(seconds)


def ci_json(outcomes: Sequence[Compared]) -> dict[str, Any]:
    """Seconds from the onset of each case, or from its start where it has none."""
    return {
        "cases": [
            {
                "case": one.case,
                "page_within_seconds": one.page_within_seconds,
                "page_seconds": one.verdict.page_seconds,
                "reset_seconds": one.verdict.reset_seconds,
                "budget_spent": one.verdict.budget_spent,
                "by": list(one.verdict.by),
                "already_firing": list(short_names(one.verdict.already).values()),
                "unseen_seconds": one.verdict.sight.unseen_seconds,
                "empty_window_seconds": one.verdict.sight.too_short_seconds or None,
                "accepted_page_seconds": one.accepted.page_seconds if one.accepted else None,
                "accepted_reset_seconds": one.accepted.reset_seconds if one.accepted else None,
                "is_judged": one.verdict.is_judged,
                "not_judged_by_it": [
                    {"alert": each.alert, "reads": list(each.reads)} for each in one.verdict.unheld
                ],
                "change": one.change.value,
                "failure": one.failure,
                "accepted_now": one.taken or None,
            }
            for one in outcomes
        ],
        "failed": sum(bool(one.failure) for one in outcomes),
    }
