"""Action items: list items and table rows of the plan, with who does them, by when, and in what state."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from postmortem.lint.blanks import blanks, is_blank
from postmortem.lint.clauses import Clause, clauses, content_words, likeness
from postmortem.lint.document import Kind, Passage, Section
from postmortem.lint.finding import Draft
from postmortem.lint.identity import identify
from postmortem.lint.lexicon import Lexicon
from postmortem.lint.values import VALUE, Unit, amount

_REMEMBERED = 4096
_OWNER = r"(?:담당(?:자)?|책임자|오너|owner|assignee|assigned to|DRI|responsible)"
_PERSON = r"(?:(?-i:[A-Z])[\w.-]*(?: (?-i:[A-Z])[\w.-]*)*|[a-z]+(?:[.-][a-z]+)*|[가-힣]{2,10}(?: ?팀)?)"
_OWNER_MARK = re.compile(
    rf"{_OWNER}\s*[:：=]\s*(?P<name>[^,;)|\]]+)"
    rf"|[(\[—–,-]\s*{_OWNER}\s+(?P<bare>{_PERSON})\s*(?=[,;)|\]]|$)"  # (담당 김지연, 12월 4일)
    r"|(?<![\w.])@(?P<at>[\w가-힣][\w가-힣.-]*)",
    re.IGNORECASE,
)
_NAME_AND_DATE = re.compile(
    r"[(\[—–-]\s*(?P<name>[A-Z][\w.-]+(?: [A-Z][\w.-]+)*|[가-힣]{2,10}(?: ?팀)?)\s*,\s*"
    r"(?:by |due |~\s?)?(?:\d|[A-Z][a-z]{2})"
)
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATE = re.compile(
    r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|(?<![\d/])(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01])(?![\d/])"
    rf"|\d{{1,2}}월\s*(?:\d{{1,2}}일|초|중순|말)|\b{_MONTH}[a-z]*\.?\s+\d{{1,4}}|\d{{1,2}}\s+{_MONTH}\b"
    r"|\bQ[1-4]\b|\d{4}-W\d\d"
)
_ENDS_AS_VERB = re.compile(r"(?:다|기|함|하기|할 것|하자|화|됨|음)[.!)]*$")
_LEAD = re.compile(r"^\s*(?:\[[^\]]*\]\s*)+")
_OF = {"for", "of", "on", "about"}
_QUOTED = re.compile('[“‘"]([^”’"]+)[”’"]')
_ALIKE = 0.6
_SHARED_WORDS = 3
_ENDING_LETTERS = 3


@dataclass(frozen=True)
class Item:
    """text: what is to be done. form: a list, a table or headings: a table may sum up a list.

    owner, due: None where none is told, empty where a blank is marked for it.
    """

    passage: Passage
    text: str
    form: str
    owner: str | None
    due: str | None
    is_done: bool
    is_open: bool

    @property
    def line(self) -> int:
        return self.passage.line

    @property
    def section(self) -> Section:
        return self.passage.section


def read_items(draft: Draft) -> list[Item]:
    """The items of the plan, blank ones left out; of a follow-up where nothing is called a plan."""
    document = draft.document
    role = "actions" if any(section.role == "actions" for section in document.sections) else "follow_up"
    return list(_items(draft, role))


def planned_items(draft: Draft) -> list[Item]:
    """Those of a list of what is planned, which tells the plan once more."""
    return list(_items(draft, "planned"))


def _items(draft: Draft, role: str) -> Iterator[Item]:
    """A section that has an owner or a date in a line of its own is one item, its heading."""
    for section in (s for s in draft.document.sections if s.role == role):
        own = [p for p in draft.document.passages if p.section is section]
        lines = [p for p in own if p.kind is Kind.PARAGRAPH and _has_part(p, draft.lexicon)]
        if lines:
            yield _told(lines[0], section.heading, " ; ".join(p.text for p in own), "heading")
            continue
        for passage in own:
            if passage.kind is Kind.ROW:
                yield from _of_row(passage, draft.lexicon)
            elif passage.kind is Kind.ITEM and passage.depth == 0 and not is_blank(passage.text):
                whole = " ; ".join([passage.text, *(child.text for child in passage.children)])
                yield _told(passage, passage.text, whole, "list")


def _has_part(passage: Passage, lexicon: Lexicon) -> bool:
    return lexicon.first(passage.label, "columns") in {"owner", "due"}


def _told(passage: Passage, text: str, whole: str, form: str) -> Item:
    """An item of running text. A marked blank stands for what is not there: it is found as a blank."""
    owner, due = _owner_in(whole), _date_in(whole)
    marked = "" if blanks(whole) else None
    return Item(
        passage,
        text,
        form,
        marked if owner is None else owner,
        marked if due is None else due,
        is_done=bool(passage.is_done),
        is_open=passage.is_done is False,
    )


def _of_row(passage: Passage, lexicon: Lexicon) -> Iterator[Item]:
    columns = {lexicon.first(cell.header, "columns") or "": cell for cell in reversed(passage.cells)}
    others = [c for c in passage.cells if lexicon.first(c.header, "columns") in {None, "item"}]
    wanted = columns.get("item") or (others[0] if others else None)
    if wanted is None or not wanted.text.strip() or is_blank(wanted.text):
        return
    state = columns["state"].text if "state" in columns else ""
    yield Item(
        passage,
        wanted.text,
        "table",
        _cell(columns.get("owner")) if "owner" in columns else _owner_in(passage.text),
        _cell(columns.get("due")) if "due" in columns else _date_in(passage.text),
        is_done=lexicon.has(state, "done") and not lexicon.has(state, "open"),
        is_open=lexicon.has(state, "open"),
    )


def _cell(cell: object) -> str | None:
    text = str(getattr(cell, "text", "")).strip(" -–—")
    if not text:
        return None
    return "" if is_blank(text) else text


def _date_in(text: str) -> str | None:
    found = _DATE.search(text)
    return found.group() if found else None


def _owner_in(text: str) -> str | None:
    found = _OWNER_MARK.search(text) or _NAME_AND_DATE.search(text)
    if found is None:
        return None
    named = found.groupdict()
    name = (named.get("at") or named.get("bare") or named["name"] or "").strip()
    return "" if is_blank(name) else name or None


def has_verb(text: str, lexicon: Lexicon) -> bool:
    """Whether the item says what to do, in doubt yes: no list knows all verbs.

    It does not where it has no known verb and ends in what there shall be.
    """
    bare = _LEAD.sub("", re.sub(r"[(\[][^()\[\]]*[)\]]", " ", _without_marks(text))).strip(" .,;:–—-")
    if not bare or _ENDS_AS_VERB.search(bare) or lexicon.has(bare, "verbs", "directions"):
        return True
    words = re.split(r"[\s/+]+", bare)
    is_thing = len(words) > 1 and words[1] in _OF  # Runbook for failover
    return not lexicon.has(words[0] if is_thing else words[-1], "nouns", "products")


def _without_marks(text: str) -> str:
    """The item up to where its owner or date is told."""
    found = re.search(
        r"[(\[—–-]?\s*(?:담당|책임자|기한|마감|owner|due\b|by \d|assignee|@)", text, re.IGNORECASE
    )
    return text[: found.start()] if found and found.start() else text


def same_item(first: Item, second: Item, lexicon: Lexicon) -> bool:
    """Whether two items ask for one thing: nearly the same words, or one measure for much the same services.

    One with another product (a checklist, a pipeline), of another measure or value, or with another name in
    quotes or set as code, is another; so is one that goes another way: to raise a threshold is not to add an
    alert. Who does it by when tells nothing of what it is.
    """
    one, other = _task(first.text), _task(second.text)
    if _way(one, lexicon) != _way(other, lexicon):
        return False
    told: tuple[tuple[frozenset[object], frozenset[object]], ...] = (
        (_names(first), _names(second)),
        (_measures(first.text, lexicon), _measures(second.text, lexicon)),
        (_values(one), _values(other)),
    )
    if any(mine and theirs and not mine & theirs for mine, theirs in told):
        return False
    words = content_words(one, lexicon), content_words(other, lexicon)
    if len(words[0] & words[1]) >= _SHARED_WORDS and likeness(*words) >= _ALIKE:
        return True
    return any(_same_measure(a, b, lexicon) for a in _demands(one) for b in _demands(other))


@lru_cache(_REMEMBERED)  # items are compared each with each
def _way(text: str, lexicon: Lexicon) -> frozenset[str]:
    """Up, down or away; to introduce and to adjust something tell nothing of a way.

    Off is one only as what is asked for, which English says first and Korean last: an alert on consumers
    that stop stops nothing.
    """
    asked = text.strip()
    found = lexicon.mentions(asked, "directions")
    return frozenset(
        m.name
        for m in found
        if m.name in {"raise", "lower"}
        or (m.name == "disable" and (m.start == 0 or len(asked) - m.end <= _ENDING_LETTERS))
    )


def _names(item: Item) -> frozenset[str]:
    """What it sets as code or in quotes."""
    return frozenset([*item.passage.code, *_QUOTED.findall(item.text)])


@lru_cache(_REMEMBERED)
def _measures(text: str, lexicon: Lexicon) -> frozenset[str]:
    """What is measured in it: its metrics, percentiles and what is limited, as of an alert on one."""
    metric, _, percentile = identify(text, lexicon)
    named = {m.name for m in lexicon.mentions(text, "metrics", "limits")} | {metric, percentile}
    return frozenset(named - {""})


@lru_cache(_REMEMBERED)
def _values(task: str) -> frozenset[tuple[Unit, float]]:
    """Its shares and lengths of time: an alert at 1 s is none at 5 s."""
    told = [amount(found) for found in VALUE.finditer(task)]
    return frozenset((unit, value) for unit, _, _, value in told if unit is not Unit.COUNT)


@lru_cache(_REMEMBERED)
def _task(text: str) -> str:
    """The item without who does it by when."""
    bare = _without_marks(text)
    found = _NAME_AND_DATE.search(bare)
    return bare[: found.start()] if found and found.start() else bare


@lru_cache(_REMEMBERED)
def _demands(text: str) -> tuple[Clause, ...]:
    """Clauses outside of brackets."""
    return tuple(clauses(re.sub(r"\([^()]*\)", lambda found: " " * len(found.group()), text)))


def _same_measure(one: Clause, other: Clause, lexicon: Lexicon) -> bool:
    names = [{m.name for m in lexicon.mentions(c.text, "acts", "things", "limits")} for c in (one, other)]
    products = [{m.name for m in lexicon.mentions(c.text, "products")} for c in (one, other)]
    if not names[0] & names[1] or _products(one, lexicon) != _products(other, lexicon):
        return False
    services = [frozenset(m.name for m in lexicon.mentions(c.text, "services")) for c in (one, other)]
    if services[0] and services[1]:
        return likeness(*services) >= 0.5
    if services[0] or services[1] or products[0]:
        return False
    rest = [content_words(c.text, lexicon) for c in (one, other)]
    return likeness(*rest) >= _ALIKE


def _products(clause: Clause, lexicon: Lexicon) -> frozenset[str]:
    """The products that a clause asks for, by their words."""
    found = lexicon.mentions(clause.text, "products")
    return frozenset(clause.text[m.start : m.end].lower() for m in found)
