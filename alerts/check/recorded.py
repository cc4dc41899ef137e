"""Which series SLOs are going to record once they are compiled, so that whatever reads them is no mistake."""

from collections.abc import Mapping, Sequence

from alerts.compile import CompileOptions, compile_slos
from alerts.policy import Policy
from alerts.slo import Slo

_WAYS = (CompileOptions(), CompileOptions(exact_windows=False))


def recorded_names(slos: Sequence[Slo], policies: Mapping[str, Policy]) -> frozenset[str]:
    """Names of the series that the rules of these SLOs record, however they are compiled.

    Raises:
        SpecError: for a policy that is meant for another period than an SLO's.
    """
    usable = [slo for slo in slos if slo.error_budget > 0]
    groups = [group for options in _WAYS for group in compile_slos(usable, policies, options)["groups"]]
    return frozenset(rule["record"] for group in groups for rule in group["rules"] if "record" in rule)
