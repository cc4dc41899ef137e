"""Reads what is to be backtested: rule files of anybody; files of SLOs and guardrails are compiled first."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from alerts.backtest.reach import needed_by_alerts
from alerts.compile import AS_WRITTEN, compile_slos, policies_of
from alerts.documents import Document, read_documents
from alerts.errors import SpecError
from alerts.file_kinds import is_rules, kind_of
from alerts.formats.files import FORMATS, is_slos
from alerts.formats.sloth import PeriodOptions
from alerts.guardrails.rules import compile_guardrails
from alerts.guardrails.spec import is_guardrails
from alerts.policy import Policy
from alerts.slo import Slo
from alerts.spec_files import SpecFiles, load_spec_files
from collector.errors import ConfigError, QueryError
from collector.promql.guard import QuerySize
from collector.promql.parse import parse
from collector.rules.files import RuleGroup, load_rule_files, parse_groups


@dataclass(frozen=True)
class Alerts:
    """Rules that alerts need; slos: those that rules were compiled from, with their policies by name."""

    groups: tuple[RuleGroup, ...]
    slos: tuple[Slo, ...] = ()


def load_alerts(
    paths: Sequence[Path],
    policy: Policy | None = None,
    period: PeriodOptions | None = None,
    *,
    experimental: bool = False,
) -> Alerts:
    """Files of rules (also as ``PrometheusRule``), SLOs and guardrails, told apart by what they hold.

    policy: in place of the policies that the SLOs name. period: of SLOs whose format does not say it.
    experimental: whether rules may use PromQL's experimental functions, as the engine they are for allows.

    Raises:
        SpecError: for the first mistake, and where there is no alert.
    """
    rule_groups: list[RuleGroup] = []
    specs: list[Path] = []
    for path in paths:
        documents = read_documents(path)
        found = _rule_groups(path, documents, experimental=experimental)
        if found is None:
            _refuse_others(documents)
            specs.append(path)
        else:
            rule_groups += found
    given = load_spec_files(*specs, period=period)
    groups = needed_by_alerts([*rule_groups, *_compiled(given, policy)])
    if not groups:
        raise SpecError(f"{', '.join(map(str, paths))}: expected alerts, found none")
    return Alerts(groups, tuple(given.slos))


def _refuse_others(documents: Sequence[Document]) -> None:
    for one in documents:
        if not is_slos(one) and not is_guardrails(one):
            raise SpecError(
                f"{one.place}: expected Prometheus rules, or SLOs ({' or '.join(FORMATS)}), or guardrails, "
                f"found {kind_of(one.content)}"
            )


def _compiled(given: SpecFiles, policy: Policy | None) -> tuple[RuleGroup, ...]:
    slos = given.slos
    policies = policies_of(slos) if policy is None else {slo.policy: policy for slo in slos}
    groups = parse_groups(compile_slos(slos, policies, AS_WRITTEN), "compiled SLOs")
    if given.guardrails:
        groups += parse_groups(compile_guardrails(given.guardrails), "compiled guardrails")
    return groups


def _rule_groups(
    path: Path, documents: Sequence[Document], *, experimental: bool
) -> Sequence[RuleGroup] | None:
    """None for a file of something else."""

    def checked(expr: str) -> object:
        try:
            return parse(expr, size=QuerySize(), experimental=experimental)
        except QueryError as error:
            if "is not enabled" not in str(error):
                raise
            raise QueryError(
                f"{error}; --enable-experimental takes it, as an engine that has it does"
            ) from error

    try:
        if is_rules(documents[0].content):
            return load_rule_files([path], check=checked)
    except ConfigError as error:
        raise SpecError(str(error)) from error
    return None
