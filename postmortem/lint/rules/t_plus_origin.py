"""T+ times count from one origin, which is stated or can be told from the rows."""

from collections.abc import Iterator

from postmortem.lint.clock import format_time
from postmortem.lint.finding import Draft, Finding, Rule
from postmortem.lint.origins import TOLERANCE_SECONDS, Origins, Pair, find_origins


def check(draft: Draft) -> Iterator[Finding]:
    """One finding for all T+ times, or for those that do not count from the stated origin."""
    first = next((row for row in draft.rows if row.t_plus), None)
    if first is None:
        return
    origins = find_origins(draft)
    if origins.best is None:
        yield Finding(first.line, "t-plus-origin.unstated")
    elif origins.stated is not None:
        yield from _beside_stated(origins)
    elif not origins.is_one and len(groups := _groups(origins.pairs)) > 1:
        told = "; ".join(f"{format_time(at)} ({_told(pairs)})" for at, pairs in groups)
        yield Finding(first.line, "t-plus-origin.several", {"count": len(groups), "origins": told})


def _beside_stated(origins: Origins) -> Iterator[Finding]:
    """Where most rows agree on the stated one, the others are acts at two times."""
    far = [pair for pair in origins.pairs if abs(pair.origin - (origins.stated or 0.0)) > TOLERANCE_SECONDS]
    if far and not origins.is_one and origins.stated is not None:
        groups = _groups(tuple(far))
        told = "; ".join(f"{format_time(at)} ({_told(pairs)})" for at, pairs in groups)
        values = {"stated": format_time(origins.stated), "origins": told}
        yield Finding(far[0].relative.line, "t-plus-origin.other", values)


def _groups(pairs: tuple[Pair, ...]) -> list[tuple[float, list[Pair]]]:
    """Pairs by origin; those within the tolerance of a group's first are of one group."""
    groups: list[tuple[float, list[Pair]]] = []
    for pair in sorted(pairs, key=lambda p: p.origin):
        if groups and pair.origin - groups[-1][0] <= TOLERANCE_SECONDS:
            groups[-1][1].append(pair)
        else:
            groups.append((pair.origin, [pair]))
    return groups


def _told(pairs: list[Pair]) -> str:
    pair = pairs[0]
    at = format_time(pair.absolute.at or 0.0)
    what = f", {pair.act.text}" if pair.act else ""
    return f"{at}, {pair.relative.t_text}{what}"


RULE = Rule("t-plus-origin", check)
