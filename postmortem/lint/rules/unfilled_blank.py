"""A finished post-mortem has no place that is marked as still to be written."""

from collections.abc import Iterator

from postmortem.lint.blanks import blanks
from postmortem.lint.finding import Draft, Finding, Rule


def check(draft: Draft) -> Iterator[Finding]:
    """One finding for all of them, at the first."""
    marked = [
        (passage, len(blanks(passage.text))) for passage in draft.document.passages if blanks(passage.text)
    ]
    if marked:
        yield Finding(marked[0][0].line, "unfilled-blank", {"count": sum(count for _, count in marked)})


RULE = Rule("unfilled-blank", check)
