"""Queries of the shop's metrics on the job and instance that the viewer chose."""

from typing import Any

from dashboards.grafana.panels import Panel, lines

_CHOSEN = 'job=~"$job",instance=~"$instance"'


def series(metric: str, matchers: str = "") -> str:
    """The chosen series of a metric; matchers as in PromQL, by comma."""
    return f"{metric}{{{_CHOSEN},{matchers}}}" if matchers else f"{metric}{{{_CHOSEN}}}"


def rate(metric: str, matchers: str = "") -> str:
    """How fast a counter grows, per second."""
    return f"rate({series(metric, matchers)}[$__rate_interval])"


def quantile(q: float, histogram: str, by: str, matchers: str = "") -> str:
    """q: 0 to 1; by: the labels that are told apart."""
    return f"histogram_quantile({q}, sum by (le, {by}) ({rate(histogram + '_bucket', matchers)}))"


def cpu(group: str) -> str:
    """Of the cores that a group of processes may use, the share that it does."""
    which = f'groupname="{group}"'
    used = f"sum ({rate('namedprocess_namegroup_cpu_seconds_total', which)})"
    return f"{used} / sum ({series('namedprocess_namegroup_cpu_limit_cores', which)})"


def chart(title: str, description: str, unit: str, expression: str, legend: str, **options: Any) -> Panel:  # noqa: ANN401  # those of `lines`
    """One query over time."""
    return lines(title, description, unit, (expression, legend), **options)
