"""Candidates that the signals do not tell apart: one by one they would claim an order that is not there."""

from collections.abc import Sequence

from postmortem.causes.ranking import Cause

WORTH_A_MENTION = 1.0  # of log-likelihood, as Kass and Raftery (1995) grade Bayes factors


def alike(causes: Sequence[Cause]) -> tuple[tuple[Cause, ...], ...]:
    """The causes, best first, in groups: of one part, with the same moves for and against each.

    A group stands where its best one did; one that is clearly less likely than that one is not of its group.
    """
    groups: list[list[Cause]] = []
    for cause in causes:
        group = next((one for one in groups if _is_like(one[0], cause)), None)
        if group is None:
            groups.append([cause])
        else:
            group.append(cause)
    return tuple(map(tuple, groups))


def _is_like(best: Cause, other: Cause) -> bool:
    return _shown(best) == _shown(other) and best.score - other.score < WORTH_A_MENTION


def _shown(cause: Cause) -> tuple[object, ...]:
    return cause.part, cause.evidence, set(cause.unexpected), set(cause.absent), set(cause.earlier)
