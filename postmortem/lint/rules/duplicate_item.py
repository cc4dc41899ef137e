"""An item stands in the plan once."""

from collections.abc import Iterator

from postmortem.lint.finding import Draft, Finding, Rule
from postmortem.lint.items import Item, planned_items, read_items, same_item


def check(draft: Draft) -> Iterator[Finding]:
    """A list of what is planned tells the plan once more, as a table may: they make no duplicate."""
    items = read_items(draft)
    told: set[int] = set()
    for item in items:
        group = [other for other in items if _same(item, other, draft)]
        if len(group) < 2 or told & {other.line for other in group}:
            continue
        told |= {other.line for other in group}
        more = [other for other in planned_items(draft) if _same(item, other, draft)]
        lines = sorted({other.line for other in [*group, *more]})
        values = {"item": item.text, "count": len(lines), "lines": ", ".join(map(str, lines))}
        yield Finding(group[1].line, "duplicate-item", values)


def _same(one: Item, other: Item, draft: Draft) -> bool:
    return one.line == other.line or (one.form == other.form and same_item(one, other, draft.lexicon))


RULE = Rule("duplicate-item", check)
