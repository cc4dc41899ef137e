"""Unit tests of rules as promtool's ``test rules`` reads them: the file, read and checked."""

import glob
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from collector.errors import ConfigError
from collector.labels import Labels
from collector.series_notation import Run, parse_metric, parse_values, split_metric
from collector.settings import Section
from collector.yaml_text import load_as_written

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_SPECIAL_NUMBER = re.compile(r"([-+]?)\.(inf|nan)", re.IGNORECASE)
_UNCLOSED_CLASS = re.compile(r"\[[^\]]*$")


@dataclass(frozen=True)
class ExpectedAlert:
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True)
class AlertTest:
    """Which alerts of a name fire ``at_seconds`` into the test: these, and no others."""

    alertname: str
    at_seconds: float
    expected: tuple[ExpectedAlert, ...]


@dataclass(frozen=True)
class ExpectedSample:
    labels: Labels
    value: float


@dataclass(frozen=True)
class QueryTest:
    """What an expression answers ``at_seconds`` into the test: these samples, and no others."""

    expr: str
    at_seconds: float
    expected: tuple[ExpectedSample, ...]


@dataclass(frozen=True)
class RuleTest:
    """Series whose samples are ``interval_seconds`` apart, and what rules and queries make of them."""

    name: str
    interval_seconds: float
    series: Mapping[Labels, tuple[Run, ...]]
    alerts: tuple[AlertTest, ...]
    queries: tuple[QueryTest, ...]
    external_labels: Mapping[str, str]
    external_url: str

    @property
    def last_seconds(self) -> float:
        """When the last question is asked."""
        alerts, queries = (one.at_seconds for one in self.alerts), (one.at_seconds for one in self.queries)
        return max((*alerts, *queries), default=0.0)


@dataclass(frozen=True)
class RuleTestFile:
    """missing: patterns of rule files that match none. fuzzy: values may differ in their last bit."""

    rule_files: tuple[Path, ...]
    missing: tuple[str, ...]
    interval_seconds: float
    group_order: tuple[str, ...]
    fuzzy: bool
    tests: tuple[RuleTest, ...]


def load_rule_tests(path: Path) -> RuleTestFile:
    """Reads a file of tests.

    Raises:
        ConfigError: naming file, key and what was expected.
    """
    try:
        value = load_as_written(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: expected YAML: {' '.join(str(error).split())}") from error
    top = Section(value, str(path))
    interval = top.seconds("evaluation_interval", 0.0) or 60.0
    matched = {pattern: _matched(top, path.parent, pattern) for pattern in top.strings("rule_files")}
    file = RuleTestFile(
        rule_files=tuple(dict.fromkeys(found for files in matched.values() for found in files)),
        missing=tuple(pattern for pattern, files in matched.items() if not files),
        interval_seconds=interval,
        group_order=_group_order(top),
        fuzzy=top.choice("fuzzy_compare", ("true", "false"), "false") == "true",
        tests=top.sections("tests", lambda test: _test(test, interval)),
    )
    top.finish()
    return file


def _matched(top: Section, folder: Path, pattern: str) -> list[Path]:
    if _UNCLOSED_CLASS.search(pattern):
        raise top.error("rule_files", f"expected a pattern whose [ is closed, found {pattern!r}")
    if not pattern:
        return []
    path = os.path.normpath(Path(glob.escape(str(folder))) / pattern)
    return [Path(found) for found in sorted(glob.glob(path, include_hidden=True))]  # noqa: PTH207  # may be absolute


def _group_order(top: Section) -> tuple[str, ...]:
    names = top.strings("group_eval_order")
    for name in names:
        if names.count(name) > 1:
            raise top.error("group_eval_order", f"expected each group once, found {name!r} twice")
    return names


def _test(section: Section, evaluation_interval: float) -> RuleTest:
    test = RuleTest(
        name=section.text("name"),
        interval_seconds=section.seconds("interval", 0.0) or evaluation_interval,
        series=dict(section.sections("input_series", _series)),
        alerts=section.sections("alert_rule_test", _alert_test),
        queries=section.sections("promql_expr_test", _query_test),
        external_labels=section.mapping("external_labels"),
        external_url=section.text("external_url"),
    )
    section.finish()
    return test


def _series(section: Section) -> tuple[Labels, tuple[Run, ...]]:
    """Promtool reads both texts as one line, so values may begin beside the series."""
    line = f"{section.required('series')} {section.text('values')}"
    section.finish()
    try:
        labels, values = split_metric(line)
    except ValueError as error:
        raise section.error("series", str(error)) from error
    try:
        return labels, parse_values(values)
    except ValueError as error:
        raise section.error("values", f"{labels}: {error}") from error


def _alert_test(section: Section) -> AlertTest:
    test = AlertTest(
        alertname=section.required("alertname"),
        at_seconds=section.seconds("eval_time", 0.0),
        expected=section.sections("exp_alerts", _expected_alert),
    )
    section.finish()
    return test


def _expected_alert(section: Section) -> ExpectedAlert:
    alert = ExpectedAlert(section.mapping("exp_labels"), section.mapping("exp_annotations"))
    section.finish()
    return alert


def _query_test(section: Section) -> QueryTest:
    test = QueryTest(
        expr=section.text("expr"),
        at_seconds=section.seconds("eval_time", 0.0),
        expected=section.sections("exp_samples", _expected_sample),
    )
    section.finish()
    return test


def _expected_sample(section: Section) -> ExpectedSample:
    try:
        labels = parse_metric(section.text("labels"))
    except ValueError as error:
        raise section.error("labels", str(error)) from error
    sample = ExpectedSample(labels, _number(section, "value"))
    section.finish()
    return sample


def _number(section: Section, key: str) -> float:
    """A number of YAML, which spells NaN ``.nan``; without one it is 0, as promtool has it."""
    text = section.text(key, "0")
    if special := _SPECIAL_NUMBER.fullmatch(text):
        return float("".join(special.groups()))
    if _NUMBER.fullmatch(text) is None:
        raise section.error(key, f"expected a number such as 1, 0.5, .inf or .nan, found {text!r}")
    return float(text)
