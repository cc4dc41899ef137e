"""How often groups are evaluated that do not say it: as the Prometheus does that runs them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

import orjson
import yaml

from collector.durations import format_duration, parse_duration
from collector.remote import Forwarded
from collector.rules.files import RuleGroup
from collector.yaml_text import load_all_as_written

DEFAULT_SECONDS = 60.0
"""Prometheus' own, and vmalert's."""


class Asked(Protocol):
    """An engine that can be asked anything of the HTTP API."""

    def forward(self, method: str, path: str, pairs: Sequence[tuple[str, str]]) -> Forwarded: ...


def configured_seconds(engine: Asked) -> float | None:
    """``global.evaluation_interval`` of the engine; None where it does not tell, as VictoriaMetrics does not.

    Raises:
        QueryError: where it cannot be asked.
    """
    answer = engine.forward("GET", "/api/v1/status/config", [])
    try:
        (config,) = load_all_as_written(orjson.loads(answer.body)["data"]["yaml"])
        seconds = parse_duration(str(config["global"]["evaluation_interval"]))
    except (ValueError, KeyError, TypeError, yaml.YAMLError):
        return None
    return seconds or None


def are_unsaid(groups: Iterable[RuleGroup]) -> bool:
    """Whether any group leaves its interval to whoever runs it."""
    return any(not group.says_interval for group in groups)


def with_interval(groups: Iterable[RuleGroup], seconds: float) -> tuple[RuleGroup, ...]:
    """The groups, of which those that do not say their interval have this one."""
    return tuple(
        group if group.says_interval else replace(group, interval_seconds=seconds) for group in groups
    )


def interval_note(seconds: float, why: str) -> str:
    """For people."""
    return f"groups without an interval are evaluated each {format_duration(seconds)}, {why}"
