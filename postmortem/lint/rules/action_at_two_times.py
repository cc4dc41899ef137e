"""One act is told at one time, however many lists tell it."""

from collections.abc import Iterator

from postmortem.lint.acts import Act, read_acts, same_act
from postmortem.lint.clauses import Clause, clauses, sentences
from postmortem.lint.clock import clocks, format_time
from postmortem.lint.finding import Draft, Finding, Rule
from postmortem.lint.origins import Pair, find_origins
from postmortem.lint.rows import Row

_SAME_SECONDS = 120.0
# Where T+ times have several origins, only what lies far from the best of them is certainly at another time.
_DOUBTFUL_SECONDS = 600.0


def check(draft: Draft) -> Iterator[Finding]:
    """By the T+ times, by rows of other sections, and by sentences that tell one act and its time."""
    yield from _against_t_plus(draft)
    yield from _between_lists(draft)
    yield from _in_prose(draft)


def _against_t_plus(draft: Draft) -> Iterator[Finding]:
    origins = find_origins(draft)
    if origins.best is None:
        return
    apart = _SAME_SECONDS if origins.is_one else _DOUBTFUL_SECONDS
    for pair in origins.pairs:
        if abs(pair.origin - origins.best) <= apart or _is_again(draft, pair):
            continue
        t_plus = pair.relative.t_plus or 0.0
        values = {
            "act": pair.act.text if pair.act else pair.relative.text.strip(),
            "first": format_time(pair.absolute.at or 0.0),
            "first_line": pair.absolute.line,
            "second": pair.relative.t_text,
            "second_at": format_time(origins.best + t_plus),
        }
        yield Finding(pair.relative.line, "action-at-two-times.relative", values)


def _between_lists(draft: Draft) -> Iterator[Finding]:
    """Rows with clock times in different sections."""
    told = [
        (row, act) for row in draft.rows if row.at is not None for act in read_acts(row.text, draft.lexicon)
    ]
    for place, (row, act) in enumerate(told):
        if not act.is_deed or draft.lexicon.has(act.text, "again"):
            continue
        before = [
            r for r, a in told[:place] if r.passage.section is not row.passage.section and same_act(a, act)
        ]
        own = [a for r, a in told if r.passage.section is row.passage.section and same_act(a, act)]
        if before and len(own) == 1:
            yield from _apart(act, row.at or 0.0, row.line, before)


def _in_prose(draft: Draft) -> Iterator[Finding]:
    """Sentences that begin or end with the clock time of their one act."""
    rows = [(row, list(read_acts(row.text, draft.lexicon))) for row in draft.rows if row.at is not None]
    at_rows = {row.passage for row, _ in rows}
    for passage in draft.document.passages:
        if passage in at_rows or passage.section.role in {"sources", "actions", "planned", "tracking"}:
            continue
        for sentence in sentences(passage.text):
            told = _told_at(sentence, draft)
            if told is None or draft.lexicon.has(sentence.text, "again"):
                continue
            at, act = told
            before = [row for row, acts in rows if any(same_act(a, act) for a in acts)]
            yield from _apart(act, at, passage.line_at(sentence.start), before)


def _told_at(sentence: Clause, draft: Draft) -> tuple[float, Act] | None:
    told = list(clocks(sentence.text))
    if len(told) != 1:
        return None
    clock = told[0]
    ahead, behind = sentence.text[: clock.start].strip(), sentence.text[clock.end :].strip(" .")
    if len(ahead) > len("At around") and behind:
        return None
    acts = [
        act for clause in clauses(sentence.text) for act in read_acts(clause.text, draft.lexicon) if act.name
    ]
    if len({act.name for act in acts}) != 1 or not acts[0].is_deed:
        return None
    return draft.axis.place(clock, draft.rows[0].at if draft.rows else None), acts[0]


def _apart(act: Act, at: float, line: int, others: list[Row]) -> Iterator[Finding]:
    nearest = min(others, key=lambda row: abs((row.at or 0.0) - at), default=None)
    if nearest is None or nearest.at is None or abs(nearest.at - at) <= _SAME_SECONDS:
        return
    values = {
        "act": act.text,
        "first": format_time(nearest.at),
        "first_line": nearest.line,
        "second": format_time(at),
    }
    yield Finding(line, "action-at-two-times.clock", values)


def _is_again(draft: Draft, pair: Pair) -> bool:
    """Whether it is told as done once more."""
    return draft.lexicon.has(pair.act.text if pair.act else pair.relative.text, "again")


RULE = Rule("action-at-two-times", check)
