"""OpenSLO's documents for tests."""

from pathlib import Path
from typing import Any

import yaml

from alerts.formats.files import load_slos


def metric(query: str) -> dict:
    return {"metricSource": {"type": "Prometheus", "spec": {"query": query}}}


def spec() -> dict:
    ratio = {
        "bad": metric("sum(increase(bad_total[$window]))"),
        "total": metric("sum(increase(all_total[$window]))"),
    }
    return {
        "apiVersion": "openslo/v1",
        "kind": "SLO",
        "metadata": {"name": "web", "annotations": {}},
        "spec": {
            "service": "shop",
            "indicator": {"spec": {"ratioMetric": ratio}},
            "timeWindow": [{"duration": "30d", "isRolling": True}],
            "budgetingMethod": "Occurrences",
            "objectives": [{"target": 0.999}],
        },
    }


def put(content: dict, path: str, value: object) -> dict:
    *parents, last = path.split(".")
    node = content
    for key in parents:
        node = node[int(key)] if isinstance(node, list) else node.setdefault(key, {})
    node[int(last) if isinstance(node, list) else last] = value
    return content


def load(folder: Path, *contents: dict) -> list:
    path = folder / "x.slo.yml"
    path.write_text(yaml.safe_dump_all(contents))
    return load_slos(path)


def document(kind: str, name: str, **content: Any) -> dict:
    return {"apiVersion": "openslo/v1", "kind": kind, "metadata": {"name": name}, "spec": content}


def condition(threshold: float = 14.4, window: str = "1h", after: str = "0m", **more: Any) -> dict:
    burn = {"kind": "burnrate", "threshold": threshold, "lookbackWindow": window, "alertAfter": after}
    return {"severity": "page", "condition": {**burn, **more}}


def measured_by(**content: Any) -> dict:
    """An SLO with another indicator."""
    return put(spec(), "spec.indicator", {"spec": content})
