"""The report of an adoption, as Markdown: what is proposed and why, and what was left out."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from alerts.adopt.adoption import Adoption
from alerts.adopt.alert_rules import ALERT_NAME, SEVERITY
from alerts.adopt.rules_check import RuleFinding, alike
from alerts.adopt.rules_history import Firings
from alerts.check.spans import span
from alerts.markdown import escaped, table_row
from alerts.percentages import percent
from collector.durations import format_duration
from collector.labels import Labels

_MOST_UNKNOWN = 40
_MOST_GROUPS = 5


def report(adoption: Adoption, url: str, at: float, over_seconds: float) -> str:
    """url: without a password."""
    when = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    over = format_duration(over_seconds)
    parts = [
        f"# What was found in {escaped(url)}",
        f"Looked at {when}, back to {over} before. Nothing here is in force until you use it.",
        *_objectives(adoption),
        *_signals(adoption),
        *_rules(adoption, over),
        *_metrics(adoption),
    ]
    return "\n\n".join(parts) + "\n"


def _objectives(adoption: Adoption) -> Iterable[str]:
    yield "## Objectives"
    rows = [
        (one.slo.service, one.slo.name, f"{100 * one.slo.objective:g} %", one.confidence, one.evidence)
        for one in adoption.proposals.proposals
    ]
    if rows:
        yield table(("service", "SLO", "objective", "its metrics are", "observed"), rows)
        if any(one.confidence != "known" for one in adoption.proposals.proposals):
            yield SHAPED
        yield from _bullets(left_out(adoption))
        return
    yield "None."
    yield from _bullets([*why_nothing(adoption), *WHAT_TO_DO])


SHAPED = (
    "`known`: metrics of a library that is known here. `likely`, `guess`: taken for requests by their name "
    "and labels alone; see that they count what your users ask for before you use them."
)
WHAT_TO_DO = (
    "Write an SLO on what counts your requests by hand (docs/slos.md has an example), or count them with a "
    'status: a counter such as `shop_requests_total{route="/cart",status="500"}`, a histogram such as '
    "`shop_request_duration_seconds`.",
    "If they are counted and have had no traffic yet, adopt again when there was some.",
)


def left_out(adoption: Adoption) -> list[str]:
    """What was found and not used, and why."""
    return list(dict.fromkeys([*adoption.found.notes, *adoption.proposals.notes]))


def why_nothing(adoption: Adoption) -> list[str]:
    """What was found, where no SLO could be proposed, and why none fits."""
    notes = left_out(adoption)
    if adoption.found.served:
        services = ", ".join(sorted({one.service.name for one in adoption.found.served}))
        return [f"Requests are counted for {services}, but nothing could be promised of them.", *notes]
    found = f"{len(adoption.found.names)} metrics are there"
    if notes:
        return [f"{found}; these look like requests or work, but none can be used:", *notes]
    return [f"{found}, and none of them counts requests or times answers, by name and labels."]


def _signals(adoption: Adoption) -> Iterable[str]:
    yield "## Signals"
    mapped = adoption.mapped
    if mapped.signals:
        yield table(
            ("service", "signal", "role", "what"),
            [(one.service, one.name, one.role, one.title["en"]) for one in mapped.signals],
        )
    edges = [f"{name} stands on {', '.join(needs)}" for name, needs in mapped.services.items() if needs]
    yield from _bullets([*edges, *mapped.notes])


def _rules(adoption: Adoption, over: str) -> Iterable[str]:
    yield "## Alert rules"
    if adoption.rules_note:
        yield f"The rules were {escaped(adoption.rules_note)}."
        return
    if not adoption.rules:
        yield "None."
        return
    yield f"{len(adoption.rules)} alerting rules."
    if adoption.findings:
        yield table(("", "finding", "file: group: alert", "what"), map(_found, alike(adoption.findings)))
    did = sorted(adoption.history.items(), key=lambda one: -one[1].share)
    rows = [_did(labels, seen) for labels, seen in did if seen.count]
    if rows:
        looked_at = span(did[0][1].seen_seconds)
        yield (
            f"What they did within {over}, of which {looked_at} are recorded. Shares are of all of that: a "
            f"rule may be younger, and nothing tells when it began."
        )
        yield table(("alert", "severity", "fired", "firing for", f"share of {looked_at}"), rows)


def _found(findings: Sequence[RuleFinding]) -> tuple[str, str, str, str]:
    first, groups = findings[0], list(dict.fromkeys(one.alert.group for one in findings))
    more = f" and {len(groups) - _MOST_GROUPS} more" if len(groups) > _MOST_GROUPS else ""
    files = ", ".join(dict.fromkeys(one.alert.file for one in findings))
    place = f"{files}: {', '.join(groups[:_MOST_GROUPS])}{more}: {first.alert.name}"
    return first.level, first.rule, place, first.message


def _did(labels: Labels, seen: Firings) -> tuple[str, ...]:
    others = labels.without(ALERT_NAME, SEVERITY)
    name = f"{labels.get(ALERT_NAME)}{others if len(others) else ''}"
    share = percent(seen.share, 3) if seen.share < 0.9995 else "100 %"
    return name, labels.get(SEVERITY), str(seen.count), span(seen.fired_seconds), share


def _metrics(adoption: Adoption) -> Iterable[str]:
    yield "## Metrics"
    yield from _bullets(
        f"{title}: {count} metric{'' if count == 1 else 's'}" for title, count in adoption.recognised.items()
    )
    if not adoption.unknown:
        return
    families = _families(adoption.unknown)
    shown = ", ".join(escaped(f"`{name}`") for name in families[:_MOST_UNKNOWN])
    more = f" and {len(families) - _MOST_UNKNOWN} more families" if len(families) > _MOST_UNKNOWN else ""
    yield f"{not_known(adoption)}, and nothing was guessed of them: {shown}{more}."


def not_known(adoption: Adoption) -> str:
    """How many metrics nobody knows, in the same words wherever it is told."""
    families = len(_families(adoption.unknown))
    many = f"{families} {'family' if families == 1 else 'families'}"
    return f"{len(adoption.unknown)} of {len(adoption.found.names)} metrics ({many}) are not known here"


def _families(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(re.sub(r"_(bucket|sum|count)$", "", name) for name in names))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; what a cell holds cannot end it."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(table_row(escaped(cell) for cell in line) for line in lines)


def _bullets(lines: Iterable[str]) -> Iterable[str]:
    text = "\n".join(f"- {escaped(line)}" for line in lines)
    if text:
        yield text
