"""The files that ``fireline.yml`` names: objectives, their policies, guardrails and the signal map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.guardrails import Guardrail, load_guardrails
from alerts.openslo import load_slos
from alerts.policy import Policy, load_policy
from alerts.signals import SignalMap, load_signals
from alerts.slo import Slo
from dashboards.config import FirelineConfig


@dataclass(frozen=True)
class Specs:
    """policies: by the name that an SLO uses."""

    slos: Sequence[Slo]
    policies: Mapping[str, Policy]
    guardrails: Sequence[Guardrail]
    signals: SignalMap


def load_specs(config: FirelineConfig) -> Specs:
    """Reads them all.

    Raises:
        alerts.errors.SpecError: for the first mistake, naming file, key and what was expected.
    """
    slos = load_slos(*config.slo_files)
    names = dict.fromkeys(slo.policy for slo in slos)
    policies = {name: load_policy(str(config.policies.get(name, name))) for name in names}
    return Specs(
        slos,
        policies,
        [guardrail for path in config.guardrail_files for guardrail in load_guardrails(path)],
        load_signals(config.signal_map) if config.signal_map else SignalMap({}, ()),
    )
