"""A post-mortem asks what let it happen, not who is to blame."""

import re
from collections.abc import Iterator

from postmortem.lint.clauses import sentences
from postmortem.lint.finding import Draft, Finding, Rule
from postmortem.lint.lexicon import Lexicon, Mention

_NEAR_LETTERS = 16
_HANGUL = re.compile("[가-힣]")
# Between a person and the person's fault: an operator's mistake, the team made a costly mistake.
_OWN = re.compile(
    r"(?:['’]s?)?(?:\s+(?:who|had|has|have|been|was|were|is|are|made|makes?|committed|acted|the|an?|own|another"
    r"|his|her|their|in|by|through|out of|with|so|too|very|\w+ly|costly|simple|big"
    r"|serious|honest|typing))*\s*"
)
_BY_FAULT = re.compile(
    r"\b(?:by|through|out of|in|due to|because of)\s+(?:(?:an?|sheer|pure|plain)\s+)?$", re.IGNORECASE
)
# Between a fault and the person after it: a mistake by the operator, a careless engineer.
_OF_PERSON = re.compile(
    r"\s+(?:(?:made|caused|committed)\s+)?(?:by|of|on the part of)\s+(?:an?\s+|the\s+|our\s+)?(?:[\w-]+\s+)?",
    re.IGNORECASE,
)
_QUALITIES = re.compile("careless|negligent|incompetent|sloppy", re.IGNORECASE)
_QUALIFIED = re.compile(r"\s+(?:[\w-]+\s+)?")
# After a fault that somebody found or mended, or that a thing has (잘못된 설정).
_FOUND = re.compile(
    r"된|(?:을|를)?\s?(?:[가-힣]+\s)?(?:발견|찾|알아|확인|지적|수정|고[쳤치친]|바로잡|복구|되돌|눈치|파악|감지|인지)"
)

# Kim, John Smith, J. Smith; a Korean surname with two syllables and the particle of who does it.
_NAME = re.compile(
    r"(?<![\w-])(?P<name>[A-Z][a-z]+(?: [A-Z]\.)?(?: [A-Z][a-z]+)?)(?![\w-])"
    r"|(?<![가-힣])(?P<korean>[김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주우구민진엄][가-힣]{2})"
    r"(?=\s?(?:님|씨)?(?:이|가|은|는)\s)"
)


def check(draft: Draft) -> Iterator[Finding]:
    """A sentence that takes the blame away blames nobody."""
    for passage in draft.document.passages:
        for sentence in sentences(passage.text):
            found = draft.lexicon.mentions(sentence.text, "blame")
            words = _blaming(found, sentence.text) or _named(sentence.text, draft.lexicon)
            if words and all(mention.name != "pardon" for mention in found):
                told = ", ".join(sentence.text[m.start : m.end] for m in words)
                yield Finding(passage.line_at(sentence.start + words[0].start), "blame", {"words": told})


def _blaming(found: list[Mention], text: str) -> list[Mention]:
    """Outright words; a person's fault; what a person named just before left undone."""
    people = [m for m in found if m.name == "person"]
    return [
        mention
        for mention in found
        if mention.name == "outright"
        or (mention.name == "fault" and any(_is_of(p, mention, text) for p in people))
        or (mention.name == "omission" and any(0 <= mention.start - p.end <= _NEAR_LETTERS for p in people))
    ]


def _named(text: str, lexicon: Lexicon) -> list[Mention]:
    """What a person called by name forgot or did carelessly: Kim forgot it, 김민수가 인덱스를 빠뜨렸다."""
    lapses = lexicon.mentions(text, "lapses")
    things = lexicon.mentions(
        text, "no_names", "services", "parts", "things", "limits", "metrics", "products"
    )
    known = {text[m.start : m.end].lower() for m in things}
    names = [n for n in _NAME.finditer(text) if (n["name"] or n["korean"]).lower() not in known]
    return [
        lapse
        for lapse in lapses
        if any(0 <= lapse.start - name.end() <= _reach(text, lapse) for name in names)
    ]


def _reach(text: str, lapse: Mention) -> int:
    """How many letters a name may stand before: in English the verb follows it at once."""
    return _NEAR_LETTERS if _HANGUL.match(text, lapse.start) else 1


def _is_of(person: Mention, fault: Mention, text: str) -> bool:
    """Whether the fault is the person's, not one that the person noticed or mended."""
    if _HANGUL.search(text[fault.start : fault.end]):
        return _FOUND.match(text, fault.end) is None
    if person.end <= fault.start:
        between = text[person.end : fault.start]
        return _OWN.fullmatch(between) is not None or _BY_FAULT.search(between) is not None
    between = text[fault.end : person.start]
    is_quality = _QUALITIES.fullmatch(text, fault.start, fault.end) is not None
    return bool(_OF_PERSON.fullmatch(between) or (is_quality and _QUALIFIED.fullmatch(between)))


RULE = Rule("blame", check)
