"""An item says who does what by when."""

from collections.abc import Callable, Iterator

from postmortem.lint.finding import Draft, Finding, Rule
from postmortem.lint.items import Item, has_verb, read_items


def _missing(rule: str, lacks: Callable[[Item, Draft], bool]) -> Rule:
    """One finding for all items where all lack it, else one for each that does."""

    def check(draft: Draft) -> Iterator[Finding]:
        items = read_items(draft)
        lacking = [item for item in items if lacks(item, draft)]
        if len(lacking) == len(items) > 1:
            yield Finding(items[0].line, f"{rule}.all", {"count": len(items)})
        else:
            for item in lacking:
                yield Finding(item.line, rule, {"item": item.text})

    return Rule(rule, check)


OWNER = _missing("item-without-owner", lambda item, _: item.owner is None)
DATE = _missing("item-without-date", lambda item, _: item.due is None)
VERB = _missing("item-without-verb", lambda item, draft: not has_verb(item.text, draft.lexicon))
