"""What to scrape: static and file discovery, relabelled into targets."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml

from collector.config import ScrapeConfig, StaticTargets
from collector.durations import format_duration, parse_duration
from collector.errors import ConfigError, RelabelError
from collector.labels import Labels
from collector.redaction import without_userinfo
from collector.relabel import relabel
from collector.settings import Section
from collector.yaml_text import load

_INTERVAL, _TIMEOUT = "__scrape_interval__", "__scrape_timeout__"
_HOW_FOUND: dict[str, Any] = {"static_configs": (), "file_sd_configs": (), "relabel": (), "target_limit": 0}


@dataclass(frozen=True)
class Target:
    """One page to fetch. ``labels`` go on every sample; ``discovered`` is how it was found."""

    job: ScrapeConfig
    url: str
    labels: Labels
    discovered: Labels

    @property
    def shown_url(self) -> str:
        """For people: without a password."""
        return without_userinfo(self.url)

    @property
    def key(self) -> str:
        """Names the target across restarts."""
        return f"{self.job.job_name}\n{self.url}\n{self.labels}"

    def is_scraped_as(self, other: "Target") -> bool:
        """Whether two targets differ at most in how they were found."""
        return (self.url, self.labels) == (other.url, other.labels) and (
            replace(self.job, **_HOW_FOUND) == replace(other.job, **_HOW_FOUND)
        )

    def offset_seconds(self, interval_seconds: float) -> float:
        """Where in each interval this target is scraped: spread by name, the same after a restart."""
        return spread(self.key, interval_seconds)


@dataclass(frozen=True)
class DroppedTarget:
    """A target that relabelling dropped; with an error where it made one that cannot be scraped."""

    discovered: Labels
    error: str = ""


def spread(name: str, interval_seconds: float) -> float:
    """A fixed point in [0, interval) for a name."""
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64 * interval_seconds


def discover(job: ScrapeConfig) -> tuple[list[Target], list[DroppedTarget]]:
    """A job's targets as its configuration and discovery files say now.

    Raises:
        ConfigError: for a discovery file that cannot be read.
    """
    active: dict[str, Target] = {}
    dropped = []
    groups = [*job.static_configs, *(group for sd in job.file_sd_configs for group in _from_files(sd.files))]
    for discovered in _addresses(job, groups):
        target = _target(job, discovered)
        if isinstance(target, DroppedTarget):
            dropped.append(target)
        else:
            active.setdefault(target.key, target)
    return list(active.values()), dropped


def _addresses(job: ScrapeConfig, groups: Iterable[StaticTargets]) -> Iterator[dict[str, str]]:
    for group in groups:
        for address in group.targets:
            params = {f"__param_{name}": values[0] for name, values in job.params.items() if values}
            yield {
                "job": job.job_name,
                "__scheme__": job.scheme,
                "__metrics_path__": job.metrics_path,
                _INTERVAL: format_duration(job.interval_seconds),
                _TIMEOUT: format_duration(job.timeout_seconds),
                **params,
                **group.labels,
                "__address__": address,
            }


def _target(job: ScrapeConfig, discovered: Mapping[str, str]) -> Target | DroppedTarget:
    try:
        labels = relabel(dict(discovered), job.relabel)
    except RelabelError as error:
        return DroppedTarget(Labels(discovered), str(error))
    if labels is None or not labels.get("__address__"):
        return DroppedTarget(Labels(discovered))
    try:
        job = _timed(job, labels)
    except ValueError as error:
        return DroppedTarget(Labels(discovered), str(error))
    public = {name: value for name, value in labels.items() if not name.startswith("__")}
    public.setdefault("instance", labels["__address__"])
    return Target(job, _url(job, labels), Labels(public), Labels(discovered))


def _timed(job: ScrapeConfig, labels: Mapping[str, str]) -> ScrapeConfig:
    """The job as its target is scraped: relabelling may give it an interval and a timeout of its own."""
    interval, timeout = (_positive_seconds(labels, name) for name in (_INTERVAL, _TIMEOUT))
    if timeout > interval:
        raise ValueError(
            f"{_TIMEOUT}: expected at most {_INTERVAL} of {labels[_INTERVAL]}, found {labels[_TIMEOUT]}"
        )
    return replace(job, interval_seconds=interval, timeout_seconds=timeout)


def _positive_seconds(labels: Mapping[str, str], name: str) -> float:
    text = labels.get(name, "")
    try:
        seconds = parse_duration(text)
    except ValueError as error:
        raise ValueError(f"{name}: expected a duration such as 30s or 5m, found {text!r}") from error
    if not seconds:
        raise ValueError(f"{name}: expected a duration above 0")
    return seconds


def _url(job: ScrapeConfig, labels: Mapping[str, str]) -> str:
    params = {name: list(values) for name, values in job.params.items()}
    for name, value in labels.items():
        if name.startswith("__param_"):
            params[name.removeprefix("__param_")] = [
                value,
                *params.get(name.removeprefix("__param_"), [])[1:],
            ]
    query = urlencode(params, doseq=True)
    path = labels.get("__metrics_path__", "/metrics")
    path = path if path.startswith("/") else f"/{path}"
    url = f"{labels.get('__scheme__', 'http')}://{labels['__address__']}{path}"
    return f"{url}?{query}" if query else url


def files_as_they_are(job: ScrapeConfig) -> tuple[tuple[str, int, int, int], ...]:
    """What tells whether a discovery file came, went or changed: name, inode, nanoseconds, bytes."""
    found = []
    for path in (path for sd in job.file_sd_configs for path in _paths(sd.files)):
        with suppress(OSError):  # it went meanwhile
            state = path.stat()
            found.append((str(path), state.st_ino, state.st_mtime_ns, state.st_size))
    return tuple(found)


def _from_files(patterns: Iterable[str]) -> Iterator[StaticTargets]:
    for path in _paths(patterns):
        yield from _read_groups(path)


def _paths(patterns: Iterable[str]) -> Iterator[Path]:
    for pattern in patterns:
        yield from sorted(Path(pattern).parent.glob(Path(pattern).name))


def _read_groups(path: Path) -> list[StaticTargets]:
    """Reads target groups; JSON is YAML too."""
    try:
        value = load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: expected YAML or JSON: {' '.join(str(error).split())}") from error
    if not isinstance(value, list):
        raise ConfigError(f"{path}: expected a list of target groups")
    groups = []
    for number, item in enumerate(value):
        section = Section(item, str(path), f"[{number}]")
        groups.append(StaticTargets(section.strings("targets"), section.mapping("labels")))
        section.finish()
    return groups
