"""The rules that Sloth makes of an SLO, in its shape and names (docs/decisions/0008), with our queries."""

from collections.abc import Sequence
from typing import Any

from alerts.slo import Slo

WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
ALERTS = {"page": (("5m", "1h", 14.4), ("30m", "6h", 6)), "ticket": (("2h", "1d", 3), ("6h", "3d", 1))}


def sloth_rules(slos: Sequence[Slo], interval: str = "30s") -> dict[str, Any]:
    """A rule file: ratios of every window, and an alert a severity out of two pairs of windows."""
    return {"groups": [group for slo in slos for group in _groups(slo, interval)]}


def _groups(slo: Slo, interval: str) -> list[dict[str, Any]]:
    identity = {"sloth_id": f"{slo.service}-{slo.name}", "sloth_service": slo.service, "sloth_slo": slo.name}
    records = [
        {
            "record": f"slo:sli_error:ratio_rate{window}",
            "expr": f"({_rate(slo.sli.bad_over(window))})\n/\n({_rate(slo.sli.total_over(window))})",
            "labels": {**identity, "sloth_window": window},
        }
        for window in WINDOWS
    ]
    alerts = [
        {
            "alert": "HighErrorRate",
            "expr": "\nor\n".join(_pair(slo, *pair) for pair in pairs),
            "labels": {"sloth_severity": severity},
        }
        for severity, pairs in ALERTS.items()
    ]
    name = identity["sloth_id"]
    return [
        {"name": f"sloth-slo-sli-recordings-{name}", "interval": interval, "rules": records},
        {"name": f"sloth-slo-alerts-{name}", "interval": interval, "rules": alerts},
    ]


def _rate(query: str) -> str:
    return query.replace("increase(", "rate(")


def _pair(slo: Slo, short: str, long: str, factor: float) -> str:
    limit = f"({factor} * {slo.error_budget})"
    of = f'sloth_id="{slo.service}-{slo.name}"'
    return (
        "("
        + "\nand\n".join(
            f"max(slo:sli_error:ratio_rate{window}{{{of}}} > {limit}) without (sloth_window)"
            for window in (short, long)
        )
        + ")"
    )
