"""Whether anything that is asked for is answered at all: of rules as PromQL, of a status as values.

A counter is born with what it first counts: where it is absent, nothing was answered either.
"""


def none_answered_expression(wanted: str, answered: str) -> str:
    """wanted: requests in flight, or at the edge; answered: those counted over a window."""
    return f"{wanted} > 0\nunless on ()\n{answered} > 0"


def is_none_answered(wanted: float | None, answered: float | None) -> bool:
    """The same of the values that both queries answer; None where they answer nothing."""
    return (wanted or 0.0) > 0 and not (answered or 0.0) > 0
