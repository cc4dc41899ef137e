"""What so few incidents and quiet days can prove: exact bounds, without assuming many of them."""

import math
from collections.abc import Callable

CONFIDENCE = 0.95
_HALVINGS = 60


def least_share(found: int, of: int, confidence: float = CONFIDENCE) -> float:
    """The lowest true share of which so many are still found with probability 1 − confidence.

    One-sided and exact, by the binomial distribution (Clopper and Pearson, Biometrika 1934).
    """
    if not found:
        return 0.0
    return _root(lambda share: _at_least(found, of, share) - (1 - confidence))


def most_share(found: int, of: int, confidence: float = CONFIDENCE) -> float:
    """The highest true share of which so few are still found with probability 1 − confidence; as above."""
    return 1 - least_share(of - found, of, confidence)


def most_events(found: int, confidence: float = CONFIDENCE) -> float:
    """The highest mean of which so few events are still found; exact, Poisson (Garwood, Biometrika 1936)."""
    highest = 10.0 * (found + 1)

    def more_than_found(share: float) -> float:
        mean = share * highest
        terms = (math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(found + 1))
        return 1 - math.fsum(terms) - confidence

    return highest * _root(more_than_found)


def _at_least(found: int, of: int, share: float) -> float:
    """The probability of so many or more; in logarithms, as the coefficients outgrow floats."""
    yes, no, every = math.log(share), math.log1p(-share), math.lgamma(of + 1)
    return math.fsum(
        math.exp(every - math.lgamma(n + 1) - math.lgamma(of - n + 1) + n * yes + (of - n) * no)
        for n in range(found, of + 1)
    )


def _root(rising: Callable[[float], float]) -> float:
    """Where a function that rises over 0–1 is 0."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2
