"""How many labels the series of one request or page may have in all.

A label whose name is new costs some 850 bytes, ten times what it measures in a request.
"""

import re

PAIRS_A_SERIES = 30  # on average; Mimir allows no series more
FREE_PAIRS = 100_000  # beyond that: few series may have many
_PAIR = re.compile(r'=[ \t]*"')


def most_pairs(series: int, pairs_a_series: int = PAIRS_A_SERIES) -> int:
    """How many pairs of names and values so many series may have."""
    return FREE_PAIRS + pairs_a_series * series


def exceeds(text: str, most: int) -> bool:
    """Whether a page seems to have more pairs; those shown in its comments count too."""
    if text.count('"') <= 2 * most:  # each has two quotes: most pages are known by that
        return False
    return sum(1 for _ in _PAIR.finditer(text)) > most
