"""Windows and periods that a store does not keep samples for."""

import re
from collections.abc import Iterator, Sequence

from alerts.check.findings import Finding
from alerts.check.tiers import TierCheck
from alerts.slo import Slo
from collector.durations import format_duration, parse_duration

_FIRST_WORD = re.compile(r"[0-9a-z]+")


def parse_retention(text: str) -> float | None:
    """Seconds of a ``storageRetention`` such as ``15d or 10GiB``; None where only size limits it."""
    found = _FIRST_WORD.match(text.strip())
    try:
        return (parse_duration(found[0]) or None) if found else None
    except ValueError:
        return None


def retention_findings(slo: Slo, tiers: Sequence[TierCheck], retention_seconds: float) -> Iterator[Finding]:
    """Of one SLO. What is not kept counts as good: a longer window reaches a part of any ratio only."""
    kept = format_duration(retention_seconds)
    for tier in tiers:
        long = tier.tier.long_seconds
        if long <= retention_seconds:
            continue
        most = retention_seconds / long
        cannot = tier.start_ratio >= most
        place = f"{slo.name}: tier {tier.tier.name}"
        message = f"{place}: its long window of {format_duration(long)} is beyond the retention of {kept}"
        message += ", with which it cannot fire" if cannot else ", so that it fires late"
        message += f"; keep samples for {format_duration(long)}, or choose a policy with shorter windows"
        yield Finding("error" if cannot else "warning", "beyond-retention", message)
    if slo.period_seconds > retention_seconds:
        period = f"a period of {format_duration(slo.period_seconds)}"
        message = (
            f"{slo.name}: {period} is beyond the retention of {kept}: the budget left is of what is kept; "
            f"keep samples as long (Prometheus: --storage.tsdb.retention.time), or promise over {kept}"
        )
        yield Finding("warning", "beyond-retention", message)
