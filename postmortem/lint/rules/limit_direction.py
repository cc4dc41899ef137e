"""What was too lax is tightened, what was too strict is loosened: not the other way round."""

from collections.abc import Iterator
from dataclasses import dataclass

from postmortem.lint.clauses import Clause, clauses
from postmortem.lint.document import Passage
from postmortem.lint.finding import Draft, Finding, Rule
from postmortem.lint.lexicon import Mention

_WRONG_WAY = {"lax": "raise", "strict": "lower"}


@dataclass(frozen=True)
class _Judged:
    """Limits that one clause calls too lax or too strict, or raises or lowers."""

    passage: Passage
    clause: Clause
    limits: frozenset[str]
    way: str

    @property
    def line(self) -> int:
        return self.passage.line_at(self.clause.start)


def check(draft: Draft) -> Iterator[Finding]:
    """One finding for each verdict, at its first remedy that goes the wrong way."""
    remedies = list(_remedies(draft))
    told: set[int] = set()
    for verdict in _verdicts(draft):
        wrong = [r for r in remedies if r.limits & verdict.limits and r.way == _WRONG_WAY[verdict.way]]
        lines = sorted({remedy.line for remedy in wrong} - {verdict.line})
        if lines and not told & set(lines):
            told |= set(lines)
            values = {
                "judged": verdict.clause.text.strip(),
                "line": verdict.line,
                "remedy": wrong[0].clause.text.strip(),
                "lines": ", ".join(map(str, lines)),
            }
            yield Finding(lines[0], f"limit-direction.{verdict.way}", values)


def _verdicts(draft: Draft) -> Iterator[_Judged]:
    for passage in draft.document.passages:
        for clause in clauses(passage.text):
            way = next((w for w in _WRONG_WAY if draft.lexicon.has(clause.text, w)), None)
            limits = frozenset(m.name for m in draft.lexicon.mentions(clause.text, "limits"))
            if way and limits:
                yield _Judged(passage, clause, limits, way)


def _remedies(draft: Draft) -> Iterator[_Judged]:
    """Clauses that raise or lower a limit, but for those that tell how it came to be."""
    for passage in draft.document.passages:
        if passage.section.role in {"causes", "analysis", "sources"}:
            continue
        for clause in clauses(passage.text):
            found = draft.lexicon.mentions(clause.text, "limits", "directions")
            for way in _WRONG_WAY.values():
                limits = frozenset(m.name for m in found if m.group == "limits" and _is_moved(m, found, way))
                if limits and not any(draft.lexicon.has(clause.text, word) for word in _WRONG_WAY):
                    yield _Judged(passage, clause, limits, way)


def _is_moved(limit: Mention, found: list[Mention], way: str) -> bool:
    nearest = limit.nearest(m for m in found if m.group == "directions" and m.name in _WRONG_WAY.values())
    return nearest is not None and nearest.name == way


RULE = Rule("limit-direction", check)
