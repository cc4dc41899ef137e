"""The targets that an SLO's series come from, as ``up`` tells of them."""

from alerts.selectors import selectors
from alerts.slo import Sli
from collector.labels import MatchOp

_TOLD_APART_BY = ("job", "cluster", "namespace")
_PLAIN = {MatchOp.EQUAL, MatchOp.REGEX}


def targets_selector(sli: Sli) -> str | None:
    """A selector of their ``up``: the one that the spec gives, or one by the job that its queries name.

    None where no query names a job, or two name different ones.
    """
    if sli.targets is not None:
        return sli.targets
    found = {
        tuple(sorted(str(m) for m in selector.matchers if m.name in _TOLD_APART_BY and m.op in _PLAIN))
        for selector in selectors(sli.total_over("5m"))
    }
    matchers = found.pop() if len(found) == 1 else ()
    return f"up{{{','.join(matchers)}}}" if any(each.startswith("job") for each in matchers) else None
