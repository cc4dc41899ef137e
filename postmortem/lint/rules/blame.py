"""A post-mortem asks what let it happen, not who is to blame."""

from collections.abc import Iterator

from postmortem.lint.clauses import sentences
from postmortem.lint.finding import Draft, Finding, Rule
from postmortem.lint.lexicon import Mention

_NEAR_LETTERS = 16


def check(draft: Draft) -> Iterator[Finding]:
    """A sentence that takes the blame away blames nobody."""
    for passage in draft.document.passages:
        for sentence in sentences(passage.text):
            found = draft.lexicon.mentions(sentence.text, "blame")
            words = _blaming(found)
            if words and all(mention.name != "pardon" for mention in found):
                told = ", ".join(sentence.text[m.start : m.end] for m in words)
                yield Finding(passage.line_at(sentence.start + words[0].start), "blame", {"words": told})


def _blaming(found: list[Mention]) -> list[Mention]:
    """Outright words; fault in a sentence about a person; what a person named just before left undone."""
    people = [m for m in found if m.name == "person"]
    return [
        mention
        for mention in found
        if mention.name == "outright"
        or (mention.name == "fault" and people)
        or (mention.name == "omission" and any(0 <= mention.start - p.end <= _NEAR_LETTERS for p in people))
    ]


RULE = Rule("blame", check)
