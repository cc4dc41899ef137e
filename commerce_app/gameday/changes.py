"""What became of each drill since it was last judged."""

from collections.abc import Iterable, Mapping, Sequence

from commerce_app.gameday.record import Changes, GameDay, Outcome


def latest_outcomes(days: Iterable[GameDay]) -> Mapping[str, Outcome]:
    """The last outcome of each drill; game days come in their order."""
    return {outcome.drill: outcome for day in days for outcome in day.results}


def changes(results: Iterable[Outcome], earlier: Sequence[GameDay]) -> Changes:
    """Compared drill by drill: a game day that was cut short, or ran other drills, hides nothing."""
    before = latest_outcomes(earlier)
    kinds: dict[str, list[str]] = {
        kind: [] for kind in ("newly_failing", "mended", "still_failing", "first_time")
    }
    for outcome in results:
        last = before.get(outcome.drill)
        if kind := _kind(outcome, last):
            kinds[kind].append(outcome.drill)
    since = earlier[-1].name if earlier else None
    return Changes(since=since, **{kind: tuple(names) for kind, names in kinds.items()})


def _kind(outcome: Outcome, last: Outcome | None) -> str | None:
    if last is None:
        return "first_time"
    if outcome.passed:
        return None if last.passed else "mended"
    return "newly_failing" if last.passed else "still_failing"
