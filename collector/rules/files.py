"""Rule groups as Prometheus writes them, and as Kubernetes' ``PrometheusRule``: read and checked."""

import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from collector.errors import ConfigError, QueryError, TemplateError
from collector.labels import METRIC_NAME
from collector.settings import Section
from collector.template_likeness import TemplateCheck
from collector.yaml_text import load_all_as_written

logger = logging.getLogger(__name__)

RESOURCE_VERSION, RESOURCE_KIND = "monitoring.coreos.com/v1", "PrometheusRule"
_LISTS = {"List", "PrometheusRuleList"}

CheckExpression = Callable[[str], object]
_RECORD = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_MOST_DIGITS = 18


@dataclass(frozen=True)
class RecordingRule:
    """Keeps the answer of ``expr`` under the name ``record``."""

    record: str
    expr: str
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.record

    @property
    def identity(self) -> tuple[str, ...]:
        """What two versions of one rule have in common."""
        return "record", self.record, repr(sorted(self.labels.items()))


@dataclass(frozen=True)
class AlertingRule:
    """Fires for each series that ``expr`` answers for ``for_seconds`` without a break."""

    alert: str
    expr: str
    for_seconds: float = 0.0
    keep_firing_for_seconds: float = 0.0
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.alert

    @property
    def identity(self) -> tuple[str, ...]:
        """What two versions of one rule have in common."""
        return "alert", self.alert, repr(sorted(self.labels.items()))


Rule = RecordingRule | AlertingRule


@dataclass(frozen=True)
class RuleGroup:
    """Rules that are evaluated in order, at one time. A limit of 0 is none.

    says_interval: whether the file does, or leaves it to whoever evaluates.
    """

    name: str
    interval_seconds: float
    rules: tuple[Rule, ...]
    file: str = ""
    limit: int = 0
    query_offset_seconds: float = 0.0
    labels: Mapping[str, str] = field(default_factory=dict)
    says_interval: bool = field(default=True, compare=False)

    @property
    def key(self) -> str:
        """Names the group across restarts."""
        return f"{self.file};{self.name}"


@dataclass(frozen=True)
class _Checks:
    expression: CheckExpression | None
    template: TemplateCheck


def parse_groups(
    value: object,
    file: str = "rules",
    *,
    default_interval_seconds: float = 60.0,
    check: CheckExpression | None = None,
) -> tuple[RuleGroup, ...]:
    """Reads the mapping of a rule file.

    check: parses an expression and raises QueryError for one that is wrong.

    Raises:
        ConfigError: naming file, key and what was expected.
    """
    top = Section(value, file)
    checks = _Checks(check, TemplateCheck())
    groups = top.sections("groups", lambda section: _group(section, default_interval_seconds, checks))
    top.finish()
    for name, count in Counter(group.name for group in groups).items():
        if count > 1:
            raise top.error("groups", f"group {name!r} is there twice: expected a name of its own")
    return groups


