"""What the collector says of itself: targets, rules, alerts, metadata, status."""

import os
import platform
import socket
from collections import defaultdict
from importlib.metadata import version
from typing import Any

import yaml

from collector.api.encode import spell_value
from collector.api.request import Parameters
from collector.app import Collector
from collector.durations import format_duration
from collector.labels import METRIC_NAME
from collector.pool import TargetScraper
from collector.rules.files import AlertingRule
from collector.rules.state import Alert, AlertState
from collector.rules.status import GroupStatus, RuleStatus
from collector.sinks import rfc3339
from collector.store.url import without_password

_NEVER = "0001-01-01T00:00:00Z"
_PROMETHEUS_VERSION = "3.0.0"


def targets(collector: Collector, parameters: Parameters) -> dict[str, Any]:
    """The body of ``/api/v1/targets``."""
    state = parameters.text("state", "any").lower()
    pool = parameters.text("scrapePool")
    active = [
        _target(scraper)
        for scraper in collector.pool.scrapers
        if not pool or scraper.target.job.job_name == pool
    ]
    dropped = [{"discoveredLabels": dict(target.discovered.pairs)} for target in collector.pool.dropped]
    return {
        "activeTargets": active if state in {"any", "active"} else [],
        "droppedTargets": dropped if state in {"any", "dropped"} else [],
        "droppedTargetCounts": {},
    }


def _target(scraper: TargetScraper) -> dict[str, Any]:
    target, latest = scraper.target, scraper.latest
    health = "unknown" if latest is None else ("up" if latest.healthy else "down")
    return {
        "discoveredLabels": dict(target.discovered.pairs),
        "labels": dict(target.labels.pairs),
        "scrapePool": target.job.job_name,
        "scrapeUrl": target.shown_url,
        "globalUrl": target.shown_url,
        "lastError": (latest.error or latest.warning) if latest else "",
        "lastScrape": rfc3339(latest.at) if latest else _NEVER,
        "lastScrapeDuration": latest.duration_seconds if latest else 0.0,
        "health": health,
        "scrapeInterval": format_duration(target.job.interval_seconds),
        "scrapeTimeout": format_duration(target.job.timeout_seconds),
    }


def rules(collector: Collector, parameters: Parameters) -> dict[str, Any]:
    """The body of ``/api/v1/rules``."""
    kind = {"alert": "alerting", "record": "recording"}.get(parameters.text("type"), "")
    names = set(parameters.all("rule_name[]"))
    files, wanted = set(parameters.all("file[]")), set(parameters.all("rule_group[]"))
    groups = []
    for status in collector.engine.statuses:
        if (files and status.group.file not in files) or (wanted and status.group.name not in wanted):
            continue
        shown = [_rule(rule) for rule in status.rules if not names or rule.rule.name in names]
        shown = [rule for rule in shown if not kind or rule["type"] == kind]
        if shown or not (names or kind):
            groups.append(_group(status, shown))
    return {"groups": groups}


def _group(status: GroupStatus, shown: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": status.group.name,
        "file": status.group.file,
        "rules": shown,
        "interval": status.group.interval_seconds,
        "limit": status.group.limit,
        "evaluationTime": status.duration_seconds,
        "lastEvaluation": _NEVER if status.evaluated_at is None else rfc3339(status.evaluated_at),
    }


def _rule(status: RuleStatus) -> dict[str, Any]:
    rule = status.rule
    shown: dict[str, Any] = {
        "name": rule.name,
        "query": rule.expr,
        "labels": dict(rule.labels),
        "health": status.health,
        "evaluationTime": status.duration_seconds,
        "lastEvaluation": _NEVER if status.evaluated_at is None else rfc3339(status.evaluated_at),
        "type": "alerting" if isinstance(rule, AlertingRule) else "recording",
    }
    if status.last_error:
        shown["lastError"] = status.last_error
    if isinstance(rule, AlertingRule):
        shown |= {
            "state": status.state.value,
            "duration": rule.for_seconds,
            "keepFiringFor": rule.keep_firing_for_seconds,
            "annotations": dict(rule.annotations),
            "alerts": [_alert(alert) for alert in _active(status)],
        }
    return shown


def alerts(collector: Collector, _parameters: Parameters) -> dict[str, Any]:
    """The body of ``/api/v1/alerts``."""
    found = [
        _alert(alert)
        for group in collector.engine.statuses
        for rule in group.rules
        for alert in _active(rule)
    ]
    return {"alerts": found}


def _active(status: RuleStatus) -> list[Alert]:
    return [alert for alert in list(status.alerts.values()) if alert.state is not AlertState.INACTIVE]


