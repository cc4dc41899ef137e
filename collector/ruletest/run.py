"""Runs unit tests of rules with promtool's semantics, on the engine that runs the rules themselves."""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from collector.embedded import EmbeddedQuerier
from collector.errors import QueryError
from collector.labels import Labels
from collector.promql.formatting import format_value
from collector.promql.guard import QuerySize
from collector.promql.limits import Limits
from collector.promql.parse import parse
from collector.rules.engine import RuleEngine
from collector.rules.files import RuleGroup, load_rule_files
from collector.rules.state import AlertState
from collector.ruletest.file import AlertTest, QueryTest, RuleTest, RuleTestFile
from collector.ruletest.store import RuleTestStore

Pairs = tuple[tuple[str, str], ...]
Valued = tuple[Labels, float]


@dataclass(frozen=True)
class Failure:
    """What a test expected and did not get; ``error`` is what came instead of an answer.

    test: its name, may be empty. subject: what was asked, such as ``alertname: Down``.
    """

    test: str
    subject: str
    at_seconds: float
    expected: tuple[str, ...] = ()
    got: tuple[str, ...] = ()
    error: str = ""


def run_rule_tests(file: RuleTestFile, *, experimental: bool = False) -> Iterator[Failure]:
    """Runs the tests of a file, each on a store of its own.

    Raises:
        ConfigError: if a rule file is wrong; naming file, key and what was expected.
    """
    if not file.tests:
        return
    groups = load_rule_files(
        file.rule_files, check=lambda expr: parse(expr, size=QuerySize(), experimental=experimental)
    )
    places = {name: place for place, name in enumerate(file.group_order)}
    ordered = sorted(groups, key=lambda group: places.get(group.name, 0))
    for test in file.tests:
        yield from _Trial(file, test, ordered, experimental=experimental).failures()


class _Trial:
    """One test under way. Every group is evaluated at every step, whatever its own interval is."""

    def __init__(
        self, file: RuleTestFile, test: RuleTest, groups: Sequence[RuleGroup], *, experimental: bool
    ) -> None:
        self._file = file
        self._test = test
        self._groups = groups
        self._store = RuleTestStore(test.series, test.interval_seconds)
        limits = Limits(subquery_step_seconds=file.interval_seconds)
        self._querier = EmbeddedQuerier(self._store.samples, limits, experimental=experimental)
        self._engine = RuleEngine(
            groups,
            self._querier,
            self._store,
            external_labels=test.external_labels,
            external_url=test.external_url,
        )

    def failures(self) -> Iterator[Failure]:
        """A rule that fails ends the test. Alerts are those of the latest evaluation before their time."""
        step_ms = round(self._file.interval_seconds * 1000)
        asked: dict[int, list[AlertTest]] = defaultdict(list)
        for one in self._test.alerts:
            asked[round(one.at_seconds * 1000) // step_ms].append(one)
        for step in range(round(self._test.last_seconds * 1000) // step_ms + 1):
            broken = self._evaluate(step * step_ms / 1000)
            if broken:
                yield from broken
                return
            for alert_test in sorted(asked[step], key=lambda one: one.at_seconds):
                yield from self._check_alerts(alert_test)
        for query_test in self._test.queries:
            yield from self._check_query(query_test)

    def _evaluate(self, at: float) -> list[Failure]:
        self._store.load_until(at)
        errors: dict[str, str] = {}
        for group in self._groups:
            errors |= self._engine.evaluate(group, at).failures
        errors |= self._store.refused
        return [Failure(self._test.name, f"rule: {rule}", at, error=said) for rule, said in errors.items()]

    def _check_alerts(self, asked: AlertTest) -> Iterator[Failure]:
        expected = sorted(
            (_pairs({**one.labels, "alertname": asked.alertname}), _pairs(one.annotations))
            for one in asked.expected
        )
        got = sorted(self._firing(asked.alertname))
        if expected != got:
            yield Failure(
                self._test.name,
                f"alertname: {asked.alertname}",
                asked.at_seconds,
                tuple(_spelled(labels, annotations) for labels, annotations in expected),
                tuple(_spelled(labels, annotations) for labels, annotations in got),
            )

    def _firing(self, alertname: str) -> Iterator[tuple[Pairs, Pairs]]:
        for status in self._engine.statuses:
            for rule in status.rules:
                for alert in rule.alerts.values():
                    if alert.state is AlertState.FIRING and alert.labels["alertname"] == alertname:
                        yield alert.labels.pairs, _pairs(alert.annotations)

    def _check_query(self, asked: QueryTest) -> Iterator[Failure]:
        subject = f"expr: {asked.expr}"
        try:
            samples = self._querier.instant(asked.expr, asked.at_seconds)
        except QueryError as error:
            yield Failure(self._test.name, subject, asked.at_seconds, error=str(error))
            return
        expected = sorted(((one.labels, one.value) for one in asked.expected), key=_by_labels)
        got = sorted(((one.labels, one.value) for one in samples), key=_by_labels)
        if not self._alike(expected, got):
            yield Failure(
                self._test.name, subject, asked.at_seconds, _spelled_samples(expected), _spelled_samples(got)
            )

    def _alike(self, expected: Sequence[Valued], got: Sequence[Valued]) -> bool:
        if len(expected) != len(got):
            return False
        return all(
            wanted[0] == found[0] and _equal(wanted[1], found[1], fuzzy=self._file.fuzzy)
            for wanted, found in zip(expected, got, strict=True)
        )


def _equal(expected: float, got: float, *, fuzzy: bool) -> bool:
    """To the bit, or with ``fuzzy`` to its neighbours. NaN is equal to nothing, as promtool has it."""
    if expected == got:
        return True
    return fuzzy and got in {math.nextafter(expected, -math.inf), math.nextafter(expected, math.inf)}


def _by_labels(sample: Valued) -> Pairs:
    return sample[0].pairs


def _pairs(texts: Mapping[str, str]) -> Pairs:
    return tuple(sorted(texts.items()))


def _spelled(labels: Pairs, annotations: Pairs) -> str:
    return f"labels {_braced(labels)}, annotations {_braced(annotations)}"


def _spelled_samples(samples: Iterable[Valued]) -> tuple[str, ...]:
    return tuple(f"{labels} {format_value(value)}" for labels, value in samples)


def _braced(pairs: Pairs) -> str:
    """All of the pairs, also those with an empty value, which a label set would leave out."""
    return "{" + ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in pairs) + "}"
