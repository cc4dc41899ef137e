"""The suite's queries as range queries, asked of both engines over HTTP.

Prometheus 2.42 counts a sample on the left edge of a window; v3 and ours do not (promqltest: functions.test:8
and subquery.test:47). So no edge meets a sample: scrapes are never at whole seconds, and the steps of the
queries are off the multiples of 10 s on which the steps of the subqueries of the suite lie.
"""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import yaml

from tests.bench import peers
from tests.compliance.demo import write_demo
from tests.compliance.replies import Reply, difference, reply_of_json

END = 1_756_868_400
# The period and the step of the suite's tester.
START, STOP, STEP_SECONDS = END - 596, END + 4, 10


@dataclass(frozen=True)
class Case:
    """One query of the suite, its templates expanded. should_fail: both engines must refuse it."""

    query: str
    should_fail: bool = False
    skip_comparison: bool = False


@dataclass(frozen=True)
class Outcome:
    case: Case
    difference: str | None


def read_suite(path: Path) -> list[Case]:
    """The cases of a file that holds a query for each variant of each template."""
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))["test_cases"]
    return [
        Case(entry["query"], entry.get("should_fail", False), entry.get("skip_comparison", False))
        for entry in entries
    ]


def run_suite(cases: list[Case]) -> list[Outcome]:
    with _both() as (theirs, ours), httpx.Client(timeout=60) as client:
        ask = partial(_outcome, client, theirs, ours)
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(ask, cases))


@contextmanager
def _both() -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page = folder / "demo.om"
        write_demo(page, END)
        with peers.prometheus(folder, page) as theirs, peers.fireline(folder, page) as ours:
            yield theirs, ours


def _outcome(client: httpx.Client, theirs: str, ours: str, case: Case) -> Outcome:
    return Outcome(case, judge(case, _ask(client, theirs, case.query), _ask(client, ours, case.query)))


def _ask(client: httpx.Client, url: str, query: str) -> Reply:
    form = {"query": query, "start": START, "end": STOP, "step": STEP_SECONDS}
    return reply_of_json(client.post(f"{url}/api/v1/query_range", data=form).json())


def judge(case: Case, theirs: Reply, ours: Reply) -> str | None:
    """As the suite's tester compares."""
    for name, reply in (("theirs", theirs), ("ours", ours)):
        if (reply.kind == "error") != case.should_fail:
            return f"{name} failed: {reply.text}" if reply.text else f"{name} should have failed"
    return None if case.skip_comparison else difference(theirs, ours)