def _alert(alert: Alert) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "labels": dict(alert.labels.pairs),
        "annotations": dict(alert.annotations),
        "state": alert.state.value,
        "activeAt": rfc3339(alert.active_at),
        "value": spell_value(alert.value),
    }
    if alert.absent_since is not None:
        shown["keepFiringSince"] = rfc3339(alert.absent_since)
    return shown


def metadata(collector: Collector, parameters: Parameters) -> dict[str, Any]:
    """The body of ``/api/v1/metadata``: every distinct description of a metric."""
    wanted, limit = parameters.text("metric"), parameters.limit()
    found: dict[str, dict[tuple[str, str, str], None]] = defaultdict(dict)
    for scraper in collector.pool.scrapers:
        for name, said in list(scraper.metadata.items()):
            if not wanted or name == wanted:
                found[name][said.type, said.help, said.unit] = None
    names = sorted(found)[: limit or None]
    return {
        name: [{"type": kind, "help": text, "unit": unit} for kind, text, unit in found[name]]
        for name in names
    }


def build_info(_collector: Collector, _parameters: Parameters) -> dict[str, Any]:
    """Clients read the version to learn what they may ask: PromQL and API of Prometheus 3.0."""
    return {
        "version": _PROMETHEUS_VERSION,
        "revision": f"fireline-{version('fireline')}",
        "branch": "fireline",
        "buildUser": "",
        "buildDate": "",
        "goVersion": f"python{platform.python_version()}",
    }


def config(collector: Collector, _parameters: Parameters) -> dict[str, Any]:
    """The configuration as it was read, with the limits of queries in force; passwords are not shown."""
    shown = {**(_hidden(yaml.safe_load(collector.config.text)) or {}), "query": _query(collector)}
    return {"yaml": yaml.safe_dump(shown, sort_keys=False, allow_unicode=True)}


def _query(collector: Collector) -> dict[str, Any]:
    """The flags' values where they won over the file's, and the earlier ones until a restart."""
    query = collector.options.query
    return {
        "max_samples": query.max_samples,
        "timeout": format_duration(query.timeout_seconds),
        "max_concurrency": query.max_concurrency,
        "lookback_delta": format_duration(query.lookback_seconds),
        "experimental": query.experimental,
    }


def _hidden(value: Any) -> Any:  # noqa: ANN401  # whatever YAML holds
    secrets = {"password", "credentials", "bearer_token"}
    if isinstance(value, dict):
        return {key: "<secret>" if key in secrets else _hidden(inner) for key, inner in value.items()}
    if isinstance(value, str):
        return without_password(value)
    return [_hidden(inner) for inner in value] if isinstance(value, list) else value


def flags(collector: Collector, _parameters: Parameters) -> dict[str, str]:
    """The options that Prometheus has too."""
    options = collector.options
    return {
        "enable-feature": "promql-experimental-functions" if options.experimental else "",
        "query.lookback-delta": format_duration(options.limits.lookback_seconds),
        "query.max-concurrency": str(options.queries_at_once),
        "query.max-samples": str(options.limits.max_samples),
        "query.timeout": format_duration(options.limits.timeout_seconds),
        "storage.tsdb.retention.size": f"{collector.config.retention_bytes}B",
        "storage.tsdb.retention.time": format_duration(collector.config.retention_seconds),
        "web.enable-lifecycle": "true",
        "web.enable-remote-write-receiver": str(collector.receives_remote_write).lower(),
    }


def runtime_info(collector: Collector, _parameters: Parameters) -> dict[str, Any]:
    """The process: since when, where, how much it holds."""
    return {
        "startTime": rfc3339(collector.started_at),
        "CWD": os.getcwd(),  # noqa: PTH109  # text for JSON
        "hostname": socket.gethostname(),
        "serverTime": rfc3339(collector.clock.now()),
        "reloadConfigSuccess": collector.reload_error == "",
        "lastConfigTime": rfc3339(collector.configured_at),
        "corruptionCount": 0,
        "goroutineCount": 0,
        "GOMAXPROCS": os.cpu_count() or 1,
        "storageRetention": format_duration(collector.config.retention_seconds),
    }


def tsdb_status(collector: Collector, _parameters: Parameters) -> dict[str, Any]:
    """Where the series come from: the metrics and labels with most of them."""
    index = collector.store.index
    by_name = sorted(index.cardinality(METRIC_NAME), key=lambda pair: -pair[1])[:10]
    by_label = sorted(((name, len(index.values(name))) for name in index.names()), key=lambda pair: -pair[1])
    return {
        "headStats": {"numSeries": index.known, "numLabelPairs": sum(count for _, count in by_label)},
        "seriesCountByMetricName": [{"name": name, "value": count} for name, count in by_name],
        "labelValueCountByLabelName": [{"name": name, "value": count} for name, count in by_label[:10]],
    }
