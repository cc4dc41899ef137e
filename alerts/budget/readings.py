"""Asks a Prometheus how the budgets of SLOs stand, for commands that are run once."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from alerts.budget.account import Account, take_account
from alerts.budget.burndown import burn_down
from alerts.compile import policies_of
from alerts.errors import SpecError
from alerts.exclusions.files import idle_exclusions, load_exclusions
from alerts.exclusions.times import Exclusion
from alerts.formats.files import load_slos
from alerts.formats.sloth import PeriodOptions
from alerts.slo import Slo
from collector.cli_prometheus import PrometheusServer
from collector.errors import NoPrometheusError, QueryError
from collector.querier import Querier
from collector.remote import RemoteQuerier

_DEADLINE_SECONDS = 5.0  # of trying to reach a server that somebody waits for
_MOST_UNANSWERED = 3


@dataclass(frozen=True)
class Wanted:
    """Which SLOs, and what their budgets leave out. idle: exclusions that apply to no SLO of the files."""

    slos: Sequence[Slo]
    exclusions: Sequence[Exclusion] = ()
    idle: Sequence[str] = ()


@dataclass(frozen=True)
class Reading:
    """An SLO's budget, or why it cannot be told; and how it went down, if that was asked for."""

    slo: Slo
    account: Account | None
    failure: str = ""
    burn_down: Sequence[tuple[float, float]] = ()


def load_wanted(
    files: Sequence[Path],
    names: Sequence[str],
    exclusion_files: Sequence[Path],
    period: PeriodOptions | None = None,
) -> Wanted:
    """Reads the files.

    names: of the SLOs that are wanted, as ``NAME`` or ``SERVICE/NAME``; all without one.
    period: of SLOs whose format does not say it.

    Raises:
        SpecError: for the first mistake, or a name that no SLO has.
    """
    slos = load_slos(*files, period=period)
    known = {name for slo in slos for name in _names(slo)}
    if unknown := [name for name in names if name not in known]:
        expected = ", ".join(slo.name for slo in slos)
        raise SpecError(f"--slo: expected one of {expected}, found {unknown[0]!r}")
    exclusions = load_exclusions(*exclusion_files)
    wanted = [slo for slo in slos if not names or not _names(slo).isdisjoint(names)]
    return Wanted(wanted, exclusions, idle_exclusions(exclusions, slos))


def read_budgets(
    querier: Querier, wanted: Wanted, at: float, *, with_burn_down: bool = False
) -> list[Reading]:
    """Every SLO's budget. A query that is wrong, or gets no answer, costs its own SLO's only.

    A server that gives no answer three times in a row is asked no more.

    Raises:
        QueryError: if it gives none at all.
    """
    policies = policies_of(wanted.slos)
    found: list[Reading] = []
    unanswered: list[QueryError] = []
    for slo in wanted.slos:
        if len(unanswered) >= _MOST_UNANSWERED:
            found.append(Reading(slo, None, f"not asked: {unanswered[-1]}"))
            continue
        try:
            account = take_account(querier, slo, policies[slo.policy], at, exclusions=wanted.exclusions)
            found.append(Reading(slo, account, "", burn_down(querier, account) if with_burn_down else ()))
        except QueryError as error:
            found.append(Reading(slo, None, str(error)))
            is_lost = error.retryable or isinstance(error, NoPrometheusError)
            unanswered = [*unanswered, error] if is_lost else []
        else:
            unanswered = []
    if unanswered and all(reading.account is None for reading in found):
        raise unanswered[0]
    return found


@contextmanager
def patient_querier(server: PrometheusServer) -> Iterator[RemoteQuerier]:
    """The server, tried for a few seconds."""
    with closing(server.querier(deadline_seconds=_DEADLINE_SECONDS)) as querier:
        yield querier


def _names(slo: Slo) -> set[str]:
    return {slo.name, f"{slo.service}/{slo.name}"}
