"""The report of an adoption, as Markdown: what is proposed and why, and what was left out."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from alerts.adopt.adoption import Adoption
from collector.durations import format_duration

_MOST_UNKNOWN = 40


def report(adoption: Adoption, url: str, at: float, over_seconds: float) -> str:
    """url: without a password."""
    when = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    over = format_duration(over_seconds)
    parts = [
        f"# What was found in {url}",
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
        (one.slo.service, one.slo.name, f"{100 * one.slo.objective:g} %", one.evidence)
        for one in adoption.proposals.proposals
    ]
    if rows:
        yield table(("service", "SLO", "objective", "observed"), rows)
    else:
        yield "None: no family of requests is known that tells good from bad, or how long answers take."
    yield from _bullets([*adoption.found.notes, *adoption.proposals.notes])


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
        yield f"The rules were {adoption.rules_note}."
        return
    if not adoption.rules:
        yield "None."
        return
    yield f"{len(adoption.rules)} alerting rules."
    if adoption.findings:
        rows = [(str(one.level), one.rule, one.alert.place, one.message) for one in adoption.findings]
        yield table(("", "finding", "file: group: alert", "what"), rows)
    did = sorted(adoption.history.items(), key=lambda one: -one[1].share)
    rows = [
        (name, severity, str(seen.count), f"{100 * seen.share:.3g} %")
        for (name, severity), seen in did
        if seen.count
    ]
    if rows:
        yield f"What they did within {over}, as far as it is remembered:"
        yield table(("alert", "severity", "fired", "share of the time"), rows)


def _metrics(adoption: Adoption) -> Iterable[str]:
    yield "## Metrics"
    yield from _bullets(f"{title}: {count} names" for title, count in adoption.recognised.items())
    if not adoption.unknown:
        return
    families = Counter(re.sub(r"_(bucket|sum|count)$", "", name) for name in adoption.unknown)
    shown = ", ".join(f"`{name}`" for name in list(families)[:_MOST_UNKNOWN])
    more = f" and {len(families) - _MOST_UNKNOWN} more" if len(families) > _MOST_UNKNOWN else ""
    yield f"{len(families)} families that are not known here, and nothing was guessed of: {shown}{more}."


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; what a cell holds cannot end it."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _bullets(lines: Iterable[str]) -> Iterable[str]:
    text = "\n".join(f"- {' '.join(line.split())}" for line in lines)
    if text:
        yield text
