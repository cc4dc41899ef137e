"""The files that ``fireline.yml`` names: objectives and what belongs to them, guardrails, the signal map."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alerts.compile import policies_of
from alerts.errors import SpecError
from alerts.exclusions.files import idle_exclusions, load_exclusions
from alerts.exclusions.times import Exclusion
from alerts.formats.files import load_slos
from alerts.guardrails.spec import Guardrail, load_guardrail_files
from alerts.policy import Policy
from alerts.signals import SignalMap, load_signals
from alerts.slo import Slo
from dashboards.business import with_estimates
from dashboards.config import FirelineConfig


@dataclass(frozen=True)
class Specs:
    """policies: by the name that an SLO uses."""

    slos: Sequence[Slo]
    policies: Mapping[str, Policy]
    guardrails: Sequence[Guardrail]
    signals: SignalMap
    exclusions: Sequence[Exclusion] = ()

    @property
    def idle_exclusions(self) -> list[str]:
        """The names of those that apply to none of the objectives."""
        return idle_exclusions(self.exclusions, self.slos)


def load_specs(config: FirelineConfig) -> Specs:
    """Reads them all.

    Raises:
        alerts.errors.SpecError: for the first mistake, naming file, key and what was expected.
    """
    slos = load_slos(*config.slo_files, period=config.period)
    for name, count in Counter(slo.name for slo in slos).items():
        if count > 1:  # pages know an objective by its name alone
            raise SpecError(f"alerts.slos: expected names that are used once in all services: {name}")
    policies = policies_of(slos, {name: str(path) for name, path in config.policies.items()})
    return Specs(
        slos,
        policies,
        [guardrail for some in load_guardrail_files(*config.guardrail_files).values() for guardrail in some],
        with_estimates(
            load_signals(config.signal_map) if config.signal_map else SignalMap({}, ()),
            config.business,
            f"{config.path}: business",
        ),
        load_exclusions(*config.exclusion_files),
    )
