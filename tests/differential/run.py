"""Draws cases, asks both engines, and sorts out what differs."""

import math
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from collector.labels import Labels
from collector.promql.engine import Engine
from tests.bench import peers
from tests.compliance.replies import Reply, difference
from tests.differential import noise
from tests.differential.cases import Case, draw_case
from tests.differential.dialect import CHANGES, NEW_IN_V3, is_new_in_v3
from tests.differential.engines import ask_ours, ask_theirs, engine_on
from tests.differential.remote_write import remote_write
from tests.differential.samples import World, world

CASES_OF_A_WORLD = 250
_BLURS = 4


@dataclass(frozen=True)
class Finding:
    """A case that differs; number: of its world."""

    case: Case
    number: int
    difference: str

    def __str__(self) -> str:
        return f"world {self.number}: {self.case}: {self.difference}"


@dataclass
class Tally:
    """agreed counts both_failed and empty too.

    noise: differences no greater than rounding makes them; by_change: those that a known change of v3 makes.
    """

    agreed: int = 0
    both_failed: int = 0
    empty: int = 0
    by_change: Counter[str] = field(default_factory=Counter)
    noise: list[Finding] = field(default_factory=list)
    differing: list[Finding] = field(default_factory=list)


def run(cases: int, seed: int) -> Tally:
    tally = Tally()
    with (
        tempfile.TemporaryDirectory() as name,
        peers.writable_prometheus(Path(name)) as url,
        httpx.Client(timeout=60) as client,
    ):
        for number, count in enumerate(_rounds(cases)):
            _Round(client, url, world(seed, number), number).run(count, seed, tally)
    return tally


def _rounds(cases: int) -> Iterator[int]:
    for begin in range(0, cases, CASES_OF_A_WORLD):
        yield min(CASES_OF_A_WORLD, cases - begin)


class _Round:
    """The cases of one world, whose samples both engines hold."""

    def __init__(self, client: httpx.Client, url: str, samples: World, number: int) -> None:
        self._client, self._url, self._samples, self._number = client, url, samples, number
        self._engine = engine_on(samples.series)
        self._scaled: list[Engine] = []
        remote_write(client, url, samples.series)

    def run(self, count: int, seed: int, tally: Tally) -> None:
        rng = random.Random(f"cases {seed} {self._number}")
        for _ in range(count):
            case = draw_case(rng, self._samples.begin)
            theirs = ask_theirs(self._client, self._url, case)
            found = disagreement(case, theirs, ask_ours(self._engine, case))
            if found is None:
                tally.agreed += 1
                tally.both_failed += theirs.kind == "error"
                tally.empty += theirs.kind in {"vector", "matrix"} and not theirs.series
            else:
                self._sort_out(Finding(case, self._number, found), theirs, tally)

    def _sort_out(self, finding: Finding, theirs: Reply, tally: Tally) -> None:
        if (change := self._change_behind(finding.case, theirs)) is not None:
            tally.by_change[change] += 1
        elif "an error" not in finding.difference and self._is_noise(finding.case):
            tally.noise.append(finding)
        else:
            tally.differing.append(self._shrunk(finding))

    def _change_behind(self, case: Case, theirs: Reply) -> str | None:
        """The change of v3 without which, and without those before it, our answer would be theirs."""
        if is_new_in_v3(theirs):
            return NEW_IN_V3
        with ExitStack() as undone:
            for change in CHANGES:
                undone.enter_context(change.undone())
                if disagreement(case, theirs, ask_ours(self._engine, case)) is None:
                    return str(change)
        return None

    def _is_noise(self, case: Case) -> bool:
        if not self._scaled:
            self._scaled = [engine_on(noise.scaled(self._samples.series, share)) for share in noise.SHARES]
        ours = ask_ours(self._engine, case)
        engines = [self._engine] * _BLURS
        if "count_values" not in case.query.lower():
            engines += self._scaled
        for seed, engine in enumerate(engines):
            with noise.rounding(seed):
                if disagreement(case, ours, ask_ours(engine, case)):
                    return True
        return False

    def _shrunk(self, finding: Finding) -> Finding:
        """The smallest case to be found that still differs for another reason than noise."""
        for smaller in finding.case.reductions():
            theirs = ask_theirs(self._client, self._url, smaller)
            found = disagreement(smaller, theirs, ask_ours(self._engine, smaller))
            if found is None or self._change_behind(smaller, theirs) is not None:
                continue
            if not self._is_noise(smaller):
                return self._shrunk(Finding(smaller, self._number, found))
        return finding


def disagreement(case: Case, theirs: Reply, ours: Reply) -> str | None:
    """As ``difference``, but equal series may stand for each other in topk and bottomk."""
    if theirs.kind == ours.kind == "error":
        kinds = [reply.text.split(":")[0] for reply in (theirs, ours)]
        return None if kinds[0] == kinds[1] else f"fails as {theirs.text} in theirs, {ours.text} in ours"
    if case.query.lower().startswith(("topk", "bottomk")):
        return difference(_ranked(theirs), _ranked(ours))
    if case.instant and case.query.startswith("sort"):
        return difference(theirs, ours) or difference(_in_order(theirs), _in_order(ours))
    return difference(theirs, ours)


def _ranked(reply: Reply) -> Reply:
    """The values of each time by their size, whosesoever they are."""
    columns: dict[int, list[float]] = {}
    for points in reply.series.values():
        for at, value in points.items():
            columns.setdefault(at, []).append(value)
    ranked = {at: sorted(values, key=_rank) for at, values in columns.items()}
    return Reply(reply.kind, _as_series(ranked), reply.text)


def _in_order(reply: Reply) -> Reply:
    values = [value for points in reply.series.values() for value in points.values()]
    return Reply(reply.kind, _as_series({0: values}), reply.text)


def _as_series(columns: Mapping[int, list[float]]) -> dict[Labels, dict[int, float]]:
    series: dict[Labels, dict[int, float]] = {}
    for at, values in columns.items():
        for place, value in enumerate(values):
            series.setdefault(Labels({"place": str(place)}), {})[at] = value
    return series


def _rank(value: float) -> tuple[bool, float]:
    return math.isnan(value), 0.0 if math.isnan(value) else value
