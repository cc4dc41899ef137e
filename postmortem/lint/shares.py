"""Shares of counted things as one sentence tells them: a percentage, of how many, and how many that are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Nothing begins within a number: a long one would be tried from each of its digits.
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)"
_BEGINS = r"(?<![\d.,:/~–-])"
_ABOUT = r"(?:about|around|roughly|approximately|approx\.|some|~|약|대략)\s?"
_SCALES = {"k": 1e3, "thousand": 1e3, "million": 1e6, "천": 1e3, "만": 1e4, "억": 1e8}
_SCALE = rf"(?:\s?(?:{'|'.join(_SCALES)})(?![A-Za-z]))"
_THINGS = r"(?:개|건|명|대|회|곳|항목)"
_PERCENT = rf"(?P<percent_about>{_ABOUT})?{_BEGINS}(?P<percent>\d+(?:\.\d+)?)\s?(?:%|percent|퍼센트)(?!p)"
_IN_ALL = r"(?:in all|in total|of them)"


def _count(name: str) -> str:
    return rf"(?P<{name}_about>{_ABOUT})?{_BEGINS}(?P<{name}>{_NUMBER})(?P<{name}_scale>{_SCALE})?"


_PART, _WHOLE = _count("part"), _count("whole")
_OF = r"(?:of|out of)\s+(?:(?:the|all|our|those)\s+){0,2}"
_NOUNS = r"(?:\s+[a-z-]+){0,3}"
# What a count in brackets is of is what the share is of, unless it says otherwise: `(3 regions)`, `(10:15)`.
_ENDS = rf"(?=\s*\)|\s+{_IN_ALL}\b)"
_NOTE = r"(?:\d|(?:19|20)\d\d)\s*\)"  # a footnote, a year
_PART_ALONE = rf"(?!{_NOTE}){_PART}{_ENDS}"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # 3 of 8 shards (48%); 120건 중 90건(80%); 3/8 (48%)
        rf"{_PART}\s+(?:\w+\s+)?{_OF}{_WHOLE}{_NOUNS}\s*[(,–-]\s*{_PERCENT}",
        rf"{_WHOLE}\s?{_THINGS}\s?(?:중|가운데)\s?(?:에서\s?)?{_PART}\s?{_THINGS}?[^\d]{{0,8}}[(,]\s*{_PERCENT}",
        rf"(?<![\d./])(?P<part>{_NUMBER})\s?/\s?(?P<whole>{_NUMBER})(?:\s?[a-z가-힣-]+){{0,2}}\s*\(\s*{_PERCENT}",
        # 4.1% of 30,000 payments (1,530); 4.1% (1,530) of 30,000 payments; 1,530 payments (4.1% of 30,000)
        rf"{_PERCENT}\s+{_OF}{_WHOLE}{_NOUNS}\s*(?:[(–=]|,\s*(?:or|i\.e\.|that is),?)\s*{_PART_ALONE}",
        rf"{_PERCENT}\s+{_OF}{_WHOLE}\s+(?P<noun>[a-z-]+){_NOUNS}\s*(?:[(–=,]|,\s*or)\s*{_PART}\s+(?P=noun)\b",
        rf"{_PERCENT}\s*\(\s*{_PART}(?:\s+[a-z-]+)?\s*\)\s*{_OF}{_WHOLE}",
        rf"{_PART}(?:\s+[a-z-]+){{0,3}}\s*[(,]\s*(?:or\s+)?{_PERCENT}\s*\)?\s*{_OF}{_WHOLE}",
        # 30,000건 중 4.1%(1,530건); 30,000건의 4.1%인 1,530건; 1,530건(전체 30,000건의 4.1%)
        rf"{_WHOLE}\s?(?P<things>{_THINGS})의?(?:\s?[가-힣A-Za-z]+){{0,2}}?\s?(?:중|가운데|의)(?:에서)?\s*{_PERCENT}"
        rf"(?:인|가|이|\s|,|즉|\(){{0,4}}{_PART}\s?(?P=things)(?![가-힣]*\s?(?:이상|이하|미만|초과|넘))",
        rf"{_PART}\s?(?P<things>{_THINGS})\s*[(,]\s*(?:전체|총|모두|모든|결제|주문|요청|시도|\s){{0,4}}{_WHOLE}\s?(?P=things)"
        rf"(?:의|\s?중|\s?가운데|\s?대비)\s*{_PERCENT}",
    )
)
# A share that is a bound or one end of a range says nothing of how many.
_BOUND = re.compile(
    r"(?:over|above|below|under|than|least|most|up to|nearly|almost|to|and|[<>≤≥+~–-])\s*$", re.IGNORECASE
)


@dataclass(frozen=True)
class Amount:
    """text: as written. half: by how much the value may be off, as it is written."""

    text: str
    value: float
    half: float

    @property
    def low(self) -> float:
        return self.value - self.half

    @property
    def high(self) -> float:
        return self.value + self.half


@dataclass(frozen=True)
class Share:
    """percent: of ``whole``, which ``part`` is said to be. offset: where in the text it stands."""

    percent: Amount
    part: Amount
    whole: Amount
    offset: int

    def agrees(self) -> bool:
        """Whether the three can all be true."""
        low, high = (self.percent.low * self.whole.low / 100, self.percent.high * self.whole.high / 100)
        return low - 1e-9 <= self.part.high and self.part.low <= high + 1e-9


def read_shares(text: str) -> Iterator[Share]:
    """Those of a text in which all three stand together, each once."""
    taken: set[tuple[int, int]] = set()
    for found in (found for pattern in _PATTERNS for found in pattern.finditer(text)):
        spans = {found.span(name) for name in ("percent", "part", "whole")}
        if spans & taken or _BOUND.search(text, max(0, found.start() - 12), found.start()):
            continue
        taken |= spans
        share = Share(_percent(found), _counted(found, "part"), _counted(found, "whole"), found.start())
        if share.whole.value:
            yield share


def _percent(found: re.Match[str]) -> Amount:
    half = 0.5 * 10.0 ** -len(found["percent"].partition(".")[2])
    return Amount(found["percent"], float(found["percent"]), 2 * half if found["percent_about"] else half)


def _counted(found: re.Match[str], name: str) -> Amount:
    """A count is exact as it is written, unless it is cut short (3만, 1.2 million) or said to be about."""
    groups = found.groupdict()
    text, scaled, about = found[name], groups.get(f"{name}_scale") or "", groups.get(f"{name}_about")
    digits = text.replace(",", "")
    scale = _SCALES[scaled.strip().lower()] if scaled else 1.0
    half = 0.5 * scale * 10.0 ** -len(digits.partition(".")[2]) if scaled else 0.0
    if about:
        half = max(half, 0.5 * scale * 10.0 ** (len(digits) - len(digits.rstrip("0"))))
    return Amount(text + scaled, float(digits) * scale, half)
