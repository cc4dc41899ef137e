"""The rules that a server evaluates, as its ``/api/v1/rules`` tells them."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from alerts.backtest.reach import needed_by_alerts
from alerts.errors import SpecError
from collector.cli_prometheus import PrometheusServer
from collector.errors import ConfigError, QueryError
from collector.redaction import without_secrets
from collector.rules.files import RuleGroup, parse_groups

PATH = "/api/v1/rules"


def server_rules(server: PrometheusServer) -> tuple[RuleGroup, ...]:
    """Its groups, as far as alerts need them.

    Raises:
        SpecError: where it cannot be asked, answers anything else, or evaluates no alerts.
    """
    source = server.querier()
    try:
        answer = source.forward("GET", PATH, [])
        told = orjson.loads(answer.body)["data"]["groups"]
        groups = [group for one in told for group in _group(one)]
    except QueryError as error:
        raise SpecError(without_secrets(str(error))) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SpecError(f"{server.shown}{PATH}: expected groups of rules") from error
    except ConfigError as error:
        raise SpecError(f"{server.shown}{PATH}: {error}") from error
    finally:
        source.close()
    needed = needed_by_alerts(groups)
    if not needed:
        raise SpecError(f"{server.shown}{PATH}: expected rules with alerts, found none")
    return needed


def _group(told: Mapping[str, Any]) -> Iterator[RuleGroup]:
    """As its file would say it; names are used once in a file only, so each is read alone."""
    content = {
        "name": told["name"],
        "limit": str(told.get("limit") or 0),
        "rules": [_rule(rule) for rule in told["rules"]],
    }
    if told.get("interval"):
        content["interval"] = _duration(told["interval"])
    yield from parse_groups({"groups": [content]}, str(told.get("file", "")))


def _rule(told: Mapping[str, Any]) -> dict[str, Any]:
    rule = {"expr": told["query"], "labels": dict(told.get("labels") or {})}
    if told["type"] == "recording":
        return {**rule, "record": told["name"]}
    return {
        **rule,
        "alert": told["name"],
        "for": _duration(told.get("duration")),
        "keep_firing_for": _duration(told.get("keepFiringFor")),
        "annotations": dict(told.get("annotations") or {}),
    }


def _duration(seconds: float | None) -> str:
    return f"{round(1000 * float(seconds or 0))}ms"
