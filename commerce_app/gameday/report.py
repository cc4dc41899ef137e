"""A game day's report for people, in Markdown, and its summary in a line."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from commerce_app.drill.telling import Said, books, held, hurt, told_wrong
from commerce_app.gameday.record import FINISHED, RUNNING, GameDay, Outcome

TRIGGERS = {
    "schedule": "on schedule",
    "catch_up": "made up for",
    "once": "asked for by hand",
}


def summary(day: GameDay) -> str:
    """The counts, what changed, and what is missing."""
    passed = sum(outcome.passed for outcome in day.results)
    parts = [f"{passed} passed, {len(day.results) - passed} failed"]
    if day.not_run:
        parts.append(f"{len(day.not_run)} not run")
    for said, names in (("newly failing", day.changes.newly_failing), ("mended", day.changes.mended)):
        if names:
            parts.append(f"{said}: {', '.join(names)}")
    if day.missed:
        parts.append(f"{len(day.missed)} missed before")
    told = "; ".join(parts)
    return told if day.state == FINISHED else f"{day.state}: {told}"


def report_markdown(day: GameDay, zone: ZoneInfo) -> str:
    """Times in ``zone``."""
    return "\n".join(_lines(day, zone)) + "\n"


def _lines(day: GameDay, zone: ZoneInfo) -> Iterator[str]:
    yield f"# Game day {_time(day.started_at, zone)}"
    yield ""
    yield f"**{_plain(day.summary)}**"
    yield ""
    yield f"- Stack: {_plain(day.environment)} (declared non-production)"
    yield f"- Held: {_held_when(day, zone)}"
    yield f"- State: {_state(day, zone)}"
    for each in day.missed:
        yield f"- Missed: {_time(each.at, zone)}: {each.reason}"
    for name in day.left_unfinished:
        yield f"- Found unfinished: [{name}](../{name}/report.md)"
    yield ""
    yield from _table(day)
    yield from _changes(day)
    yield from _wrong(day.results)


def _held_when(day: GameDay, zone: ZoneInfo) -> str:
    how = TRIGGERS[day.trigger]
    return how if day.scheduled_for is None else f"{how}, for {_time(day.scheduled_for, zone)}"


def _state(day: GameDay, zone: ZoneInfo) -> str:
    if day.state == RUNNING:
        return f"running, as of {_time(day.saved_at, zone)}"
    if day.state == FINISHED and day.ended_at is not None:
        return f"finished {_time(day.ended_at, zone)}"
    return f"**unfinished**: {_plain(day.why)}; last sign of life {_time(day.saved_at, zone)}"


def _table(day: GameDay) -> Iterator[str]:
    yield "| drill | unprotected | protected | invariants | cause |"
    yield "| --- | --- | --- | --- | --- |"
    for outcome in day.results:
        if outcome.error:
            said = ["✗ could not be lived through", "–", "–"]
        else:
            acts = outcome.judged
            said = [_mark(each) for each in (hurt(acts), held(acts), books(acts))]
        name = _mark(Said(outcome.passed, outcome.drill))
        yield _row(name, *said, outcome.cause)
    for missing in day.not_run:
        yield _row(f"– {missing}", *["not run"] * 3, "")


def _changes(day: GameDay) -> Iterator[str]:
    changes = day.changes
    yield ""
    yield "## Since the game day before"
    yield ""
    if changes.since is None:
        yield "This is the first one."
        return
    before = f"[{changes.since}](../{changes.since}/report.md)"
    yield f"Compared with {before}; each drill with what was last known of it."
    yield ""
    yield f"- Newly failing: {_named(changes.newly_failing)}"
    yield f"- Mended: {_named(changes.mended)}"
    yield f"- Still failing: {_named(changes.still_failing)}"
    yield f"- For the first time: {_named(changes.first_time)}"


def _wrong(results: Iterable[Outcome]) -> Iterator[str]:
    lines = [
        *(f"- {each.drill}: {_plain(each.error)}" for each in results if each.error),
        *(
            f"- {each.drill}, {act.act}: {_plain(told_wrong(finding))}"
            for each in results
            for act in each.judged
            for finding in act.wrong
        ),
        *(
            f"- {each.drill}, {act.act}: {_plain(act.doubt)}"
            for each in results
            for act in each.judged
            if act.wrong and act.doubt
        ),
    ]
    if lines:
        yield from ("", "## Otherwise than foretold", "", *lines)


def _row(*cells: str) -> str:
    return f"| {' | '.join(_plain(cell) for cell in cells)} |"


def _plain(text: str) -> str:
    """On one line, and no table's border."""
    return " ".join(text.split()).replace("|", "\\|")


def _mark(said: Said) -> str:
    return f"{'✓' if said.agrees else '✗'} {said.text}"


def _named(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _time(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"
