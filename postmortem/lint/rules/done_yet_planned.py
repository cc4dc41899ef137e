"""What is told as done is not planned somewhere else."""

import re
from collections.abc import Iterator

from postmortem.lint.clauses import content_words
from postmortem.lint.document import Kind, Passage
from postmortem.lint.finding import Draft, Finding, Rule
from postmortem.lint.items import Item, read_items, same_item
from postmortem.lint.lexicon import Lexicon, verb_forms

_DONE_IN = {"mitigations", "applied"}
_COMPARED = ("acts", "things", "limits", "services")
_LISTED = re.compile(r"^[^(:（：]{0,12}[(:（：]\s*(?P<list>[^)）;]+)")
_BETWEEN = re.compile(r"\s*[/,·+]\s*|\s+and\s+|\s+및\s+")


def check(draft: Draft) -> Iterator[Finding]:
    """By topics in a line of progress, and by items that are ticked off or told as done elsewhere."""
    items = read_items(draft)
    yield from _done_topics(draft, items)
    yield from _done_items(draft, items)
    yield from _done_already(draft, items)


def _done_topics(draft: Draft, items: list[Item]) -> Iterator[Finding]:
    """`Short-term: done (locks, alarms)`, where another list than the short-term one has the alarms."""
    for passage in draft.document.inside("tracking"):
        horizon = draft.lexicon.first(passage.text, "horizons")
        for mention in draft.lexicon.mentions(passage.text, "done") if horizon else ():
            listed = _LISTED.match(passage.text[mention.end :])
            for topic in _BETWEEN.split(listed["list"]) if listed else ():
                about = [item for item in items if _is_about(item.text, topic, draft.lexicon)]
                own = [item for item in about if item.section.horizon == horizon]
                if about and not own:
                    values = {
                        "topic": topic.strip(),
                        "horizon": horizon,
                        "planned": about[0].text,
                        "line": about[0].line,
                    }
                    yield Finding(passage.line, "done-yet-planned.topic", values)


def _is_about(text: str, topic: str, lexicon: Lexicon) -> bool:
    named = {m.name for m in lexicon.mentions(topic, *_COMPARED)}
    if named:
        return bool(named & {m.name for m in lexicon.mentions(text, *_COMPARED)})
    return bool(topic.strip()) and topic.strip().lower() in text.lower()


def _done_items(draft: Draft, items: list[Item]) -> Iterator[Finding]:
    """An item that is ticked off in one list and open in another."""
    for done in (item for item in items if item.is_done):
        again = next((i for i in items if i.is_open and same_item(done, i, draft.lexicon)), None)
        if again:
            values = {"item": done.text, "line": done.line}
            yield Finding(again.line, "done-yet-planned.item", values)


def _done_already(draft: Draft, items: list[Item]) -> Iterator[Finding]:
    """`Published a notice` of what was done, and `Publish a notice` of the plan: the same words, one verb."""
    told = [
        passage
        for passage in draft.document.passages
        if passage.section.role in _DONE_IN and passage.kind is Kind.ITEM and passage.depth == 0
    ]
    for item in (one for one in items if not one.is_done):
        done = next((one for one in told if _is_told_as_done(one, item, draft.lexicon)), None)
        if done:
            yield Finding(item.line, "done-yet-planned.item", {"item": done.text, "line": done.line})


def _is_told_as_done(passage: Passage, item: Item, lexicon: Lexicon) -> bool:
    did, asked = _bare(passage.text), _bare(item.text)
    words = content_words(did, lexicon), content_words(asked, lexicon)
    if not words[0] or words[0] != words[1]:
        return False
    if not did[0].isascii():
        return did == asked
    verb, order = did.split()[0].lower(), asked.split()[0].lower()
    return verb != order and re.fullmatch(verb_forms(order), verb) is not None


def _bare(text: str) -> str:
    """Without what stands in brackets, as owner and date do."""
    return re.sub(r"\([^()]*\)", "", text).strip(" .")


RULE = Rule("done-yet-planned", check)
