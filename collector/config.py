"""The collector's configuration: Prometheus' syntax, parsed once into frozen objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa
import yaml

from collector.config_http import PLAIN_HTTP, HttpClientConfig, parse_http_client
from collector.config_query import DEFAULTS, QueryConfig, parse_query
from collector.errors import ConfigError
from collector.redaction import without_userinfo
from collector.relabel import RelabelRule, parse_relabel
from collector.settings import Section
from collector.store.url import database_url
from collector.yaml_text import load

KEYS = ("global", "scrape_configs", "rule_files", "alerting", "storage", "query")
_OF_FIRELINE = ("language", "time_zone", "slo_files", "signal_map", "alerts")
_UNSUPPORTED = ("remote_read", "remote_write", "tracing", "scrape_config_files", "runtime", "otlp")
_UNSUPPORTED_IN_JOB = (
    "kubernetes_sd_configs", "consul_sd_configs", "dns_sd_configs", "ec2_sd_configs", "http_sd_configs",
    "docker_sd_configs", "azure_sd_configs", "gce_sd_configs", "openstack_sd_configs", "oauth2", "sigv4",
    "proxy_url", "proxy_from_environment", "no_proxy", "enable_http2", "scrape_native_histograms",
    "native_histogram_bucket_limit", "scrape_classic_histograms", "fallback_scrape_protocol",
    "scrape_protocols", "enable_compression", "keep_dropped_targets", "track_timestamps_staleness",
)  # fmt: skip


@dataclass(frozen=True)
class StaticTargets:
    targets: tuple[str, ...]
    labels: Mapping[str, str]


@dataclass(frozen=True)
class FileDiscovery:
    files: tuple[str, ...]
    refresh_seconds: float


@dataclass(frozen=True)
class ScrapeConfig:
    """One job. A limit of 0 is none."""

    job_name: str
    interval_seconds: float
    timeout_seconds: float
    metrics_path: str = "/metrics"
    scheme: str = "http"
    params: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    honor_labels: bool = False
    honor_timestamps: bool = True
    sample_limit: int = 0
    label_limit: int = 0
    label_name_length_limit: int = 0
    label_value_length_limit: int = 0
    target_limit: int = 0
    body_size_limit_bytes: int = 0
    http: HttpClientConfig = PLAIN_HTTP
    static_configs: tuple[StaticTargets, ...] = ()
    file_sd_configs: tuple[FileDiscovery, ...] = ()
    relabel: tuple[RelabelRule, ...] = ()
    metric_relabel: tuple[RelabelRule, ...] = ()


@dataclass(frozen=True)
class AlertmanagerConfig:
    """A group of Alertmanagers that get every alert."""

    targets: tuple[str, ...]
    scheme: str = "http"
    path_prefix: str = "/"
    timeout_seconds: float = 10.0
    http: HttpClientConfig = PLAIN_HTTP


@dataclass(frozen=True)
class CollectorConfig:
    scrape_interval_seconds: float = 60.0
    scrape_timeout_seconds: float = 10.0
    evaluation_interval_seconds: float = 60.0
    external_labels: Mapping[str, str] = field(default_factory=dict)
    scrape_configs: tuple[ScrapeConfig, ...] = ()
    rule_files: tuple[str, ...] = ()
    alertmanagers: tuple[AlertmanagerConfig, ...] = ()
    alert_relabel: tuple[RelabelRule, ...] = ()
    out_of_order_seconds: float = 0.0
    retention_seconds: float = 0.0
    retention_bytes: int = 0
    database: sa.URL | None = field(default=None, repr=False)
    query: QueryConfig = DEFAULTS
    base_folder: Path = Path()
    text: str = field(default="", repr=False)


def load_config(path: Path) -> CollectorConfig:
    """Reads a ``prometheus.yml``.

    Raises:
        ConfigError: naming the file, the key and what was expected.
    """
    try:
        text = path.read_text(encoding="utf-8")
        value = load(text)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: expected YAML: {' '.join(str(error).split())}") from error
    return parse_config(value, str(path), base_folder=path.parent, text=text)


def parse_config(value: object, file: str, *, base_folder: Path = Path(), text: str = "") -> CollectorConfig:
    """Reads an already loaded mapping; relative paths are relative to ``base_folder``.

    Raises:
        ConfigError: naming the file, the key and what was expected.
    """
    top = Section(value, file)
    common = top.section("global")
    interval = common.seconds("scrape_interval", 60.0)
    timeout = common.seconds("scrape_timeout", min(10.0, interval))
    if not 0 < timeout <= interval:
        raise common.error(
            "scrape_timeout", f"expected above 0 and at most the scrape_interval of {interval:g}s"
        )
    alerting = top.section("alerting")
    storage = _storage(top.section("storage"))
    config = CollectorConfig(
        scrape_interval_seconds=interval,
        scrape_timeout_seconds=timeout,
        evaluation_interval_seconds=common.positive_seconds("evaluation_interval", 60.0),
        external_labels=common.mapping("external_labels"),
        scrape_configs=top.sections("scrape_configs", lambda job: _job(job, interval, timeout, base_folder)),
        rule_files=tuple(str(base_folder / name) for name in top.strings("rule_files")),
        alertmanagers=alerting.sections("alertmanagers", lambda am: _alertmanager(am, base_folder)),
        alert_relabel=alerting.sections("alert_relabel_configs", parse_relabel),
        out_of_order_seconds=storage.out_of_order_seconds,
        retention_seconds=storage.retention_seconds,
        retention_bytes=storage.retention_bytes,
        database=storage.database,
        query=parse_query(top.section("query")),
        base_folder=base_folder,
        text=text,
    )
    for section in (common, alerting):
        section.finish()
    for key in _OF_FIRELINE:
        if key in top:
            raise top.error(
                key, "a key of fireline.yml, which `fireline up` reads: expected a prometheus.yml"
            )
    top.finish(_UNSUPPORTED)
    _refuse_duplicates(config, top)
    return config


class _Storage(NamedTuple):
    """retention_seconds, retention_bytes: 0 is without limit. database: None is SQLite in the data folder."""

    out_of_order_seconds: float
    retention_seconds: float
    retention_bytes: int
    database: sa.URL | None


def _storage(storage: Section) -> _Storage:
    tsdb = storage.section("tsdb")
    retention = tsdb.section("retention")
    parsed = _Storage(
        tsdb.seconds("out_of_order_time_window", 0.0),
        retention.seconds("time", 0.0),
        retention.size_bytes("size"),
        _database(storage),
    )
    retention.finish()
    tsdb.finish()
    storage.finish(("exemplars",))
    return parsed


def _database(storage: Section) -> sa.URL | None:
    value = storage.raw("database")
    if value is None:
        return None
    try:
        return database_url(str(value))  # whatever it is, its error does not repeat it
    except ValueError as error:
        raise storage.error("database", str(error)) from error


def _refuse_duplicates(config: CollectorConfig, top: Section) -> None:
    names = [job.job_name for job in config.scrape_configs]
    for name in names:
        if names.count(name) > 1:
            raise top.error("scrape_configs", f"job_name {name!r} is used twice: expected a name of its own")


def _job(job: Section, interval: float, timeout: float, base: Path) -> ScrapeConfig:
    own_interval = job.positive_seconds("scrape_interval", interval)
    own_timeout = job.seconds("scrape_timeout", min(timeout, own_interval))
    if not 0 < own_timeout <= own_interval:
        raise job.error(
            "scrape_timeout", f"expected above 0 and at most the scrape_interval of {own_interval:g}s"
        )
    parsed = ScrapeConfig(
        job_name=job.required("job_name"),
        interval_seconds=own_interval,
        timeout_seconds=own_timeout,
        metrics_path=_path(job, "metrics_path", "/metrics"),
        scheme=job.choice("scheme", ("http", "https"), "http"),
        params=_params(job),
        honor_labels=job.flag("honor_labels", False),
        honor_timestamps=job.flag("honor_timestamps", True),
        sample_limit=job.count("sample_limit"),
        label_limit=job.count("label_limit"),
        label_name_length_limit=job.count("label_name_length_limit"),
        label_value_length_limit=job.count("label_value_length_limit"),
        target_limit=job.count("target_limit"),
        body_size_limit_bytes=job.size_bytes("body_size_limit"),
        http=parse_http_client(job, base),
        static_configs=job.sections("static_configs", _static),
        file_sd_configs=job.sections("file_sd_configs", lambda sd: _files(sd, base)),
        relabel=job.sections("relabel_configs", parse_relabel),
        metric_relabel=job.sections("metric_relabel_configs", parse_relabel),
    )
    job.finish(_UNSUPPORTED_IN_JOB)
    return parsed


def _path(section: Section, key: str, default: str) -> str:
    path = section.text(key, default)
    if not path.isprintable():
        raise section.error(key, f"expected a path such as {default}, found {path[:40]!r}")
    return path


def _params(job: Section) -> dict[str, tuple[str, ...]]:
    params = job.section("params")
    value = job.raw("params")
    names = list(value) if isinstance(value, Mapping) else []
    return {str(name): params.strings(str(name)) for name in names}


def _static(section: Section) -> StaticTargets:
    parsed = StaticTargets(section.strings("targets"), section.mapping("labels"))
    for target in parsed.targets:
        if "/" in target or not target.isprintable():
            shown = without_userinfo(target)
            raise section.error("targets", f"expected HOST:PORT without scheme or path, found {shown!r}")
    section.finish()
    return parsed


def _files(section: Section, base: Path) -> FileDiscovery:
    patterns = tuple(str(base / pattern) for pattern in section.strings("files"))
    for pattern in patterns:
        if not pattern.endswith((".json", ".yml", ".yaml")):
            raise section.error(
                "files", f"expected files that end in .json, .yml or .yaml, found {pattern!r}"
            )
    parsed = FileDiscovery(patterns, section.positive_seconds("refresh_interval", 300.0))
    section.finish()
    return parsed


def _alertmanager(section: Section, base: Path) -> AlertmanagerConfig:
    static = section.sections("static_configs", _static)
    parsed = AlertmanagerConfig(
        targets=tuple(target for group in static for target in group.targets),
        scheme=section.choice("scheme", ("http", "https"), "http"),
        path_prefix=_path(section, "path_prefix", "/"),
        timeout_seconds=section.positive_seconds("timeout", 10.0),
        http=parse_http_client(section, base),
    )
    section.choice("api_version", ("v2",), "v2")
    section.finish(_UNSUPPORTED_IN_JOB)
    return parsed
