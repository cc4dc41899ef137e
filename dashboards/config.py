"""``fireline.yml``: the collector's keys as Prometheus spells them, and beside them the other parts' keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from alerts.config import AlertsConfig
from alerts.config import parse_config as parse_alerts
from alerts.formats.sloth import PeriodOptions
from alerts.signals import Estimate
from collector.addresses import http_url
from collector.config import KEYS as COLLECTOR_KEYS
from collector.config import CollectorConfig
from collector.config import parse_config as parse_collector
from collector.config_remote import RemoteConfig, parse_remote
from collector.errors import ConfigError
from collector.redaction import shortened, without_userinfo
from collector.settings import Section
from collector.yaml_text import load
from dashboards.business import read_estimate

LANGUAGES = ("en", "ko")


@dataclass(frozen=True)
class FirelineConfig:
    """Everything that ``fireline.yml`` says; file patterns are resolved to the files that are there.

    policies: files that stand in for a policy of this name.
    prometheus: the server to query instead of scraping; None for the embedded engine.
    receives_remote_write: whether others may write samples here.
    business: how to estimate what an incident cost.
    exclusion_files: of the times that budgets leave out. period: of SLOs whose format does not say it.
    """

    path: Path
    collector: CollectorConfig
    alerts: AlertsConfig
    slo_files: tuple[Path, ...]
    guardrail_files: tuple[Path, ...]
    signal_map: Path | None
    policies: Mapping[str, Path]
    language: str
    zone: ZoneInfo
    prometheus: RemoteConfig | None
    receives_remote_write: bool = False
    exclusion_files: tuple[Path, ...] = ()
    period: PeriodOptions = field(default_factory=PeriodOptions)
    business: tuple[Estimate, ...] = ()


def load_config(path: Path, *, page_url: str = "", prometheus: str | None = None) -> FirelineConfig:
    """Reads the file. The arguments are what the command line says, and win over it.

    page_url: where the pages are served, for links in messages where the file names no other address.

    Raises:
        ConfigError, alerts.errors.SpecError: naming file, key and what was expected.
    """
    values = _read(path)
    top = Section(values, str(path))
    alerts, language, zone = top.raw("alerts"), top.choice("language", LANGUAGES, "en"), _zone(top)
    of_file = _engine(top, path)
    engine = _of_flag(prometheus) or of_file
    config = FirelineConfig(
        path=path,
        collector=_collector(top, values, path),
        alerts=parse_alerts(_with_defaults(top, alerts, language, zone, page_url), str(path)),
        slo_files=_files(top, "slo_files", path.parent),
        guardrail_files=_files(top, "guardrail_files", path.parent),
        signal_map=_file(top, "signal_map", path.parent),
        policies={
            name: _existing(top, "policies", path.parent / f) for name, f in top.mapping("policies").items()
        },
        language=language,
        zone=zone,
        prometheus=engine,
        receives_remote_write=_receives_remote_write(top, engine),
        exclusion_files=_files(top, "exclusion_files", path.parent),
        period=_period(top, path),
        business=top.sections("business", read_estimate),
    )
    top.finish()
    return config


def _read(path: Path) -> Mapping[str, object]:
    try:
        values = load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"{path}: expected a readable file: {error.strerror} (fireline init writes one)"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: expected YAML: {' '.join(str(error).split())}") from error
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        raise ConfigError(f"{path}: expected a mapping of keys, found {type(values).__name__}")
    return values


def _collector(top: Section, values: Mapping[str, object], path: Path) -> CollectorConfig:
    own = {key: top.raw(key) for key in COLLECTOR_KEYS if key in values}
    text = yaml.safe_dump(own, sort_keys=False)
    return parse_collector(own, str(path), base_folder=path.parent, text=text)


def _with_defaults(
    top: Section, raw: object, language: str, zone: ZoneInfo, page_url: str
) -> dict[str, object]:
    """Messages speak the language and the hours of the pages, and link to them, unless told otherwise."""
    if raw is not None and not isinstance(raw, Mapping):
        raise top.error("alerts", f"expected a mapping, found {type(raw).__name__}")
    return {"language": language, "timezone": zone.key, "base_url": page_url, **(raw or {})}


def _of_flag(url: str | None) -> RemoteConfig | None:
    """Another server than the file's is not sent the file's credentials."""
    return RemoteConfig(server_url(url, "--prometheus")) if url else None


def _engine(top: Section, path: Path) -> RemoteConfig | None:
    """An address alone, or a mapping with it and how to reach it."""
    if not isinstance(top.raw("prometheus"), Mapping):
        url = server_url(top.text("prometheus"), f"{path}: prometheus")
        return RemoteConfig(url) if url else None
    remote = parse_remote(top.section("prometheus"), path.parent)
    return replace(remote, url=server_url(remote.url, f"{path}: prometheus.url"))


def _receives_remote_write(top: Section, engine: RemoteConfig | None) -> bool:
    received = top.flag("remote_write_receiver", False)
    if received and engine:
        raise top.error(
            "remote_write_receiver",
            f"expected false: {without_userinfo(engine.url)} has the samples, not Fireline",
        )
    return received


def _zone(top: Section) -> ZoneInfo:
    name = top.text("time_zone", "UTC")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise top.error("time_zone", f"expected a zone such as Asia/Seoul or UTC, found {name!r}") from error


def _period(top: Section, path: Path) -> PeriodOptions:
    seconds, name = top.seconds("slo_period", 0.0), top.text("slo_windows")
    windows = path.parent / name if name else None
    if windows is not None and not windows.is_dir():
        windows = _existing(top, "slo_windows", windows)
    return PeriodOptions(seconds or None, windows, "slo_period", "slo_windows", str(path))


def _files(top: Section, key: str, folder: Path) -> tuple[Path, ...]:
    return tuple(path for pattern in top.strings(key) for path in _matching(top, key, folder, pattern))


def _matching(top: Section, key: str, folder: Path, pattern: str) -> list[Path]:
    anchor = Path(pattern).anchor
    try:
        found = sorted(Path(anchor or folder).glob(pattern.removeprefix(anchor)))
    except (OSError, ValueError, IndexError):  # a name that no file can have, or no pattern at all
        found = []
    if not found:
        raise top.error(key, f"expected files that exist, found none for {shortened(pattern)}")
    return found


def _file(top: Section, key: str, folder: Path) -> Path | None:
    name = top.text(key)
    return _existing(top, key, folder / name) if name else None


def _existing(top: Section, key: str, path: Path) -> Path:
    try:
        exists = path.is_file()
    except OSError:  # a name longer than any file has
        exists = False
    if not exists:
        raise top.error(key, f"expected a file that exists, found none at {shortened(str(path))}")
    return path


def server_url(text: str, place: str) -> str:
    """An http(s) URL without its last slash, or an empty string.

    Raises:
        ConfigError: for anything else.
    """
    try:
        return http_url(text)
    except ValueError as error:
        raise ConfigError(f"{place}: {error}") from error
