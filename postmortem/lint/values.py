"""Numbers with units in running text, with how exactly they are written."""

import re
from enum import StrEnum

_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_COUNTED = (
    "orders|payments|customers|users|requests|messages|tickets|emails|e-mails|bookings|refunds|uploads|calls"
    "|contacts|complaints"
)
VALUE = re.compile(
    r"(?:(?P<bound>[<>≤≥~]|(?:less|more|fewer) than|under|below|over|above|up to)\s{0,3})?"
    rf"(?P<sign>(?<![\d\w])[+\-−])?(?<![\d.,A-Za-z_])(?P<low>{_NUMBER})(?:\s?[~–—-]\s?(?P<high>{_NUMBER}))?\s?"
    r"(?P<unit>%p|%|퍼센트|percent|ms(?![a-z])|밀리초|milliseconds?|s(?![A-Za-z])|sec(?:onds?)?(?![a-z])|초|건|명|회"
    rf"|(?=(?:[a-z-]+ ){{0,2}}(?:{_COUNTED})\b))"
    r"(?P<after>\+|\s?이상|\s?이하|\s?미만|\s?초과|대(?![비상]))?",
    re.IGNORECASE,
)
_SCALES = {"ms": 0.001, "밀리초": 0.001, "millisecond": 0.001, "milliseconds": 0.001}
_PERCENT = {"%", "%p", "퍼센트", "percent"}
_COUNTS = {"", "건", "명", "회"}
_AT_MOST = {"<", "≤", "less than", "fewer than", "under", "below", "up to", "이하", "미만"}
_AT_LEAST = {">", "≥", "more than", "over", "above", "+", "이상", "초과"}


class Unit(StrEnum):
    PERCENT = "percent"
    SECONDS = "seconds"
    COUNT = "count"


def amount(found: re.Match[str]) -> tuple[Unit, float, float, float]:
    """Unit, lowest and highest that the writing allows, and the value itself (the middle of a range).

    Percentages stay as written, times are in seconds.
    """
    name = found["unit"].lower()
    unit = Unit.PERCENT if name in _PERCENT else Unit.COUNT if name in _COUNTS else Unit.SECONDS
    scale = _SCALES.get(name, 1.0)
    numbers = [found["low"], *([found["high"]] if found["high"] else [])]
    values = [float(n.replace(",", "")) * scale for n in numbers]
    halves = [0.5 * scale * 10.0 ** -len(n.partition(".")[2]) for n in numbers]
    low, high = values[0] - halves[0], values[-1] + halves[-1]
    said = {(found["bound"] or "").lower(), (found["after"] or "").strip()}
    if "대" in said:  # 3%대: three point something
        high = values[0] + 2 * halves[0]
    elif said & _AT_MOST:
        low = float("-inf")
    elif said & _AT_LEAST:
        high = float("inf")
    return unit, low, high, sum(values) / len(values)
