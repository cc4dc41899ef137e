"""A service that the text says was hurt is among the affected ones."""

import re
from collections.abc import Iterator

from postmortem.lint.clauses import Clause, clauses
from postmortem.lint.finding import Draft, Finding, Rule
from postmortem.lint.lexicon import Lexicon, Mention

_TOLD_IN = {"summary", "impact", "timeline", "scope"}
_JOINTS = re.compile(r"[\s/·,()'’`‘\"-]|률|율|rates?|ratios?|[은는이가의을를도]", re.IGNORECASE)
_NEGATED = re.compile(r"\b(?:no|not|never|without|un)\b|없|않|정상|unaffected", re.IGNORECASE)

# 4.1% of payments, 1,530 failed logins, failed payments: 1,230: a count of things is no name of a service.
_COUNT_AHEAD = re.compile(
    r"(?:%|percent)\s+of\s+(?:(?:all|the|our)\s+)*(?:[a-z]+\s+)?$|\d\s+(?:[a-z-]+\s+)?$", re.IGNORECASE
)
_COUNT_BEHIND = re.compile(r"\s*:\s*[~≈]?\d")


def check(draft: Draft) -> Iterator[Finding]:
    """One finding a service, where the document lists the affected ones at all."""
    listed = _listed(draft)
    if not listed:
        return
    told: set[str] = set()
    for passage in draft.document.passages:
        if passage.section.role not in _TOLD_IN or passage.cells:
            continue
        for clause in clauses(passage.text):
            for service in _hurt(clause, draft.lexicon):
                if service.name not in listed | told:
                    told.add(service.name)
                    values = {
                        "service": clause.text[service.start : service.end],
                        "told": clause.text.strip(),
                    }
                    yield Finding(passage.line_at(clause.start), "hurt-not-listed", values)


def _listed(draft: Draft) -> frozenset[str]:
    """Every service in what is called the list of the affected ones."""
    texts: list[str] = []
    for passage in draft.document.passages:
        if draft.lexicon.has(passage.label, "affected"):
            texts += [passage.text, *(child.text for child in passage.children)]
        elif draft.lexicon.has(passage.section.heading, "affected"):
            texts.append(passage.text)
    return frozenset(m.name for text in texts for m in draft.lexicon.mentions(text, "services"))


def _hurt(clause: Clause, lexicon: Lexicon) -> Iterator[Mention]:
    """Services that a word of harm belongs to: nothing but fillers lies between the two.

    In Korean the harm comes behind (결제 시도 지연); in English on either side (failed payments).
    """
    if _NEGATED.search(clause.text):
        return
    found = lexicon.mentions(clause.text, "services", "hurt", "fillers")
    harms = [m for m in found if m.group == "hurt"]
    services = [m for m in found if m.group == "services" and not _is_counted(m, clause.text)]
    for service in services:
        for harm in harms:
            first, last = sorted((service, harm), key=lambda m: m.start)
            is_english = clause.text[harm.start].isascii()
            if (first is service or is_english) and _is_filled(clause.text, first, last, found):
                yield service
                break


def _is_counted(service: Mention, text: str) -> bool:
    return bool(_COUNT_AHEAD.search(text[: service.start]) or _COUNT_BEHIND.match(text[service.end :]))


def _is_filled(text: str, first: Mention, last: Mention, found: list[Mention]) -> bool:
    between = list(text[first.end : last.start])
    for mention in found:
        if first.end <= mention.start and mention.end <= last.start:
            between[mention.start - first.end : mention.end - first.end] = " " * (mention.end - mention.start)
    return not _JOINTS.sub("", "".join(between))


RULE = Rule("hurt-not-listed", check)