def load_rule_files(
    patterns: Iterable[str | Path],
    *,
    default_interval_seconds: float = 60.0,
    check: CheckExpression | None = None,
) -> tuple[RuleGroup, ...]:
    """Reads rule files; a pattern may hold ``*`` in its last part, and then may match none.

    A file may have several documents, each of them groups, a ``PrometheusRule``, or a list of such.

    Raises:
        ConfigError: naming file, key and what was expected.
    """
    groups: list[RuleGroup] = []
    for path in _matched(patterns):
        try:
            found = load_all_as_written(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: expected YAML: {' '.join(str(error).split())}") from error
        for value, place in _contents(found, str(path)):
            groups += parse_groups(
                value, place, default_interval_seconds=default_interval_seconds, check=check
            )
    return tuple(groups)


def _contents(documents: Sequence[object], file: str) -> list[tuple[object, str]]:
    """What holds the groups, with the place that messages and groups name: which of several it is."""
    given = [document for document in documents if document is not None] or [None]
    resources = [one for document in given for one in _listed(document, file)]
    places = [f"{file} (document {n})" if len(resources) > 1 else file for n in range(1, len(resources) + 1)]
    return [(_spec(one, place), place) for one, place in zip(resources, places, strict=True)]


def _listed(document: object, file: str) -> list[object]:
    """``kubectl get -o yaml`` puts several resources into a list."""
    if not isinstance(document, Mapping) or document.get("kind") not in _LISTS:
        return [document]
    items = document.get("items")
    if not isinstance(items, list):
        raise Section(document, file).error("items", "expected a list")
    return items


def _spec(resource: object, file: str) -> object:
    """The mapping with the groups. Of a resource the rest is for Kubernetes."""
    if not isinstance(resource, Mapping) or "kind" not in resource:
        return resource
    top = Section(resource, file)
    top.choice("apiVersion", (RESOURCE_VERSION,), RESOURCE_VERSION)
    top.choice("kind", (RESOURCE_KIND,), "")
    for key in ("metadata", "spec", "status"):
        top.raw(key)
    top.finish()
    return resource.get("spec")


def _matched(patterns: Iterable[str | Path]) -> list[Path]:
    paths: dict[Path, None] = {}
    for pattern in map(Path, patterns):
        wild = any(sign in pattern.name for sign in "*?[")
        found = sorted(pattern.parent.glob(pattern.name)) if wild else [pattern]
        if not found:
            logger.warning("rule_files: no file matches %s", pattern)
        for path in found:
            paths[path] = None
    return list(paths)


def _group(section: Section, default_interval: float, checks: _Checks) -> RuleGroup:
    interval = section.seconds("interval", default_interval)
    if interval <= 0:
        raise section.error("interval", "expected a duration above 0")
    group = RuleGroup(
        name=section.required("name"),
        interval_seconds=interval,
        rules=section.sections("rules", lambda rule: _rule(rule, checks)),
        file=section.file,
        limit=_limit(section),
        query_offset_seconds=section.seconds("query_offset", 0.0),
        labels=section.mapping("labels"),
        says_interval="interval" in section,
    )
    section.finish(("partial_response_strategy", "source_tenants"))
    return group


def _limit(section: Section) -> int:
    text = section.text("limit", "0")
    if not text.isdecimal() or len(text) > _MOST_DIGITS:
        raise section.error("limit", f"expected a whole number, 0 or more, found {text[:40]!r}")
    return int(text)


def _rule(section: Section, checks: _Checks) -> Rule:
    if "alert" not in section and "record" not in section:
        raise section.neither("alert", "record")
    rule = _alerting(section, checks.template) if "alert" in section else _recording(section)
    section.finish()
    _check_names(section, "labels", rule.labels)
    if METRIC_NAME in rule.labels:
        raise section.error("labels", f"expected labels other than {METRIC_NAME}")
    if checks.expression is not None:
        try:
            checks.expression(rule.expr)
        except QueryError as error:
            raise section.error("expr", f"rule {rule.name!r}: {error}") from error
    return rule


def _recording(section: Section) -> RecordingRule:
    record = section.required("record")
    if _RECORD.fullmatch(record) is None:
        raise section.error("record", f"expected a name of letters, digits, _ and :, found {record!r}")
    return RecordingRule(record, section.required("expr").strip(), section.mapping("labels"))


def _alerting(section: Section, check: TemplateCheck) -> AlertingRule:
    rule = AlertingRule(
        alert=section.required("alert"),
        expr=section.required("expr").strip(),
        for_seconds=section.seconds("for", 0.0),
        keep_firing_for_seconds=section.seconds("keep_firing_for", 0.0),
        labels=section.mapping("labels"),
        annotations=section.mapping("annotations"),
    )
    if "record" in section:
        raise section.error("record", "expected record or alert, found both")
    _check_names(section, "annotations", rule.annotations)
    _check_templates(section, "labels", rule.labels, check)
    _check_templates(section, "annotations", rule.annotations, check)
    return rule


def _check_names(section: Section, key: str, texts: Mapping[str, str]) -> None:
    for name in texts:
        if _LABEL.fullmatch(name) is None:
            raise section.error(key, f"expected names of letters, digits and _, found {name!r}")


def _check_templates(section: Section, key: str, templates: Mapping[str, str], check: TemplateCheck) -> None:
    for name, text in templates.items():
        try:
            check(text)
        except TemplateError as error:
            raise section.error(f"{key}.{name}", f"expected a template: {error}") from error
