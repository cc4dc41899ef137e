"""Checks configurations and rule files without starting anything, and tells as promtool does."""

from collections.abc import Callable
from pathlib import Path

import click

from collector.config import CollectorConfig, load_config
from collector.config_http import HttpClientConfig
from collector.credentials import credentials
from collector.errors import ConfigError
from collector.fetch import tls_context
from collector.promql.guard import QuerySize
from collector.promql.likeness import ExpressionCheck
from collector.rules.files import RuleGroup, load_rule_files
from collector.targets import discover


def check_config(path: Path) -> bool:
    """Checks a configuration, what it refers to and its rule files; true if it could be started."""

    def checked() -> str:
        config = load_config(path)
        rules = _rules(_groups(config.rule_files, experimental=config.query.experimental))
        targets = sum(len(discover(job)[0]) for job in config.scrape_configs)
        for http in _clients(config):
            credentials(http)
            tls_context(http.tls)
        for missing in _missing_discovery_files(config):
            click.echo(f"  WARNING: {missing}: no such discovery file")
        return f"{len(config.scrape_configs)} jobs, {targets} targets, {rules} rules found"

    return _told(path, checked)


def check_rules(path: Path, *, experimental: bool = False) -> bool:
    """Checks a rule file; true if it could be used."""

    def checked() -> str:
        return f"{_rules(_groups((str(path),), experimental=experimental))} rules found"

    return _told(path, checked)


def _told(path: Path, check: Callable[[], str]) -> bool:
    click.echo(f"Checking {path}")
    try:
        found = check()
    except ConfigError as error:
        click.echo(f"  FAILED: {error}\n", err=True)
        return False
    click.echo(f"  SUCCESS: {found}\n")
    return True


def _groups(patterns: tuple[str, ...], *, experimental: bool) -> tuple[RuleGroup, ...]:
    return load_rule_files(patterns, check=ExpressionCheck(QuerySize(), experimental=experimental))


def _missing_discovery_files(config: CollectorConfig) -> list[str]:
    """Those that are named without a ``*``: what a pattern matches may come later."""
    named = [file for job in config.scrape_configs for sd in job.file_sd_configs for file in sd.files]
    return [file for file in named if not set("*?[") & set(Path(file).name) and not Path(file).exists()]


def _rules(groups: tuple[RuleGroup, ...]) -> int:
    return sum(len(group.rules) for group in groups)


def _clients(config: CollectorConfig) -> list[HttpClientConfig]:
    return [job.http for job in config.scrape_configs] + [group.http for group in config.alertmanagers]
