"""A report on a case, without a server: its samples, the rules replayed over them, and its events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from alerts.backtest.files import Alerts as Rules
from alerts.backtest.files import load_alerts
from alerts.ci.held import Unheld
from alerts.errors import AlertsError
from alerts.signals import SignalMap as SignalFile
from alerts.signals import load_signals
from alerts.slo import Slo
from collector.embedded import EmbeddedQuerier
from postmortem.cases.alerts import replay_alerts
from postmortem.cases.files import SHIPPED_RULES, SHIPPED_SIGNALS, CaseRecord, read_case_record
from postmortem.errors import EvidenceError
from postmortem.evidence import CASE_ADDRESS
from postmortem.fetch import Records, fetch_report
from postmortem.records import Event, Incident, SignalMap, SloRecord
from postmortem.report import Report

ALARM = "alarm"  # the kind of event for when people were alarmed then


@dataclass(frozen=True)
class CaseReport:
    """unheld: alerts that the case cannot judge, and so were not replayed."""

    report: Report
    case: CaseRecord
    unheld: tuple[Unheld, ...]


def report_on_case(
    name: str, rules: Sequence[Path], signals: Path | None, quiet_seconds: float | None = None
) -> CaseReport:
    """A report on a case's folder, or on a shipped case by its name; nothing here reads a clock.

    rules: files of SLOs, guardrails or Prometheus rules, as ``alerts ci`` takes them; none for the shop's.
    signals: the signal map; without one the shop's beside the shop's rules, else none.
    quiet_seconds: how long objectives are kept once the impact is over; by the scrapes unless given.

    Raises:
        EvidenceError: for a mistake in a file, or a case in which no alert fires.
    """
    try:
        return _report(
            read_case_record(name),
            load_alerts(rules or SHIPPED_RULES),
            _signals(signals, is_ours=not rules),
            quiet_seconds,
        )
    except AlertsError as error:
        raise EvidenceError(str(error)) from error


def _signals(path: Path | None, *, is_ours: bool) -> SignalFile:
    if path is None and not is_ours:
        return SignalFile({}, ())
    return load_signals(path or SHIPPED_SIGNALS)


def _report(case: CaseRecord, rules: Rules, signals: SignalFile, quiet_seconds: float | None) -> CaseReport:
    samples, expected = case.filed.load(), case.filed.expected
    replayed = replay_alerts(case.filed, samples, rules, signals.services, case.zone)
    chosen = replayed.chosen(expected.onset)
    if chosen is None:
        raise EvidenceError(
            f"case {case.filed.name}: expected alerts of these rules to fire in it, none does"
        )
    records = case_records(case, *chosen, rules.slos, SignalMap.model_validate(signals.to_mapping()))
    address = f"{CASE_ADDRESS}{case.filed.name}"
    report = fetch_report(records, EmbeddedQuerier(samples), expected.end, address, quiet_seconds)
    return CaseReport(report, case, replayed.unheld)


def case_records(
    case: CaseRecord, incident: Incident, told: Sequence[Event], slos: Sequence[Slo], signals: SignalMap
) -> Records:
    """What was recorded joins what was replayed; people's word on the incident's end and owner stands.

    Recorded events keep their ids, which corrections refer to; those of the replay come after them.
    """
    recorded = [event.model_copy(update={"incident": incident.id}) for event in case.events]
    first = 1 + max((event.id for event in recorded), default=0)
    made = [*told, *_alarm(case, incident)]
    numbered = [event.model_copy(update={"id": first + n}) for n, event in enumerate(made)]
    events = sorted([*recorded, *numbered], key=lambda event: (event.at, event.id))
    objectives = tuple(slo_record(slo) for slo in slos)
    told_incident = _as_told(incident, case)
    return Records(told_incident, tuple(events), objectives, signals, time_zone=case.zone.key)


def _alarm(case: CaseRecord, incident: Incident) -> Iterator[Event]:
    if case.alarm_at is not None:
        yield Event(id=0, at=case.alarm_at, kind=ALARM, text="", incident=incident.id, source="case")


def _as_told(incident: Incident, case: CaseRecord) -> Incident:
    """With the case's title, and the times at which people took it and closed it."""
    told: dict[str, object] = {"titles": case.titles, "title": case.titles.get("en", incident.title)}
    taken = [event.at for event in case.events if event.kind == "acknowledged"]
    closed = [event.at for event in case.events if event.kind == "resolved"]
    if taken:
        told |= {"acknowledged_at": min(taken), "state": "acknowledged"}
    if closed or incident.resolved_at is not None:
        told |= {"resolved_at": max(closed, default=incident.resolved_at), "state": "resolved"}
    return incident.model_copy(update=told)


def slo_record(slo: Slo) -> SloRecord:
    """An objective as a server would answer it."""
    return SloRecord(
        name=slo.name,
        service=slo.service,
        kind=slo.sli.kind.value,
        objective=slo.objective,
        period_seconds=slo.period_seconds,
        bad=slo.sli.bad,
        total=slo.sli.total,
        threshold_seconds=slo.sli.threshold_seconds,
        calendar=slo.calendar,
        slice_seconds=slo.sli.slice_seconds,
        counts_events=slo.sli.counts_events,
        title=dict(slo.title),
    )
